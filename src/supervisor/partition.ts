import type { Environment } from '../environment/environment.js';
import { makeEnvironment } from '../environment/registry.js';
import { DivergenceError, InternalError } from '../errors.js';
import type { PartitionLog } from '../journal/file.js';
import type { JournalEvent } from '../journal/reader.js';
import { WORD } from '../memory/control.js';
import type { ParameterTable } from '../memory/parameters.js';
import { neuronsOf } from '../network/ownership.js';
import { createRecurring } from '../network/recurrent-context.js';
import { createRemembering } from '../network/remembering.js';
import { neuronName, type Topology } from '../network/topology.js';
import { attachBookmark } from '../replay/bookmark.js';
import { attachBookmarks } from '../replay/bookmarks.js';
import type { Coroutine } from '../schedule/turn.js';
import { createActor } from './actor.js';
import { createCompany } from './company.js';
import { createEvaluationHost, createTrainingHost, runHost, type EvaluationHost, type Host } from './host.js';
import { createLearner } from './learner.js';
import { createStream } from '../random/stream.js';
import type { Settings } from './settings.js';
import type { Views } from './views.js';

/** The partition that also holds the environments. */
export const HOST_PARTITION = 0;

/** One ganglion: a set of neurons that act and learn, and on one of them the environment. Its commands are coroutines. */
export interface Partition {
  /** Hosts of environments on it. Their coroutines come first in a training, one for each group of environments. */
  readonly hosts: number;
  /**
   * Acts and learns until the control words say that the run is over.
   *
   * @param recorded true where a log is to be kept
   * @throws DivergenceError
   */
  train(recorded: boolean): Coroutine[];
  /** The log of a training that is over; undefined where none was kept. */
  takeLog(): PartitionLog | undefined;
  /** Acts through whole episodes without exploration and without learning. */
  evaluate(episodeSeeds: readonly number[]): Coroutine[];
  /** Returns of the episodes of the last evaluation, where it holds the environment. */
  returns(): readonly number[];
  close(): void;
}

export function createPartition(views: Views): Partition {
  const { plan, partition, control, bell, rows, chronicle, limiter, schedule, experienced, actingBoard } = views;
  const { settings } = plan;
  const { words, version } = control;
  const learner = createLearner(views);
  const actor = createActor(views, plan.groups);
  const isHost = partition === HOST_PARTITION;
  const environments = isHost ? makeEnvironments(settings).map((environment, lane) => createRecurring(environment, plan.context, actingBoard, lane)) : [];
  const hosts = isHost ? createHosts(views, environments) : [];
  let evaluation: EvaluationHost | undefined;

  function* train(): Coroutine {
    rows.keep(version.get(partition));
    bell.ring(); // a peer may be waiting to hear them
    yield* chronicle.next === undefined ? choose() : repeat(chronicle.next);
    examine();
  }

  /** Acts and learns as limiter and schedule allow. */
  function* choose(): Coroutine {
    while (!settled()) {
      const updates = version.get(partition);
      const ready = actor.ready(); // before experience: the host writes that before the clock, so it cannot be older
      const experience = experienced();
      if (ready && limiter.mayAct(updates, experience)) {
        yield 'act';
        actor.advance(true);
        chronicle.acted();
      } else if (limiter.mayLearn(updates, experience) && schedule.mayBegin(updates)) yield* learner.update();
      else yield 'blocked';
    }
  }

  /** Acts and learns as a journal says; the environment does as it did, and so comes to its end with it. */
  function* repeat(next: () => JournalEvent): Coroutine {
    for (let event = next(); event !== 'end'; event = next()) {
      if (event === 'over') throw new InternalError('the journal is over before the run');
      if (event === 'act') yield* actAgain();
      else yield* learner.update();
    }
    while (Atomics.load(words, WORD.finished) === 0) {
      if (actor.ready()) throw new InternalError('the run goes on where the journal ends');
      yield 'blocked';
    }
  }

  function* actAgain(): Coroutine {
    while (!actor.ready()) {
      if (Atomics.load(words, WORD.finished) !== 0) throw new InternalError('the run is over before the journal');
      yield 'blocked';
    }
    yield 'act';
    actor.advance(true);
  }

  function settled(): boolean {
    if (Atomics.load(words, WORD.finished) === 0) return false;
    const stopped = Atomics.load(words, WORD.until) === 0;
    return limiter.settled(version.get(partition), experienced(), stopped);
  }

  function* answer(): Coroutine {
    const alone = createActor(views, [{ begin: 0, end: 1 }]); // evaluation takes the first lane
    while (Atomics.load(words, WORD.finished) === 0) {
      if (alone.ready()) {
        yield 'act';
        alone.advance(false);
      } else yield 'blocked';
    }
  }

  /** Looks at every number the own neurons have learned: what the last update wrote, no later one would find. */
  function examine(): void {
    for (const neuron of neuronsOf(plan.ownership, partition)) checkFinite(plan.topology, views.tables, neuron);
  }

  return {
    hosts: hosts.length,
    train(recorded) {
      chronicle.open(recorded);
      return [...hosts.map((host) => runHost(host, views)), train()];
    },
    takeLog: () => chronicle.close(),
    evaluate(episodeSeeds) {
      if (!isHost) return [answer()];
      const remembering = createRemembering(makeEnvironment(settings.environment), settings.network, trainedState(views));
      evaluation = createEvaluationHost(views, createRecurring(remembering, plan.context, actingBoard, 0), episodeSeeds);
      return [runHost(evaluation, views), answer()];
    },
    returns: () => evaluation?.returns() ?? [],
    close() {
      for (const environment of environments) environment.close();
    },
  };
}

/** The environments of a run. Each has a random stream of its own; the first has the same one with others and without. */
function makeEnvironments({ environment: id, environments, seed, network }: Settings): Environment[] {
  return Array.from({ length: environments }, (_, environment) => {
    const own = environment === 0 ? seed : createStream(seed, `environment/${environment}`).integer(2 ** 48);
    return createRemembering(makeEnvironment(id, { seed: own }), network);
  });
}

/** The state in which training has left the first environment, where the gains of its memory are. */
export function trainedState({ plan: { settings, groups, observations }, arena, replay }: Pick<Views, 'plan' | 'arena' | 'replay'>): ArrayLike<number> | 'untrained' {
  const state = settings.environments === 1 ? attachBookmark(arena, observations).read()?.state : attachBookmarks(arena, groups, observations, replay).read(0)?.[0].state;
  return state ?? 'untrained';
}

function createHosts(views: Views, environments: readonly Environment[]): Host[] {
  return environments.length === 1 ? [createTrainingHost(views, environments[0])] : createCompany(views, environments);
}

/** @throws DivergenceError naming the neuron and the parameter that has left the finite numbers */
function checkFinite(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, neuron: number): void {
  for (const [name, table] of Object.entries(tables)) {
    const { values, target } = table.of(neuron);
    const bad = values.find((value) => !Number.isFinite(value)) ?? target.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), name, bad);
  }
}
