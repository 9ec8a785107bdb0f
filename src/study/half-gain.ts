import { createStream } from '../random/stream.js';
import { bootstrapInterval, mean, percentileInterval } from '../telemetry/statistics.js';
import { ifAny } from './estimate.js';
import type { TrialResult } from './trial.js';

/** The fraction of a gain that remains at a delay. */
export interface GainPoint {
  /** In updates. */
  readonly delay: number;
  readonly gain: number;
}

/**
 * The least delay at which a gain has fallen to one half, linear in x = log2(1 + delay) between neighbouring delays:
 *
 *     x* = x_i + (g_i - 1/2) / (g_i - g_{i+1}) · (x_{i+1} - x_i)        for the first i with g_i > 1/2 >= g_{i+1}
 *
 * @param points from the shortest delay to the longest
 * @returns in updates; the first point's delay if half is lost there already; Infinity if it is never lost
 */
export function halfGainDelay(points: readonly GainPoint[]): number {
  const i = points.findIndex(({ gain }) => gain <= 0.5);
  if (i <= 0) return i === 0 ? points[0].delay : Infinity;
  const [before, after] = [points[i - 1], points[i]];
  const share = (before.gain - 0.5) / (before.gain - after.gain);
  const [from, to] = [before, after].map(({ delay }) => Math.log2(1 + delay));
  return 2 ** (from + share * (to - from)) - 1;
}

/** Returns of one seed: of the random policy, without delay, and at each delay. */
export interface SeedReturns {
  readonly random: number;
  readonly reference: number;
  readonly returns: readonly number[];
}

/** The gain of an algorithm without delay, and the delay at which half of it is lost. */
export interface GainSummary {
  /** Mean return without delay less the random policy's, and its 95 % bootstrap interval over seeds. */
  readonly gain: number;
  readonly gainInterval: readonly [low: number, high: number];
  /** At each delay, the fraction of the mean gain that remains; null without a gain. */
  readonly kept: readonly number[] | null;
  /** Null without a gain: its interval reaches down to 0. */
  readonly halfGain: HalfGain | null;
}

/** Delays at which half of the gain is lost, in updates; null: beyond the longest that was tried. */
export interface HalfGain {
  readonly delay: number | null;
  /** 95 % percentile bootstrap interval over seeds. */
  readonly interval: readonly [low: number | null, high: number | null];
  /** Share of the resamples in which half of the gain is lost at no delay. */
  readonly never: number;
}

const RESAMPLES = 10_000;

/** True where the 95 % bootstrap interval of a mean gain lies above 0. Otherwise there is nothing to keep, to lose or to recover. */
export function isGain(gains: readonly number[]): boolean {
  return gains.length > 0 && bootstrapInterval(gains)[0] > 0;
}

/**
 * Summarises over seeds. With R the mean return over seeds,
 *
 *     gain(d) = (R(d) - R_random) / (R(without delay) - R_random)
 *
 * A resample draws whole seeds, each with its returns at all delays. If a resample has no gain, half of it is lost at
 * the first delay.
 *
 * @param delays from the shortest to the longest
 * @param seeds at least one; each with a return for each delay
 */
export function summariseGain(delays: readonly number[], seeds: readonly SeedReturns[]): GainSummary {
  const gains = seeds.map(({ reference, random }) => reference - random);
  const gainInterval = bootstrapInterval(gains);
  return {
    gain: mean(gains),
    gainInterval,
    kept: gainInterval[0] > 0 ? keptGains(delays, seeds) : null,
    halfGain: gainInterval[0] > 0 ? summariseHalfGain(delays, seeds) : null,
  };
}

function summariseHalfGain(delays: readonly number[], seeds: readonly SeedReturns[]): HalfGain {
  const stream = createStream(0, 'half-gain');
  const resamples = Array.from({ length: RESAMPLES }, () => delayOf(delays, seeds.map(() => seeds[stream.integer(seeds.length)])));
  const [low, high] = percentileInterval(resamples);
  return {
    delay: finiteOrNull(delayOf(delays, seeds)),
    interval: [finiteOrNull(low), finiteOrNull(high)],
    never: resamples.filter((delay) => delay === Infinity).length / RESAMPLES,
  };
}

function keptGains(delays: readonly number[], seeds: readonly SeedReturns[]): number[] {
  const random = mean(seeds.map((seed) => seed.random));
  const whole = mean(seeds.map(({ reference }) => reference)) - random;
  return delays.map((_, i) => (whole > 0 ? (mean(seeds.map(({ returns }) => returns[i])) - random) / whole : 0));
}

/** Without a delay of 0 the reference takes its place. */
function delayOf(delays: readonly number[], seeds: readonly SeedReturns[]): number {
  const kept = keptGains(delays, seeds);
  const points = delays.map((delay, i): GainPoint => ({ delay, gain: kept[i] }));
  return halfGainDelay(delays[0] > 0 ? [{ delay: 0, gain: 1 }, ...points] : points);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The gain over the seeds of which the reference and every delay have a return; null without such a seed. */
export function gainOver(delays: readonly number[], references: readonly TrialResult[], at: (delay: number) => readonly TrialResult[], returnOf: (result: TrialResult) => number | undefined): GainSummary | null {
  const delayed = delays.map((delay) => at(delay));
  return ifAny(references.flatMap((own): SeedReturns[] => {
    const { trial: { seed }, randomReturn: random } = own;
    const [reference, ...returns] = [own, ...delayed.flatMap((results) => results.find(({ trial }) => trial.seed === seed) ?? [])].flatMap((result) => returnOf(result) ?? []);
    return returns.length === delays.length && random !== null ? [{ random, reference, returns }] : [];
  }), (seeds) => summariseGain(delays, seeds));
}
