import type { EpisodeRecord } from '../environment/environment.js';
import type { Evaluation } from '../simulation/training.js';
import { bootstrapInterval, mean } from '../telemetry/statistics.js';

/** Progress of a batch. Steps are each replica's; all take them together. */
export interface BatchedProgress {
  readonly step: number;
  readonly steps: number;
  /** Updates that each replica has made. */
  readonly updates: number;
  /** Episodes ended, of all replicas. */
  readonly episodes: number;
  /** Mean over the replicas of each one's mean return in its last 20 episodes; null before each has ended one. */
  readonly runningReturn: number | null;
}

export interface BatchedReport {
  /** Environment steps that each replica took. */
  readonly steps: number;
  readonly seconds: number;
  /** Environment steps, and updates, of all replicas together per second. */
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  /** True where the signal ended the run before its last step. */
  readonly stopped: boolean;
}

export interface BatchedEvaluation {
  /** Mean over the replicas of their mean returns, and its 95 % bootstrap interval; of those that ended an episode. */
  readonly meanReturn: number;
  readonly interval: readonly [low: number, high: number];
  readonly replicas: readonly (Evaluation & { readonly seed: number })[];
}

export interface BatchedEvents {
  episode: [EpisodeRecord & { readonly replica: number }];
  progress: [BatchedProgress];
  /** At every 1,000 steps, and at the end. */
  metrics: [BatchedProgress];
}

/** Means over the replicas that ended an episode. */
export function summarise(replicas: BatchedEvaluation['replicas']): BatchedEvaluation {
  const means = replicas.filter(({ episodes }) => episodes > 0).map(({ meanReturn }) => meanReturn);
  return { meanReturn: mean(means), interval: means.length === 0 ? [NaN, NaN] : bootstrapInterval(means), replicas };
}
