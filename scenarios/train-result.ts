import type { Evaluation, LesionReport, RunReport, Settings, WorkerRestart } from '../src/index.js';

/** Where the work of a training is done: of each algorithm its own fields. */
export interface Places {
  /** Of neuron-agents: partitions of the network. An algorithm on one thread has one. */
  readonly partitions?: number;
  /** Of neuron-agents and algorithms on one thread: environments that one network steps at once. */
  readonly environments?: number;
  /** Of algorithms on one thread: threads for each update. */
  readonly threads?: number;
  /** Of actor-learners: worker threads, among which the actors are divided. */
  readonly workers?: number;
}

/** The fields of a result that a scenario gives. */
export interface ResultLabels extends Places {
  readonly scenario: string;
  readonly algorithm: string;
  /** Of neuron-agents their learning rule; otherwise the algorithm. */
  readonly rule: string;
  /** How hidden neurons get their credit, if the algorithm leaves that open. */
  readonly credit?: string;
  readonly schedule: string;
  readonly time: Settings['time'];
  /** Of neuron-agents and algorithms on one thread. */
  readonly updateWindow?: Settings['updateWindow'];
  /** False if staleness was not measured: all of it is 0 then. */
  readonly measureStaleness: boolean;
}

/** What one worker thread of actor-learners did. */
export interface WorkerResult {
  readonly worker: number;
  readonly actors: number;
  readonly updates: number;
  /** Age of the weights that its rollouts learned from, in updates. */
  readonly staleness: RunReport['staleness']['weights'];
}

/** A restart of an actor-learners' worker. */
export type ActorRestart = Omit<WorkerRestart, 'partition'> & { readonly worker: number };

/** The result of a training run: printed by `--json`, kept in `result.json`. */
export interface TrainResult extends ResultLabels {
  readonly status: 'finished' | 'interrupted';
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  /** Environment step of the checkpoint that was resumed last; null without one. */
  readonly resumedAt: number | null;
  readonly evaluation: Evaluation;
  readonly random: { readonly meanReturn: number };
  /** Of a run with a lesion: its cost and the duration of recovery. */
  readonly lesion?: LesionReport;
  /** Of training, repeated steps excluded. The rates are those since the run was resumed. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  /** In virtual time. */
  readonly virtualSeconds?: number;
  readonly staleness: RunReport['staleness'];
  /** Under sampled inference: control ticks, age of actions, missed deadlines. */
  readonly actionTiming?: RunReport['actionTiming'];
  /** Absent from actor-learners, which have `perWorker`. */
  readonly perPartition?: RunReport['partitions'];
  readonly perWorker?: readonly WorkerResult[];
  /** Workers that failed and were restarted, in training and evaluation, since the run was resumed. */
  readonly workerRestarts: readonly (WorkerRestart | ActorRestart)[];
  /** Of actor-learners: how many there are, on each worker, and the updates that were lost to races. */
  readonly actors?: RunReport['actors'];
  /** The log of a recorded run; null if it was not recorded. */
  readonly journal: (NonNullable<RunReport['journal']> & { readonly bytesPerPartitionTick: number }) | null;
  readonly weightsSha256: string;
  /** Files in the run folder, with --record-activity. */
  readonly pictures?: readonly string[];
  readonly runFolder: string;
}

/** A restart under the name that its thread has: a worker of actor-learners is no partition. */
export function namedRestart({ partition, ...restart }: WorkerRestart, { workers }: Places): WorkerRestart | ActorRestart {
  return workers === undefined ? { partition, ...restart } : { worker: partition, ...restart };
}

/** What each thread did. */
export function placeResults({ partitions, actors }: RunReport): Pick<TrainResult, 'perPartition' | 'perWorker' | 'actors'> {
  if (actors === undefined) return { perPartition: partitions };
  return { actors, perWorker: partitions.map(({ partition, updates, weights }) => ({ worker: partition, actors: actors.ofWorkers[partition], updates, staleness: weights })) };
}
