import { checkInteger, wrongValue } from '../check.js';
import { createStream } from '../random/stream.js';
import type { EpisodeRecord } from '../environment/environment.js';
import { mean } from '../telemetry/statistics.js';
import { randomPolicyReturns } from './random-policy.js';
import type { Evaluation, RunReport } from './training.js';

/** Environment steps, and evaluation episodes, that the counters have room for in one call. */
export const LARGEST_RUN = 100_000_000;
export const LARGEST_EVALUATION = 1_000_000;

/** The last environment step of a training: the arena's counters have room for it and for the ends of its episodes. */
export const LAST_STEP = 1_000_000_000;

/** Episodes that the running return is taken over. */
export const RUNNING_EPISODES = 20;

/** @param taken before */
export function checkRunSteps(value: unknown, taken = 0): number {
  const steps = checkInteger('steps', value, { min: 1, max: LARGEST_RUN });
  if (taken + steps > LAST_STEP) throw wrongValue('steps', `at most ${LAST_STEP} environment steps in all`, steps, ` after ${taken}`);
  return steps;
}

export function checkEpisodes(episodes: unknown): number {
  return checkInteger('episodes', episodes, { min: 1, max: LARGEST_EVALUATION });
}

/** Seeds of the evaluation's episodes: the same for everything that is trained with one seed. */
export function evaluationSeeds(seed: number, episodes: number): number[] {
  checkEpisodes(episodes);
  const stream = createStream(seed, 'evaluation');
  return Array.from({ length: episodes }, () => stream.integer(2 ** 48));
}

export function summariseReturns(returns: readonly number[]): Evaluation {
  return { meanReturn: mean(returns), episodes: returns.length, returns };
}

/** The uniformly random policy on the episodes of `evaluationSeeds`. */
export function randomEvaluation({ environment, seed }: { readonly environment: string; readonly seed: number }, episodes: number): Evaluation {
  return summariseReturns(randomPolicyReturns(environment, seed, evaluationSeeds(seed, episodes)));
}

/** Follows the training episodes as they end. */
export interface EpisodeCounter {
  add(record: Pick<EpisodeRecord, 'episode' | 'return'>): void;
  /** Episodes so far, and the mean return of the last 20; null before the first. */
  summary(): { readonly episodes: number; readonly runningReturn: number | null };
  /** State of a counter that continues from here. */
  state(): EpisodeCount;
}

export interface EpisodeCount {
  readonly episodes: number;
  /** Returns of the last episodes, at most 20. */
  readonly recent: readonly number[];
}

export function createEpisodeCounter(count: EpisodeCount = { episodes: 0, recent: [] }): EpisodeCounter {
  const recent = [...count.recent];
  let { episodes } = count;
  return {
    add(record) {
      episodes = record.episode;
      recent.push(record.return);
      if (recent.length > RUNNING_EPISODES) recent.shift();
    },
    summary: () => ({ episodes, runningReturn: recent.length === 0 ? null : mean(recent) }),
    state: () => ({ episodes, recent: [...recent] }),
  };
}

/** The rates of a report; 0 where there was nothing to divide by. */
export function reportRates(steps: number, updates: number, seconds: number): Pick<RunReport, 'steps' | 'seconds' | 'stepsPerSecond' | 'updatesPerSecond' | 'updatesPerStep'> {
  const perUnit = (count: number, units: number) => (units === 0 ? 0 : count / units);
  return {
    steps,
    seconds,
    stepsPerSecond: perUnit(steps, seconds),
    updatesPerSecond: perUnit(updates, seconds),
    updatesPerStep: perUnit(updates, steps),
  };
}
