import { bootstrapInterval, interquartileMean, mean, median } from '../telemetry/statistics.js';
import { TASK_SCORES } from './task-scores.js';
import type { TrialResult } from './trial.js';

/** What one contender came to on one task. Numbers are null where no trial got to its end. */
export interface SummaryRow {
  readonly environment: string;
  readonly label: string;
  readonly algorithm: string;
  /** Environment steps of each trial. */
  readonly steps: number;
  /** Trials that got to their end, and that failed. */
  readonly seeds: number;
  readonly failures: number;
  /** Mean return of the final evaluation, per seed. */
  readonly returns: readonly number[];
  readonly meanReturn: number | null;
  readonly interquartileMean: number | null;
  /** 95 % bootstrap interval of the mean over seeds. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Of the random policy on the same episodes. */
  readonly randomReturn: number | null;
  /** The task's threshold; null where it has none. */
  readonly threshold: number | null;
  /** Trials of which a point of the learning curve lies at or above the threshold. */
  readonly reached: number;
  /** Environment steps to the first such point: the median of the trials that have one. */
  readonly stepsToThreshold: number | null;
  /** Medians over trials. */
  readonly samplesPerSecond: number | null;
  readonly updatesPerSecond: number | null;
}

/** One row for each task and contender, in order of appearance. */
export function summarise(results: readonly TrialResult[]): SummaryRow[] {
  return contenders(results).map(summariseContender);
}

/** The results of each contender on each task, in order of appearance. */
function contenders(results: readonly TrialResult[]): TrialResult[][] {
  const groups = new Map<string, TrialResult[]>();
  for (const result of results) {
    const key = JSON.stringify([result.trial.environment, result.trial.label]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

function summariseContender(results: readonly TrialResult[]): SummaryRow {
  const { environment, label, algorithm, steps } = results[0].trial;
  const finished = results.filter(({ failure }) => failure === null);
  const returns = finished.map((result) => mean(result.returns));
  const threshold = TASK_SCORES[environment]?.threshold ?? null;
  const crossings = threshold === null ? [] : results.flatMap((result) => stepsTo(threshold, result));
  return {
    environment,
    label,
    algorithm,
    steps,
    seeds: finished.length,
    failures: results.length - finished.length,
    returns,
    meanReturn: orNull(returns, mean),
    interquartileMean: orNull(returns, interquartileMean),
    interval: orNull(returns, (values) => bootstrapInterval(values)),
    randomReturn: orNull(results.flatMap(({ randomReturn }) => randomReturn ?? []), mean),
    threshold,
    reached: crossings.length,
    stepsToThreshold: orNull(crossings, median),
    samplesPerSecond: orNull(finished.map(({ samplesPerSecond }) => samplesPerSecond), median),
    updatesPerSecond: orNull(finished.map(({ updatesPerSecond }) => updatesPerSecond), median),
  };
}

function stepsTo(threshold: number, { curve }: TrialResult): number[] {
  const first = curve.find(({ meanReturn }) => meanReturn >= threshold);
  return first === undefined ? [] : [first.step];
}

/** A statistic of at least one value. */
export function orNull<Value, Result>(values: readonly Value[], statistic: (values: readonly Value[]) => Result): Result | null {
  return values.length === 0 ? null : statistic(values);
}

/** A point of a mean learning curve. */
export interface MeanPoint {
  readonly step: number;
  /** Trials that got to it. */
  readonly seeds: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer than for a table: there are many points, and nobody reads their ends to three digits. */
const CURVE_RESAMPLES = 2000;

/** The mean learning curve over trials with its 95 % bootstrap interval, failed trials as far as they got. */
export function meanCurve(results: readonly Pick<TrialResult, 'curve'>[]): MeanPoint[] {
  const bySteps = new Map<number, number[]>();
  for (const { curve } of results) {
    for (const { step, meanReturn } of curve) bySteps.set(step, [...(bySteps.get(step) ?? []), meanReturn]);
  }
  const steps = [...bySteps.entries()].toSorted(([a], [b]) => a - b);
  return steps.map(([step, values]) => {
    const [low, high] = bootstrapInterval(values, mean, CURVE_RESAMPLES);
    return { step, seeds: values.length, mean: mean(values), low, high };
  });
}
