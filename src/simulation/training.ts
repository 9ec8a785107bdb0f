import type { EventEmitter } from 'eventemitter3';

import type { LostUpdates } from '../placement/actor-learners/supervisor.js';
import type { EpisodeRecord } from '../environment/environment.js';
import type { WorkerRestart } from '../runtime/supervised-worker.js';
import type { Staleness } from '../runtime/staleness.js';
import type { ActionTiming } from '../placement/partitioned/action-timing.js';
import type { PhaseTimings } from '../runtime/phase-timings.js';
import type { LesionReport } from './lesion.js';
import type { EpisodeRecording } from './record-episode.js';

/** Where a run stands. Sent several times a second, and once at the end of every 1,000 steps. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  readonly episodes: number;
  /** Mean return of the last 20 training episodes; null before the first. */
  readonly runningReturn: number | null;
  /** Updates of the network so far: the mean over partitions. */
  readonly updates: number;
  /** Seconds of virtual time so far, under the schedule `virtual`. */
  readonly virtualSeconds?: number;
}

/** One entry of the metrics: a pure function of settings and seed under the synchronous schedule, and under DDPG. */
export interface Metrics extends Progress {
  /** Euclidean norm of each population's weights. */
  readonly weightNorm: Readonly<Record<string, number>>;
  /** Where acting is free: how old actions were so far. */
  readonly actionTiming?: ActionTiming;
}

/** How fast and how stale a run was. */
export interface RunReport {
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** Updates of the network, the mean over partitions, per second. */
  readonly updatesPerSecond: number;
  readonly updatesPerStep: number;
  /** Seconds of virtual time that the run took, under the schedule `virtual`. */
  readonly virtualSeconds?: number;
  /** True where the signal ended the run before its last step. */
  readonly stopped: boolean;
  /** Workers that died and were replaced. */
  readonly workerRestarts: readonly WorkerRestart[];
  /** What was recorded of it; absent where nothing was. */
  readonly journal?: {
    /** Length of the file. */
    readonly bytes: number;
    /** Updates of all partitions. */
    readonly partitionTicks: number;
  };
  /** How old everything was that partitions have read of others since the first step: by all together, and by each. */
  readonly staleness: Staleness;
  readonly partitions: readonly (Staleness & { readonly partition: number; readonly neurons: number; readonly updates: number })[];
  /** Where acting is free: how old actions were since the first step. */
  readonly actionTiming?: ActionTiming;
  /** Of actor-learners: how many there are, on each worker, and the updates that were lost to races. */
  readonly actors?: { readonly count: number; readonly ofWorkers: readonly number[]; readonly lostUpdates: LostUpdates };
  /** Where neurons have died by the run's settings: what was lost, and how long recovery took. */
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
  /** The moment for `encodeCheckpoint`: nothing moves. Only in runs that asked for it. */
  checkpoint: [Progress];
  /** A worker died, and another has taken its place: in an evaluation, too. */
  workerRestart: [WorkerRestart];
}

export interface RunOptions {
  readonly steps?: number;
  readonly signal?: AbortSignal;
  /** Emit `checkpoint` at multiples of so many steps and at the end, a signal's included; 0, unless given: never. */
  readonly checkpointEvery?: number;
  /** Episodes of each evaluation around a death, where the settings ask for one; 20 unless given. */
  readonly episodes?: number;
  /**
   * A new file to keep in it all that the run's result depends on besides settings and seed: see `rerunSimulation`. From the first step on, with
   * `timing.reads` 'versioned' (`recordedOptions`). Only where the run would not repeat itself anyway.
   */
  readonly record?: string;
}

export interface EvaluateOptions {
  readonly episodes?: number;
  readonly signal?: AbortSignal;
}

/**
 * What a user holds while something learns, neuron-agents and backpropagation alike: whoever compares them needs to know no
 * more. One command at a time: `run` and `evaluate` refuse to begin while another is going on.
 */
export interface Training extends Pick<EventEmitter<TrainingEvents>, 'on' | 'once' | 'off'> {
  readonly settings: { readonly environment: string; readonly seed: number; readonly steps: number; readonly threads?: number };
  /** Environment steps taken so far. */
  readonly step: number;
  /**
   * Trains for `steps` further environment steps, `settings.steps` unless given. Emits `episode`, `progress`, `workerRestart`, `metrics`
   * and `checkpoint`: behind the metrics of that step, but before those that are there only because a signal ends the run, which a run that goes
   * on from the checkpoint does not have.
   *
   * Learning rates fall over `settings.steps`, whatever is given here; past that they stay at their final share.
   *
   * @param options `signal` ends the run at the next environment step; it then returns its report. One that is given before takes no
   *   step, but makes up for an evaluation around a death that was cut short at this step
   */
  run(options?: RunOptions): Promise<RunReport>;
  /**
   * Mean return over fresh episodes, 20 unless given, exploration off. The same seed always evaluates on the same episodes.
   *
   * @param options `signal` ends the evaluation after the episode at hand: what it returns are the episodes that have ended. One that was aborted
   *   before plays none: `episodes` is 0 and `meanReturn` NaN
   * @throws TypeError or RangeError naming the option that is wrong or not known, as all commands do
   */
  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  /** The uniformly random policy on the very episodes of `evaluate`. */
  evaluateRandomPolicy(options?: { readonly episodes?: number }): Evaluation;
  /** How old everything was that partitions have read of others so far: by all together, and by each. */
  staleness(): { readonly staleness: Staleness; readonly partitions: readonly Staleness[] };
  /** How long everything took so far, where that is measured. */
  phaseTimings?(): PhaseTimings | undefined;
  /**
   * Plays an episode of `evaluate` and keeps every neuron's voltages, where there are neurons to look at.
   *
   * @param options `episode`: the first is 0; `steps`: so many of it are kept, 1,000 unless given
   * @throws Error while a command is going on, or after one has failed
   */
  recordEpisode?(options?: { readonly episode?: number; readonly steps?: number }): EpisodeRecording;
  /** All learned numbers as a safetensors file. Equal weights give equal bytes. */
  encodeWeights(): Uint8Array;
  /**
   * Everything that is needed to go on from here, as one file: see `resumeSimulation` and `resumeDdpg`. Only between commands, or
   * while `checkpoint` is emitted.
   *
   * @param note plain data to keep in it
   * @throws Error while a command is going on, or after one has failed
   */
  encodeCheckpoint(note?: object): Uint8Array;
  /** Ends whatever is going on and frees what is held; nothing is left when it returns. Can be called twice. */
  close(): Promise<void>;
}
