import type { Environment } from '../../environment/environment.js';
import { makeEnvironment } from '../../environment/registry.js';
import { DivergenceError, InternalError } from '../../errors.js';
import type { PartitionLog } from '../../journal/file.js';
import type { JournalEvent } from '../../journal/reader.js';
import { WORD } from '../../memory/control.js';
import type { ParameterTable } from '../../memory/parameters.js';
import { neuronsOf } from '../../network/ownership.js';
import { withRecurrentInputs } from '../../network/recurrent-inputs.js';
import { withObservationTraces } from '../../network/observation-traces.js';
import { neuronName, type Topology } from '../../network/topology.js';
import type { Coroutine } from '../../schedule/work.js';
import { createInferenceMode } from './inference-mode.js';
import type { PartitionInference } from './inference.js';
import { createEvaluationTask, createTrainingTasks, runEnvironmentTask, trainedState, type EnvironmentTask, type EvaluationTask } from './environment-task.js';
import { createLearner } from './learner.js';
import { ENVIRONMENT_PARTITION } from './run-layout.js';
import { createStream } from '../../random/stream.js';
import type { Settings } from './settings.js';
import type { PartitionContext } from './partition-context.js';

/** One of the coroutines of a command. */
export interface Task {
  readonly coroutine: Coroutine;
  /** The group of environments that it hosts; absent where it is the partition's own. */
  readonly environmentGroup?: number;
  /** Told, where turns take time, that the one it has announced begins. */
  readonly onBegin?: () => void;
  /** True where it stands at a pause, and the run is paused there. */
  readonly isHeld?: () => boolean;
  /** Seconds until it may go on without anybody ringing; absent where that is for the schedule to say. */
  readonly wakeDelay?: () => number;
}

/** One ganglion: a set of neurons that act and learn, and on one of them the environment. Its commands are coroutines. */
export interface Partition {
  /**
   * Acts and learns, and hosts the environments where they are on it, until the control words say that the run is over.
   *
   * @param recorded true where a log is to be kept
   * @throws DivergenceError
   */
  train(recorded: boolean): Task[];
  /** The log of a training that is over; undefined where none was kept. */
  takeLog(): PartitionLog | undefined;
  /**
   * Acts through whole episodes without exploration and without learning.
   *
   * @param run whose state is evaluated, where the partition has only its weights
   */
  evaluate(episodeSeeds: readonly number[], run?: PartitionContext): Task[];
  /** Returns of the episodes of the last evaluation, where it holds the environment. */
  returns(): readonly number[];
  close(): void;
}

export function createPartition(views: PartitionContext): Partition {
  const { layout, partition, control, eventCount, peerParameters, readSource, limiter, schedule, experienceCount } = views;
  const { settings } = layout;
  const { words, version } = control;
  const learner = createLearner(views);
  const acting = createInferenceMode(views);
  const stage = acting.createPort(true);
  const actor = acting.createInference(layout.groups);
  const isHost = partition === ENVIRONMENT_PARTITION;
  const environments = isHost ? makeEnvironments(settings).map((environment, lane) => withRecurrentInputs(environment, layout.context, stage.activations, lane)) : [];
  const tasks = isHost ? createTrainingTasks(views, environments, stage) : [];
  let evaluation: EvaluationTask | undefined;

  function* train(): Coroutine {
    peerParameters.snapshot(version.get(partition));
    eventCount.notify(); // a peer may be waiting to hear them
    yield* readSource.next === undefined ? choose() : rerun(readSource.next);
    checkParameters();
  }

  /** Acts and learns as limiter and schedule allow. */
  function* choose(): Coroutine {
    while (!isSettled()) {
      const updates = version.get(partition);
      const ready = !acting.concurrent && actor.isReady(); // before experience: the host writes that before the clock, so it cannot be older
      const experience = experienceCount();
      if (ready && acting.mayAct(updates, experience)) {
        yield 'act';
        actor.tick(true);
        readSource.onTick();
      } else if (limiter.mayLearn(updates, experience) && schedule.mayBegin(updates)) yield* learner.update();
      else yield 'blocked';
    }
  }

  /** Acts and learns as a journal says; the environment does as it did, and so comes to its end with it. */
  function* rerun(next: () => JournalEvent): Coroutine {
    for (let event = next(); event !== 'end'; event = next()) {
      if (event === 'over') throw new InternalError('the journal is over before the run');
      if (event === 'act') yield* rerunTick();
      else {
        yield* untilDue();
        yield* learner.update();
      }
    }
    while (Atomics.load(words, WORD.finished) === 0) {
      if (actor.isReady()) throw new InternalError('the run goes on where the journal ends');
      yield 'blocked';
    }
  }

  /** Until all is there that the next update sees. While an observation waits for this partition's answer, no further step is taken. */
  function* untilDue(): Coroutine {
    for (;;) {
      const asked = actor.isReady(); // before the look: what was stored until then is counted
      if (readSource.mayBegin(version.get(partition))) return;
      if (asked) throw new InternalError('an update waits for a step that waits for the partition itself');
      yield 'blocked';
    }
  }

  function* rerunTick(): Coroutine {
    while (!actor.isReady()) {
      if (Atomics.load(words, WORD.finished) !== 0) throw new InternalError('the run is over before the journal');
      yield 'blocked';
    }
    yield 'act';
    actor.tick(true);
  }

  function isSettled(): boolean {
    if (Atomics.load(words, WORD.finished) === 0) return false;
    const stopped = Atomics.load(words, WORD.stepLimit) === 0;
    return limiter.isSettled(version.get(partition), experienceCount(), stopped);
  }

  /** Acts until the run is over, and does nothing else. */
  function* infer(own: PartitionInference, explore: boolean): Coroutine {
    own.begin?.();
    while (Atomics.load(words, WORD.finished) === 0) {
      if (own.isReady()) {
        yield 'act';
        own.tick(explore);
      } else yield 'blocked';
    }
  }

  function inferenceTask(own: PartitionInference, explore: boolean): Task {
    return { coroutine: infer(own, explore), ...(acting.concurrent && { onBegin: () => own.snapshotInputs?.(), wakeDelay: () => schedule.inferenceTicks.wakeDelay() }) };
  }

  /** Looks at every number the own neurons have learned: what the last update wrote, no later one would find. */
  function checkParameters(): void {
    for (const neuron of neuronsOf(layout.ownership, partition)) checkFinite(layout.topology, views.tables, neuron);
  }

  return {
    train(recorded) {
      readSource.beginCommand(recorded);
      return [
        ...tasks.map((task, group) => environmentTask(task, group, views)),
        { coroutine: train() },
        ...(acting.concurrent ? [inferenceTask(actor, true)] : []),
      ];
    },
    takeLog: () => readSource.endCommand(),
    evaluate(episodeSeeds, run = views) {
      if (acting.central && !isHost) return [];
      const line = inferenceTask(acting.createInference([{ begin: 0, end: 1 }]), false); // evaluation takes the first lane
      if (!isHost) return [line];
      const heard = acting.createPort(false);
      const remembering = withObservationTraces(makeEnvironment(settings.environment), settings.network, trainedState(run));
      evaluation = createEvaluationTask(views, withRecurrentInputs(remembering, layout.context, heard.activations, 0), episodeSeeds, heard, run.arena.float64('evaluation'));
      return [environmentTask(evaluation, 0, views), line];
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

function environmentTask(task: EnvironmentTask, group: number, views: PartitionContext): Task {
  return { coroutine: runEnvironmentTask(task, views), environmentGroup: group, ...(task.wakeDelay && { wakeDelay: task.wakeDelay }), ...(task.isHeld && { isHeld: () => task.isHeld?.() === true }) };
}

/** @throws DivergenceError naming the neuron and the parameter that has left the finite numbers */
function checkFinite(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, neuron: number): void {
  for (const [name, table] of Object.entries(tables)) {
    const { values, target } = table.of(neuron);
    const bad = values.find((value) => !Number.isFinite(value)) ?? target.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), name, bad);
  }
}
