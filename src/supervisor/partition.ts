import { makeEnvironment } from '../environment/registry.js';
import { DivergenceError } from '../errors.js';
import { attachArena, type ArenaHandle } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { ParameterTable } from '../memory/parameters.js';
import { neuronsOf } from '../network/ownership.js';
import { neuronName, type Topology } from '../network/topology.js';
import { Aborted } from '../schedule/schedule.js';
import { createActor } from './actor.js';
import { createEvaluationHost, createTrainingHost, type Host } from './host.js';
import { describeFault, type Fault } from './fault.js';
import { createLearner } from './learner.js';
import { createPlan } from './plan.js';
import type { Settings } from './settings.js';
import { attachViews } from './views.js';

/** The partition that also holds the environment. */
export const HOST_PARTITION = 0;

export interface PartitionSpecification {
  readonly partition: number;
  readonly settings: Settings;
  readonly arena: ArenaHandle;
  /** False where threads outnumber cores. */
  readonly spin: boolean;
}

/** What a partition says when a command is over. */
export type Outcome =
  | { readonly kind: 'done'; readonly returns: readonly number[] }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly step: number; readonly fault: Fault };

/** One ganglion: a set of neurons on a thread of its own. The commands return once the thread has done its part. */
export interface Partition {
  /** Acts and learns until the control words say that the run is over. */
  train(): Outcome;
  /** Acts through whole episodes without exploration and without learning. */
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

export function createPartition({ partition, settings, arena: handle, spin }: PartitionSpecification): Partition {
  const plan = createPlan(settings);
  const views = attachViews(plan, attachArena(handle), partition, spin);
  const { control, bell, limiter, experienced } = views;
  const { words, version } = control;
  const learner = createLearner(views);
  const actor = createActor(views);
  const isHost = partition === HOST_PARTITION;
  const environment = isHost ? makeEnvironment(settings.environment, { seed: settings.seed }) : undefined;
  const trainingHost = environment && createTrainingHost(views, environment);

  /** One look at what there is to do. @returns false where there is nothing */
  function goOn(host: Host | undefined, training: boolean): boolean {
    if (host?.advance() === true) return true;
    const updates = version.get(partition);
    const clock = Atomics.load(words, WORD.clock); // before experience: the host writes that first, so it cannot be older
    const experience = experienced();
    if ((!training || limiter.mayAct(updates, experience)) && actor.advance(clock, training)) return true;
    if (!training || !limiter.mayLearn(updates, experience)) return false;
    learner.update();
    return true;
  }

  function settled(training: boolean): boolean {
    if (Atomics.load(words, WORD.finished) === 0) return false;
    const stopped = Atomics.load(words, WORD.until) === 0;
    return !training || limiter.settled(version.get(partition), experienced(), stopped);
  }

  function run(host: Host | undefined, training: boolean): Outcome | undefined {
    try {
      host?.begin();
      for (;;) {
        const ticket = bell.ticket();
        if (Atomics.load(words, WORD.abort) !== 0) return { kind: 'aborted' };
        if (settled(training)) {
          if (training) examine();
          return undefined;
        }
        if (!goOn(host, training)) bell.wait(ticket);
      }
    } catch (error) {
      if (error instanceof Aborted) return { kind: 'aborted' };
      return { kind: 'failed', step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
    }
  }

  /** Looks at every number the own neurons have learned: what the last update wrote, no later one would find. */
  function examine(): void {
    for (const neuron of neuronsOf(plan.ownership, partition)) checkFinite(plan.topology, views.tables, neuron);
  }

  return {
    train: () => run(trainingHost, true) ?? { kind: 'done', returns: [] },
    evaluate(episodeSeeds) {
      if (!isHost) return run(undefined, false) ?? { kind: 'done', returns: [] };
      const host = createEvaluationHost(views, makeEnvironment(settings.environment), episodeSeeds);
      return run(host, false) ?? { kind: 'done', returns: host.returns };
    },
    close() {
      environment?.close();
    },
  };
}

/** @throws DivergenceError naming the neuron and the parameter that has left the finite numbers */
function checkFinite(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, neuron: number): void {
  for (const [name, table] of Object.entries(tables)) {
    const { values, target } = table.of(neuron);
    const bad = values.find((value) => !Number.isFinite(value)) ?? target.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), name, bad);
  }
}
