import { makeEnvironment } from '../environment/registry.js';
import { DivergenceError } from '../errors.js';
import { WORD } from '../memory/control.js';
import type { ParameterTable } from '../memory/parameters.js';
import { neuronsOf } from '../network/ownership.js';
import { neuronName, type Topology } from '../network/topology.js';
import type { Coroutine } from '../schedule/turn.js';
import { createActor } from './actor.js';
import { createEvaluationHost, createTrainingHost, runHost, type EvaluationHost } from './host.js';
import { createLearner } from './learner.js';
import type { Views } from './views.js';

/** The partition that also holds the environment. */
export const HOST_PARTITION = 0;

/** One ganglion: a set of neurons that act and learn, and on one of them the environment. Its commands are coroutines. */
export interface Partition {
  /** Acts and learns until the control words say that the run is over. @throws DivergenceError */
  train(): Coroutine[];
  /** Acts through whole episodes without exploration and without learning. */
  evaluate(episodeSeeds: readonly number[]): Coroutine[];
  /** Returns of the episodes of the last evaluation, where it holds the environment. */
  returns(): readonly number[];
  close(): void;
}

export function createPartition(views: Views): Partition {
  const { plan, partition, control, bell, rows, limiter, schedule, experienced } = views;
  const { settings } = plan;
  const { words, version } = control;
  const learner = createLearner(views);
  const actor = createActor(views);
  const isHost = partition === HOST_PARTITION;
  const environment = isHost ? makeEnvironment(settings.environment, { seed: settings.seed }) : undefined;
  const trainingHost = environment && createTrainingHost(views, environment);
  let evaluation: EvaluationHost | undefined;

  function* train(): Coroutine {
    rows.keep(version.get(partition));
    bell.ring(); // a peer may be waiting to hear them
    while (!settled()) {
      const updates = version.get(partition);
      const clock = Atomics.load(words, WORD.clock); // before experience: the host writes that first, so it cannot be older
      const experience = experienced();
      if (limiter.mayAct(updates, experience) && actor.ready(clock)) {
        yield 'act';
        actor.advance(true);
      } else if (limiter.mayLearn(updates, experience) && schedule.mayBegin(updates)) yield* learner.update();
      else yield 'blocked';
    }
    examine();
  }

  function settled(): boolean {
    if (Atomics.load(words, WORD.finished) === 0) return false;
    const stopped = Atomics.load(words, WORD.until) === 0;
    return limiter.settled(version.get(partition), experienced(), stopped);
  }

  function* answer(): Coroutine {
    while (Atomics.load(words, WORD.finished) === 0) {
      if (actor.ready(Atomics.load(words, WORD.clock))) {
        yield 'act';
        actor.advance(false);
      } else yield 'blocked';
    }
  }

  /** Looks at every number the own neurons have learned: what the last update wrote, no later one would find. */
  function examine(): void {
    for (const neuron of neuronsOf(plan.ownership, partition)) checkFinite(plan.topology, views.tables, neuron);
  }

  return {
    train: () => [...(trainingHost ? [runHost(trainingHost, views)] : []), train()],
    evaluate(episodeSeeds) {
      if (!isHost) return [answer()];
      evaluation = createEvaluationHost(views, makeEnvironment(settings.environment), episodeSeeds);
      return [runHost(evaluation, views), answer()];
    },
    returns: () => evaluation?.returns() ?? [],
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
