import type { Environment } from '../environment/environment.js';
import { makeEnvironment } from '../environment/registry.js';
import { DivergenceError, InternalError } from '../errors.js';
import type { PartitionLog } from '../journal/file.js';
import type { JournalEvent } from '../journal/reader.js';
import { WORD } from '../memory/control.js';
import type { ParameterTable } from '../memory/parameters.js';
import { neuronsOf } from '../network/ownership.js';
import { withRecurrentInputs } from '../network/recurrent-inputs.js';
import { withObservationTraces } from '../network/observation-traces.js';
import { neuronName, type Topology } from '../network/topology.js';
import { attachBookmark } from '../replay/bookmark.js';
import { attachBookmarks } from '../replay/bookmarks.js';
import type { Coroutine } from '../schedule/turn.js';
import { createActing } from './acting.js';
import type { Actor } from './actor.js';
import { createCompany } from './company.js';
import { createEvaluationHost, createTrainingHost, runHost, type EvaluationHost, type Host } from './host.js';
import { createLearner } from './learner.js';
import { HOST_PARTITION } from './plan.js';
import { createStream } from '../random/stream.js';
import type { Settings } from './settings.js';
import type { Stage } from './stage.js';
import type { Views } from './views.js';

/** One of the coroutines of a command. */
export interface Line {
  readonly coroutine: Coroutine;
  /** The group of environments that it hosts; absent where it is the partition's own. */
  readonly hosts?: number;
  /** Told, where turns take time, that the one it has announced begins. */
  readonly begin?: () => void;
  /** True where it stands at a pause, and the run is paused there. */
  readonly closed?: () => boolean;
  /** Seconds until it may go on without anybody ringing; absent where that is for the schedule to say. */
  readonly wake?: () => number;
}

/** One ganglion: a set of neurons that act and learn, and on one of them the environment. Its commands are coroutines. */
export interface Partition {
  /**
   * Acts and learns, and hosts the environments where they are on it, until the control words say that the run is over.
   *
   * @param recorded true where a log is to be kept
   * @throws DivergenceError
   */
  train(recorded: boolean): Line[];
  /** The log of a training that is over; undefined where none was kept. */
  takeLog(): PartitionLog | undefined;
  /**
   * Acts through whole episodes without exploration and without learning.
   *
   * @param run whose state is evaluated, where the partition has only its weights
   */
  evaluate(episodeSeeds: readonly number[], run?: Views): Line[];
  /** Returns of the episodes of the last evaluation, where it holds the environment. */
  returns(): readonly number[];
  close(): void;
}

export function createPartition(views: Views): Partition {
  const { plan, partition, control, bell, rows, chronicle, limiter, schedule, experienced } = views;
  const { settings } = plan;
  const { words, version } = control;
  const learner = createLearner(views);
  const acting = createActing(views);
  const stage = acting.createStage(true);
  const actor = acting.createActor(plan.groups);
  const isHost = partition === HOST_PARTITION;
  const environments = isHost ? makeEnvironments(settings).map((environment, lane) => withRecurrentInputs(environment, plan.context, stage.activations, lane)) : [];
  const hosts = isHost ? createHosts(views, environments, stage) : [];
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
      const ready = !acting.beside && actor.ready(); // before experience: the host writes that before the clock, so it cannot be older
      const experience = experienced();
      if (ready && acting.mayAct(updates, experience)) {
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
      else {
        yield* untilDue();
        yield* learner.update();
      }
    }
    while (Atomics.load(words, WORD.finished) === 0) {
      if (actor.ready()) throw new InternalError('the run goes on where the journal ends');
      yield 'blocked';
    }
  }

  /** Until all is there that the next update sees. While an observation waits for this partition's answer, no further step is taken. */
  function* untilDue(): Coroutine {
    for (;;) {
      const asked = actor.ready(); // before the look: what was stored until then is counted
      if (chronicle.mayBegin(version.get(partition))) return;
      if (asked) throw new InternalError('an update waits for a step that waits for the partition itself');
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

  /** Acts until the run is over, and does nothing else. */
  function* answer(own: Actor, explore: boolean): Coroutine {
    own.begin?.();
    while (Atomics.load(words, WORD.finished) === 0) {
      if (own.ready()) {
        yield 'act';
        own.advance(explore);
      } else yield 'blocked';
    }
  }

  function answering(own: Actor, explore: boolean): Line {
    return { coroutine: answer(own, explore), ...(acting.beside && { begin: () => own.listen?.(), wake: () => schedule.acting.wake() }) };
  }

  /** Looks at every number the own neurons have learned: what the last update wrote, no later one would find. */
  function examine(): void {
    for (const neuron of neuronsOf(plan.ownership, partition)) checkFinite(plan.topology, views.tables, neuron);
  }

  return {
    train(recorded) {
      chronicle.open(recorded);
      return [
        ...hosts.map((host, group) => hosting(host, group, views)),
        { coroutine: train() },
        ...(acting.beside ? [answering(actor, true)] : []),
      ];
    },
    takeLog: () => chronicle.close(),
    evaluate(episodeSeeds, run = views) {
      if (acting.hosted && !isHost) return [];
      const line = answering(acting.createActor([{ begin: 0, end: 1 }]), false); // evaluation takes the first lane
      if (!isHost) return [line];
      const heard = acting.createStage(false);
      const remembering = withObservationTraces(makeEnvironment(settings.environment), settings.network, trainedState(run));
      evaluation = createEvaluationHost(views, withRecurrentInputs(remembering, plan.context, heard.activations, 0), episodeSeeds, heard, run.arena.float64('evaluation'));
      return [hosting(evaluation, 0, views), line];
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
    return withObservationTraces(makeEnvironment(id, { seed: own }), network);
  });
}

/** The state in which training has left the first environment, where the gains of its memory are. */
export function trainedState({ plan: { settings, groups, observations }, arena, replay }: Pick<Views, 'plan' | 'arena' | 'replay'>): ArrayLike<number> | 'untrained' {
  const state = settings.environments === 1 ? attachBookmark(arena, observations).read()?.state : attachBookmarks(arena, groups, observations, replay).read(0)?.[0].state;
  return state ?? 'untrained';
}

function createHosts(views: Views, environments: readonly Environment[], stage: Stage): Host[] {
  return environments.length === 1 ? [createTrainingHost(views, environments[0], stage)] : createCompany(views, environments, stage);
}

function hosting(host: Host, group: number, views: Views): Line {
  return { coroutine: runHost(host, views), hosts: group, ...(host.wake && { wake: host.wake }), ...(host.closed && { closed: () => host.closed?.() === true }) };
}

/** @throws DivergenceError naming the neuron and the parameter that has left the finite numbers */
function checkFinite(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, neuron: number): void {
  for (const [name, table] of Object.entries(tables)) {
    const { values, target } = table.of(neuron);
    const bad = values.find((value) => !Number.isFinite(value)) ?? target.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), name, bad);
  }
}
