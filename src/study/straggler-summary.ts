import type { Table } from '../report/table.js';
import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import { describeSlowdown, type StragglerContender } from './straggler-settings.js';
import { orNull } from './summary.js';
import { interval, NOTHING, numeric, score } from './tables.js';
import type { TimingReport, TrialResult } from './trial.js';

/** A mean over seeds with its 95 % bootstrap interval. */
export interface Estimate {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
  readonly values: readonly number[];
}

/** What stragglers meant under one discipline. Numbers are null where no trial got to its end; one unit of virtual time is the median update. */
export interface StragglerRow extends StragglerContender {
  /** Trials that got to their end, and that failed. */
  readonly seeds: number;
  readonly failures: number;
  /** Updates of a partition for each unit of virtual time: the mean over partitions, and those of the slowest and the fastest. */
  readonly updates: Estimate | null;
  readonly slowestUpdates: number | null;
  readonly fastestUpdates: number | null;
  /** Environment steps for each unit of virtual time. */
  readonly steps: Estimate | null;
  /** Both over the same seed's without stragglers; null where that was not run. */
  readonly relativeUpdates: Estimate | null;
  readonly relativeSteps: Estimate | null;
  /** Of the final evaluation. */
  readonly returns: Estimate | null;
  readonly randomReturn: number | null;
  readonly staleness: AgeSummary | null;
}

/** Ages of the voltages that partitions read from one another, of all seeds together, in versions. */
export interface AgeSummary {
  readonly reads: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
  /** Share of a peer's voltages that were computed here instead. */
  readonly helped: number;
  /** Youngest first. */
  readonly histogram: readonly (readonly [age: number, count: number])[];
}

interface Rated {
  readonly seed: number;
  readonly updates: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly steps: number;
}

/** One row for each contender that has a result. */
export function summariseStragglers(contenders: readonly StragglerContender[], results: readonly TrialResult[]): StragglerRow[] {
  const of = ({ label }: StragglerContender) => results.filter(({ trial }) => trial.label === label);
  return contenders.flatMap((contender) => {
    const own = of(contender);
    const unhindered = contenders.find(({ algorithm, discipline, slowdown }) => algorithm === contender.algorithm && discipline === contender.discipline && slowdown === 1);
    return own.length === 0 ? [] : [summariseContender(contender, own, unhindered === undefined ? [] : of(unhindered))];
  });
}

function summariseContender(contender: StragglerContender, results: readonly TrialResult[], unhindered: readonly TrialResult[]): StragglerRow {
  const finished = results.filter(({ failure }) => failure === null);
  const rates = finished.flatMap(rate);
  const reference = new Map(unhindered.filter(({ failure }) => failure === null).flatMap(rate).map((each) => [each.seed, each]));
  const relative = (number: (rated: Rated) => number) => estimate(rates.flatMap((each) => {
    const found = reference.get(each.seed);
    return found === undefined ? [] : [number(each) / number(found)];
  }));
  return {
    ...contender,
    seeds: finished.length,
    failures: results.length - finished.length,
    updates: estimate(rates.map(({ updates }) => updates)),
    slowestUpdates: orNull(rates.map(({ slowest }) => slowest), mean),
    fastestUpdates: orNull(rates.map(({ fastest }) => fastest), mean),
    steps: estimate(rates.map(({ steps }) => steps)),
    relativeUpdates: relative(({ updates }) => updates),
    relativeSteps: relative(({ steps }) => steps),
    returns: estimate(finished.map(({ returns }) => mean(returns))),
    randomReturn: orNull(finished.flatMap(({ randomReturn }) => randomReturn ?? []), mean),
    staleness: orNull(finished.flatMap(({ timing }) => timing?.staleness ?? []), joinAges),
  };
}

function rate({ trial, steps, timing }: TrialResult): Rated[] {
  if (timing === undefined || timing.virtualSeconds === null || timing.virtualSeconds === 0) return [];
  const { updates, virtualSeconds } = timing;
  return [{ seed: trial.seed, updates: mean(updates) / virtualSeconds, slowest: Math.min(...updates) / virtualSeconds, fastest: Math.max(...updates) / virtualSeconds, steps: steps / virtualSeconds }];
}

export function estimate(values: readonly number[]): Estimate | null {
  return orNull(values, (all) => ({ mean: mean(all), interval: bootstrapInterval(all), values: all }));
}

type Ages = TimingReport['staleness'];

/** The reads of several trials together. */
export function joinAges(all: readonly Pick<Ages, 'helped' | 'max' | 'voltages'>[]): AgeSummary {
  const counts = new Map<number, number>();
  for (const { voltages } of all) for (const [age, count] of voltages.histogram) counts.set(age, (counts.get(age) ?? 0) + count);
  const histogram = [...counts].toSorted(([a], [b]) => a - b);
  const reads = histogram.reduce((sum, [, count]) => sum + count, 0);
  const helped = all.reduce((sum, each) => sum + each.helped, 0);
  return {
    reads,
    median: percentile(histogram, reads / 2),
    p90: percentile(histogram, 0.9 * reads),
    max: Math.max(0, ...all.map(({ max }) => max)),
    helped: reads + helped === 0 ? 0 : helped / (reads + helped),
    histogram,
  };
}

/** The age of the read that is the `least`-th, counted from the youngest. */
function percentile(histogram: readonly (readonly [age: number, count: number])[], least: number): number {
  let seen = 0;
  for (const [age, count] of histogram) {
    seen += count;
    if (seen >= least) return age;
  }
  return 0;
}

/** The learning curve of a trial by virtual time, for a mean over seeds at the same times: returns in straight lines between evaluations. */
export function returnsAt(times: readonly number[], { curve }: Pick<TrialResult, 'curve'>): { readonly step: number; readonly meanReturn: number }[] {
  const known = curve.map(({ meanReturn, virtualSeconds = 0 }) => ({ time: virtualSeconds, meanReturn }));
  return times.flatMap((time) => {
    const next = known.findIndex((point) => point.time >= time);
    if (next === -1) return [];
    const [before, after] = [known[Math.max(0, next - 1)], known[next]];
    const share = after.time === before.time ? 1 : (time - before.time) / (after.time - before.time);
    return [{ step: time, meanReturn: before.meanReturn + share * (after.meanReturn - before.meanReturn) }];
  });
}

const rateOf = (value: number | null) => (value === null ? NOTHING : value.toFixed(3));

/** `0.25 [0.24, 0.26]` */
export function ratio(found: Estimate | null): string {
  return found === null ? NOTHING : `${found.mean.toFixed(2)} [${found.interval.map((end) => end.toFixed(2)).join(', ')}]`;
}

export function stragglerTable(rows: readonly StragglerRow[]): Table {
  const columns = ['seeds', 'failed', 'updates', 'slowest', 'fastest', 'relative', 'env steps', 'relative', 'return at the end', '95 % interval', 'staleness', '90 %', 'max', 'computed a peer\'s'];
  return {
    columns: [{ name: 'algorithm' }, { name: 'discipline' }, { name: 'stragglers' }, ...columns.map(numeric)],
    rows: rows.map((row) => [
      row.algorithm,
      row.discipline,
      describeSlowdown(row.slowdown),
      String(row.seeds),
      String(row.failures),
      rateOf(row.updates?.mean ?? null),
      rateOf(row.slowestUpdates),
      rateOf(row.fastestUpdates),
      ratio(row.relativeUpdates),
      rateOf(row.steps?.mean ?? null),
      ratio(row.relativeSteps),
      score(row.returns?.mean ?? null),
      interval(row.returns?.interval ?? null),
      ...(row.staleness === null ? [NOTHING, NOTHING, NOTHING, NOTHING] : [row.staleness.median, row.staleness.p90, row.staleness.max].map(String).concat(`${(100 * row.staleness.helped).toFixed(1)} %`)),
    ]),
  };
}
