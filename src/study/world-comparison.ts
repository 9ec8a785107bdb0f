import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import { joinAges, type AgeSummary } from './ages.js';
import { meanCurve, type MeanPoint } from './estimate.js';
import type { TimingReport, TrialResult } from './trial.js';

/**
 * Margins of agreement, added to the largest distance between two real runs of one seed. They were set before the check was run, after first comparisons of
 * ages and speeds, so that a larger distance would change the conclusion of a study of staleness or delay. Staleness: one read in twenty of another age, or
 * computed instead of read. Updates per step: one in fifty. Returns: a twentieth of the way from the random policy to the best real evaluation. Run
 * time: a quarter, because measuring costs time and the load of the machine varies between runs.
 */
export const WORLD_MARGINS = { staleness: 0.05, helped: 0.05, updatesPerStep: 0.02, returns: 0.05, time: 0.25 } as const;

/** One number of real and of virtual runs. */
export interface Comparison {
  readonly name: string;
  /** Means over seeds, of each real run and of the virtual one; null for a number that is a distance itself. */
  readonly real: readonly number[] | null;
  readonly virtual: number | null;
  /** Largest distance of two real runs of one seed. */
  readonly noise: number;
  /** Distance of a virtual run from the real ones of its seed: the mean over seeds, with its 95 % bootstrap interval. */
  readonly difference: number;
  readonly interval: readonly [low: number, high: number];
  /** noise + margin. */
  readonly limit: number;
  readonly agrees: boolean;
}

/** Real and virtual runs side by side. */
export interface WorldComparison {
  readonly verdict: 'agrees' | 'differs';
  /** Seeds of which all runs finished. */
  readonly seeds: number;
  readonly comparisons: readonly Comparison[];
  /** Ages of the voltages read, all seeds together. */
  readonly ages: { readonly real: readonly AgeSummary[]; readonly virtual: AgeSummary };
  /** Mean learning curves. */
  readonly curves: { readonly real: readonly MeanPoint[]; readonly virtual: readonly MeanPoint[] };
}

/** The runs of one seed. */
interface Runs {
  readonly real: readonly TrialResult[];
  readonly virtual: TrialResult;
}

type Histogram = TimingReport['staleness']['voltages']['histogram'];

/**
 * Total variation distance of two distributions of ages, p and q: the greatest difference in the probability that they give to any event.
 *
 *   d = ½ Σ_age |p(age) - q(age)|
 */
export function totalVariation(one: Histogram, other: Histogram): number {
  const shares = (histogram: Histogram) => {
    const total = histogram.reduce((sum, [, count]) => sum + count, 0);
    return new Map(histogram.map(([age, count]) => [age, count / total]));
  };
  const [p, q] = [shares(one), shares(other)];
  const ages = new Set([...p.keys(), ...q.keys()]);
  return [...ages].reduce((sum, age) => sum + Math.abs((p.get(age) ?? 0) - (q.get(age) ?? 0)), 0) / 2;
}

/** Compares virtual runs with the real ones of their seeds. @returns null if no seed has all of its runs */
export function compareWorlds(results: readonly TrialResult[]): WorldComparison | null {
  const runs = groupRuns(results);
  if (runs.length === 0) return null;
  const scale = returnScale(runs);
  const comparisons = [
    compare(runs, { name: 'staleness, total variation distance', distance: ageDistance, margin: WORLD_MARGINS.staleness }),
    compare(runs, { name: 'computed a peer\'s', value: helpedFraction, margin: WORLD_MARGINS.helped }),
    compare(runs, { name: 'updates per step', value: ({ updatesPerSecond, samplesPerSecond }) => updatesPerSecond / samplesPerSecond, margin: WORLD_MARGINS.updatesPerStep }),
    compare(runs, { name: 'return along the curve', value: ({ curve }) => mean(curve.slice(1).map(({ meanReturn }) => meanReturn)), margin: WORLD_MARGINS.returns * scale }),
    compare(runs, { name: 'return at the end', value: ({ returns }) => mean(returns), margin: WORLD_MARGINS.returns * scale }),
    compare(runs, { name: 'seconds (differences relative)', value: secondsOf, relative: true, margin: WORLD_MARGINS.time }),
  ];
  const all = runs.flatMap(({ real }) => real);
  const first = runs[0].real.map((_, i) => runs.map(({ real }) => real[i]));
  return {
    verdict: comparisons.every(({ agrees }) => agrees) ? 'agrees' : 'differs',
    seeds: runs.length,
    comparisons,
    ages: { real: first.map((each) => joinAges(each.map(stalenessOf))), virtual: joinAges(runs.map(({ virtual }) => stalenessOf(virtual))) },
    curves: { real: meanCurve(all), virtual: meanCurve(runs.map(({ virtual }) => virtual)) },
  };
}

function groupRuns(results: readonly TrialResult[]): Runs[] {
  const finished = results.filter(({ failure, timing }) => failure === null && timing !== undefined);
  return finished.filter(({ trial }) => trial.label === 'virtual').flatMap((virtual) => {
    const real = finished.filter(({ trial }) => trial.repeat !== undefined && trial.seed === virtual.trial.seed).toSorted((a, b) => (a.trial.repeat ?? 0) - (b.trial.repeat ?? 0));
    return real.length < 2 ? [] : [{ real, virtual }];
  });
}

const NOTHING_READ = { reads: 0, median: 0, max: 0, helped: 0, voltages: { histogram: [] } } as const;

function stalenessOf({ timing }: TrialResult): TimingReport['staleness'] {
  return timing?.staleness ?? NOTHING_READ;
}

function helpedFraction(result: TrialResult): number {
  const { reads, helped } = stalenessOf(result);
  return helped / Math.max(1, reads + helped);
}

/** Of training, in virtual time if the trial has it. */
function secondsOf({ seconds, timing }: TrialResult): number {
  return timing?.virtualSeconds ?? seconds;
}

function ageDistance(one: TrialResult, other: TrialResult): number {
  return totalVariation(stalenessOf(one).voltages.histogram, stalenessOf(other).voltages.histogram);
}

/** From the random policy to the best real evaluation. */
function returnScale(runs: readonly Runs[]): number {
  const real = runs.flatMap((each) => each.real);
  const best = Math.max(...real.flatMap(({ curve }) => curve.map(({ meanReturn }) => meanReturn)));
  return Math.abs(best - mean(real.flatMap(({ randomReturn }) => randomReturn ?? [])));
}

/** A number of a run, or a distance of two runs, and its margin. */
type Compared = { readonly name: string; readonly margin: number } & ({ readonly value: (result: TrialResult) => number; readonly relative?: boolean } | { readonly distance: (one: TrialResult, other: TrialResult) => number });

function compare(runs: readonly Runs[], compared: Compared): Comparison {
  const { name, margin } = compared;
  if ('distance' in compared) {
    const { distance } = compared;
    return judge(name, null, null, runs.map(({ real: [one, other] }) => distance(one, other)), runs.map(({ real, virtual }) => mean(real.map((each) => distance(each, virtual)))), margin);
  }
  const { value, relative = false } = compared;
  const scaleOf = ({ real }: Runs) => (relative ? mean(real.map(value)) : 1);
  const noises = runs.map((each) => Math.abs(value(each.real[0]) - value(each.real[1])) / scaleOf(each));
  const differences = runs.map((each) => (value(each.virtual) - mean(each.real.map(value))) / scaleOf(each));
  return judge(name, runs[0].real.map((_, i) => mean(runs.map(({ real }) => value(real[i])))), mean(runs.map(({ virtual }) => value(virtual))), noises, differences, margin);
}

/** @param noises between the real runs of each seed @param differences of the virtual run of each seed from them */
export function judge(name: string, real: readonly number[] | null, virtual: number | null, noises: readonly number[], differences: readonly number[], margin: number): Comparison {
  const noise = Math.max(...noises);
  const difference = mean(differences);
  const limit = noise + margin;
  return { name, real, virtual, noise, difference, interval: bootstrapInterval(differences), limit, agrees: Math.abs(difference) <= limit };
}

