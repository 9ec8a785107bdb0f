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
import type { PartitionTask } from './tasks.js';

/** One ganglion: a set of neurons that act and learn; partition 0 also has the environments. Its commands are tasks. */
export interface Partition {
  /**
   * Acts and learns, and steps the environments if it has them, until the control words end the run.
   *
   * @param recorded true if a log is to be kept
   * @throws DivergenceError
   */
  train(recorded: boolean): PartitionTask[];
  /** The log of the last training; undefined if none was kept. */
  takeLog(): PartitionLog | undefined;
  /**
   * Acts through whole episodes without exploration and without learning.
   *
   * @param run whose state is evaluated, if this context is a copy of it
   */
  evaluate(episodeSeeds: readonly number[], run?: PartitionContext): PartitionTask[];
  /** Returns of the episodes of the last evaluation, if it has the environments. */
  returns(): readonly number[];
  close(): void;
}

export function createPartition(context: PartitionContext): Partition {
  const { layout, partition, control, eventCount, peerParameters, readSource, limiter, schedule, experienceCount } = context;
  const { settings } = layout;
  const { words, version } = control;
  const learner = createLearner(context);
  const mode = createInferenceMode(context);
  const port = mode.createPort(true);
  const inference = mode.createInference(layout.groups);
  const isHost = partition === ENVIRONMENT_PARTITION;
  const environments = isHost ? makeEnvironments(settings).map((environment, lane) => withRecurrentInputs(environment, layout.context, port.activations, lane)) : [];
  const tasks = isHost ? createTrainingTasks(context, environments, port) : [];
  let evaluation: EvaluationTask | undefined;

  function* train(): Coroutine {
    peerParameters.snapshot(version.get(partition));
    eventCount.notify(); // a peer may be waiting for them
    yield* readSource.next === undefined ? choose() : rerun(readSource.next);
    checkParameters();
  }

  /** Acts and learns as limiter and schedule allow. */
  function* choose(): Coroutine {
    while (!isSettled()) {
      const updates = version.get(partition);
      const ready = !mode.concurrent && inference.isReady(); // read before the count: the environment task writes the count before the observation number, so that it cannot be older
      const experience = experienceCount();
      if (ready && mode.mayAct(updates, experience)) {
        yield 'act';
        inference.tick(true);
        readSource.onTick();
      } else if (limiter.mayLearn(updates, experience) && schedule.mayBegin(updates)) yield* learner.update();
      else yield 'blocked';
    }
  }

  /** Acts and learns as in a journal; the environment then repeats its steps, and ends with it. */
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
      if (inference.isReady()) throw new InternalError('the run continues after the end of the journal');
      yield 'blocked';
    }
  }

  /** Waits for all that the next update reads. While an observation waits for this partition, no further step is taken. */
  function* untilDue(): Coroutine {
    for (;;) {
      const asked = inference.isReady(); // before the check: what was stored until then is counted
      if (readSource.mayBegin(version.get(partition))) return;
      if (asked) throw new InternalError('an update waits for a step that waits for the partition itself');
      yield 'blocked';
    }
  }

  function* rerunTick(): Coroutine {
    while (!inference.isReady()) {
      if (Atomics.load(words, WORD.finished) !== 0) throw new InternalError('the run is over before the journal');
      yield 'blocked';
    }
    yield 'act';
    inference.tick(true);
  }

  function isSettled(): boolean {
    if (Atomics.load(words, WORD.finished) === 0) return false;
    const stopped = Atomics.load(words, WORD.stepLimit) === 0;
    return limiter.isSettled(version.get(partition), experienceCount(), stopped);
  }

  /** Ticks until the run is over. */
  function* infer(own: PartitionInference, explore: boolean): Coroutine {
    own.begin?.();
    while (Atomics.load(words, WORD.finished) === 0) {
      if (own.isReady()) {
        yield 'act';
        own.tick(explore);
      } else yield 'blocked';
    }
  }

  function inferenceTask(own: PartitionInference, explore: boolean): PartitionTask {
    return { coroutine: infer(own, explore), ...(mode.concurrent && { onBegin: () => own.snapshotInputs?.(), wakeDelay: () => schedule.inferenceTicks.wakeDelay() }) };
  }

  /** Checks every own parameter: what the last update wrote, no later one would find. */
  function checkParameters(): void {
    for (const neuron of neuronsOf(layout.ownership, partition)) checkFinite(layout.topology, context.tables, neuron);
  }

  return {
    train(recorded) {
      readSource.beginCommand(recorded);
      return [
        ...tasks.map((task, group) => environmentTask(task, group, context)),
        { coroutine: train() },
        ...(mode.concurrent ? [inferenceTask(inference, true)] : []),
      ];
    },
    takeLog: () => readSource.endCommand(),
    evaluate(episodeSeeds, run = context) {
      if (mode.central && !isHost) return [];
      const line = inferenceTask(mode.createInference([{ begin: 0, end: 1 }]), false); // evaluation uses the first lane
      if (!isHost) return [line];
      const evaluationPort = mode.createPort(false);
      const remembering = withObservationTraces(makeEnvironment(settings.environment), settings.network, trainedState(run));
      evaluation = createEvaluationTask(context, withRecurrentInputs(remembering, layout.context, evaluationPort.activations, 0), episodeSeeds, evaluationPort, run.arena.float64('evaluation'));
      return [environmentTask(evaluation, 0, context), line];
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

function environmentTask(task: EnvironmentTask, group: number, context: PartitionContext): PartitionTask {
  return { coroutine: runEnvironmentTask(task, context), environmentGroup: group, ...(task.wakeDelay && { wakeDelay: task.wakeDelay }), ...(task.isHeld && { isHeld: () => task.isHeld?.() === true }) };
}

/** @throws DivergenceError naming the neuron and the parameter that is not finite */
function checkFinite(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, neuron: number): void {
  for (const [name, table] of Object.entries(tables)) {
    const { values, target } = table.of(neuron);
    const bad = values.find((value) => !Number.isFinite(value)) ?? target.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), name, bad);
  }
}
