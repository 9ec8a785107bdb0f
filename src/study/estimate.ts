import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import type { TrialResult } from './trial.js';

/** A mean over seeds with its 95 % percentile bootstrap interval. */
export interface Estimate {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
  readonly values: readonly number[];
}

/** The mean of at least one value; null of none. */
export function estimate(values: readonly number[]): Estimate | null {
  return ifAny(values, (all) => ({ mean: mean(all), interval: bootstrapInterval(all), values: all }));
}

/** A statistic of at least one value; null of none. */
export function ifAny<Value, Result>(values: readonly Value[], statistic: (values: readonly Value[]) => Result): Result | null {
  return values.length === 0 ? null : statistic(values);
}

/** A point of a mean learning curve. */
export interface MeanPoint {
  readonly step: number;
  /** Trials that reached it. */
  readonly seeds: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer than for a table: a curve has many points, and a picture shows fewer digits. */
const CURVE_RESAMPLES = 2000;

/** The mean learning curve over trials with its 95 % bootstrap interval. A failed trial counts up to its failure. */
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
