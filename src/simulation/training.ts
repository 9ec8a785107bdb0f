import type { EventEmitter } from 'eventemitter3';

import type { LostUpdates } from '../placement/actor-learners/supervisor.js';
import type { EpisodeRecord } from '../environment/environment.js';
import type { WorkerRestart } from '../runtime/supervised-worker.js';
import type { Staleness } from '../placement/partitioned/staleness.js';
import type { ActionTiming } from '../placement/partitioned/action-timing.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import type { EpisodeRecording } from './record-episode.js';

/** A return measured after a lesion. */
export interface LesionPoint {
  readonly step: number;
  readonly meanReturn: number;
}

/** The cost of a lesion and the duration of recovery. Each return is a mean over the same episodes, exploration off. */
export interface LesionReport {
  /** Fraction of the hidden neurons that was requested, and the names of the neurons that were disabled. */
  readonly fraction: number;
  readonly neurons: readonly string[];
  /** The environment step of the lesion; `evaluation`: in the last evaluation only. */
  readonly step: number | 'evaluation';
  /** Environment step of the re-initialisation; null where there was none, or the run ended before. */
  readonly reinitialisedAt: number | null;
  /** Episodes of each evaluation. */
  readonly episodes: number;
  /** Of the uniformly random policy. */
  readonly randomReturn: number;
  /** Immediately before and immediately after the lesion. */
  readonly before: number;
  readonly after: number;
  /** before - after. */
  readonly returnDrop: number;
  /** Later evaluations, each before a re-initialisation at the same step. Empty for a lesion in evaluation only. */
  readonly points: readonly LesionPoint[];
  /** Lowest return since the lesion: further learning may lose more than the lesion itself. */
  readonly lowest: number;
  /** Environment steps from the lesion to the first evaluation, the one immediately after it included, that is `recovered`; null: none was. */
  readonly recoverySteps: number | null;
}

/** Progress of a run, emitted several times a second and at the end of every 1,000 steps. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly episodes: number;
  /** Mean return of the last 20 training episodes; null before the first. */
  readonly runningReturn: number | null;
  /** Updates of the network so far: mean over partitions. */
  readonly updates: number;
  /** Virtual time so far, in seconds; absent in real time. */
  readonly virtualSeconds?: number;
}

/** One entry of the metrics: a pure function of settings and seed under the synchronous schedule, and under DDPG. */
export interface Metrics extends Progress {
  /** Euclidean norm of each population's weights. */
  readonly weightNorm: Readonly<Record<string, number>>;
  /** Age of actions so far; absent unless inference is sampled. */
  readonly actionTiming?: ActionTiming;
}

/** Speed and staleness of a run. */
export interface RunReport {
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Updates of the network, the mean over partitions, per second. */
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  /** Duration of the run in virtual time, in seconds; absent in real time. */
  readonly virtualSeconds?: number;
  /** True if the signal ended the run before its last step. */
  readonly stopped: boolean;
  /** Workers that failed and were restarted. */
  readonly workerRestarts: readonly WorkerRestart[];
  /** The journal of a recorded run. */
  readonly journal?: {
    /** Length of the file. */
    readonly bytes: number;
    /** Updates of all partitions. */
    readonly partitionTicks: number;
  };
  /** Age of what partitions have read of one another since the first step: of all together, and of each. */
  readonly staleness: Staleness;
  readonly partitions: readonly (Staleness & { readonly partition: number; readonly neurons: number; readonly updates: number })[];
  /** Age of actions since the first step; absent unless inference is sampled. */
  readonly actionTiming?: ActionTiming;
  /** Of actor-learners: how many there are, on each worker; the updates lost to races since the first step; under ordered updates, the copies and updates that waited for another thread. */
  readonly actors?: { readonly count: number; readonly ofWorkers: readonly number[]; readonly lostUpdates: LostUpdates; readonly waits?: number };
  /** The cost of the run's lesion and the duration of recovery; absent without a lesion. */
  readonly lesion?: LesionReport;
}

export interface Evaluation {
  readonly meanReturn: number;
  readonly episodes: number;
  readonly returns: readonly number[];
}

export interface TrainingEvents {
  episode: [EpisodeRecord];
  progress: [Progress];
  metrics: [Metrics];
  /** The state is at rest: call `encodeCheckpoint` now. Only in runs with `checkpointEvery`. */
  checkpoint: [Progress];
  /** A worker failed and was restarted, in training or evaluation. */
  workerRestart: [WorkerRestart];
}

export interface RunOptions {
  readonly steps?: number;
  readonly signal?: AbortSignal;
  /** Steps between `checkpoint` events, which also come at the end, even of an aborted run; 0, the default: none. */
  readonly checkpointEvery?: number;
  /** Episodes of each evaluation around a lesion; 20 unless given. */
  readonly episodes?: number;
  /**
   * Path of a new journal, from which `rerunSimulation` repeats the run. Only from the first step on, with
   * versioned `timing.reads` (`recordedOptions`), and only for runs that do not repeat themselves anyway.
   */
  readonly record?: string;
}

export interface EvaluateOptions {
  readonly episodes?: number;
  /** Of the episodes; that of the settings unless given. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Trains one algorithm on one task. All algorithms have this interface. One command at a time: `run` and `evaluate` are refused while
 * another is going on.
 */
export interface Trainer extends Pick<EventEmitter<TrainingEvents>, 'on' | 'once' | 'off'> {
  readonly settings: { readonly environment: string; readonly seed: number; readonly steps: number; readonly threads?: number; readonly credit?: string; readonly learning: object };
  /** Environment steps taken so far. */
  readonly step: number;
  /**
   * Trains for `steps` further environment steps, `settings.steps` unless given. Emits `episode`, `progress`, `workerRestart`, `metrics`
   * and `checkpoint`. A checkpoint comes after the metrics of its step, but before metrics that only the signal causes.
   *
   * Learning rates fall over `settings.steps`, whatever is given here, and stay at their final values afterwards.
   *
   * @param options `signal` ends the run at the next environment step; it then returns its report. If it is aborted before, the run takes no
   *   step, but completes an evaluation around a lesion that was cut short at this step
   */
  run(options?: RunOptions): Promise<RunReport>;
  /**
   * Mean return over fresh episodes, 20 unless given, exploration off. The same `seed` always evaluates on the same episodes.
   *
   * @param options `signal` ends the evaluation after the current episode; the result covers the episodes that have ended. If it is aborted
   *   before, `episodes` is 0 and `meanReturn` NaN
   * @throws TypeError or RangeError naming the option that is wrong or not known, as all commands do
   */
  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  /** The uniformly random policy on the episodes of `evaluate`. */
  evaluateRandomPolicy(options?: Pick<EvaluateOptions, 'episodes' | 'seed'>): Evaluation;
  /** Age of what partitions have read of one another so far: of all together, and of each. */
  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] };
  /** Measured durations, with `timing.measureDurations`. */
  phaseTimings?(): PhaseTimings | undefined;
  /**
   * Plays an episode of `evaluate` and records the voltages of all neurons. Absent for algorithms without neuron-agents.
   *
   * @param options `episode`: index, from 0; `steps`: recorded at most, 1,000 unless given
   * @throws Error while a command is going on, or after one has failed
   */
  recordEpisode?(options?: { readonly episode?: number; readonly steps?: number }): EpisodeRecording;
  /** All learned numbers as a safetensors file. Equal weights give equal bytes. */
  encodeWeights(): Uint8Array;
  /**
   * The complete state, as one file: see `resumeTrainer`. Only between commands, or while `checkpoint` is emitted.
   *
   * @param note plain data to keep in it
   * @throws Error while a command is going on, or after one has failed
   */
  encodeCheckpoint(note?: object): Uint8Array;
  /** Ends all work and frees all resources. Can be called twice. */
  close(): Promise<void>;
}
