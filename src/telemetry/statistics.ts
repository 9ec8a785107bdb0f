import { checkInteger } from '../check.js';
import { createStream } from '../random/stream.js';

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Interquartile mean: the mean of the middle half, which one lucky or one failed seed cannot move. NaN of nothing.
 *
 * With the n values sorted, value i covers the interval [i, i+1] of [0, n]; its weight is the part of it that lies in the middle half:
 *
 *     weight_i = |[i, i+1] ∩ [n/4, 3n/4]|        mean = Σ weight_i · value_i / (n/2)
 *
 * Source: Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice", section 4.3.
 * Differs: where n is not a multiple of 4 their library drops ⌊n/4⌋ whole values at either end; here the values at the borders count in part,
 * so that exactly half of the sample is averaged for every n. With n a multiple of 4 both agree.
 */
export function interquartileMean(values: readonly number[]): number {
  const quarter = values.length / 4;
  const weighted = values.toSorted((a, b) => a - b).map((value, i) => {
    const weight = Math.min(i + 1, 3 * quarter) - Math.max(i, quarter);
    return weight > 0 ? weight * value : 0; // never 0 · Infinity
  });
  return weighted.reduce((sum, value) => sum + value, 0) / (2 * quarter);
}

const RESAMPLES = 10_000;

/**
 * Percentile bootstrap interval of a statistic, 95 %: its value on resamples with replacement lies in it 19 times of 20. The
 * resamples are the same every time.
 *
 * Source: Efron 1979.
 *
 * @param values at least one
 * @param statistic what is computed from a sample; the mean where not given
 * @param resamples how many resamples
 * @returns lower and upper end
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number = mean,
  resamples = RESAMPLES,
): [low: number, high: number] {
  return stratifiedBootstrapInterval([values], ([sample]) => statistic(sample), resamples);
}

/**
 * Percentile bootstrap interval, 95 %, of a statistic of several groups, such as the seeds of each task or of each of two rules:
 * every resample draws within each group, so that each keeps its size. The resamples are the same every time.
 *
 * Source: Agarwal et al. 2021, section 4.2 (stratified over tasks).
 *
 * @param groups each with at least one value
 * @param statistic what is computed from the resampled groups, for example `(tasks) => interquartileMean(tasks.flat())`, or a difference
 *   of two groups' means
 * @param resamples how many resamples
 * @returns lower and upper end
 */
export function stratifiedBootstrapInterval(
  groups: readonly (readonly number[])[],
  statistic: (samples: readonly (readonly number[])[]) => number,
  resamples = RESAMPLES,
): [low: number, high: number] {
  checkInteger('resamples', resamples, { min: 1 });
  const stream = createStream(0, 'bootstrap');
  const resample = (group: readonly number[]) => group.map(() => group[stream.integer(group.length)]);
  return percentileInterval(Array.from({ length: resamples }, () => statistic(groups.map(resample))));
}

/** Lower and upper end of the middle 95 % of values, such as a statistic's on resamples; NaN of nothing and where any of them is NaN. */
export function percentileInterval(values: readonly number[]): [low: number, high: number] {
  if (values.length === 0 || values.some(Number.isNaN)) return [NaN, NaN];
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[Math.floor(0.025 * sorted.length)], sorted[Math.ceil(0.975 * sorted.length) - 1]];
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
