import { availableParallelism } from 'node:os';

import { isRecord } from '../check.js';
import { intervalChart } from '../report/interval-chart.js';
import type { Svg } from '../report/svg.js';
import type { Table } from '../report/table.js';
import type { SimulationOptions } from '../placement/partitioned/settings.js';
import { runBenchmark, type BenchmarkArm, type BenchmarkOutcome, type Spread, type BenchmarkResult } from './benchmark.js';
import { listed, NOTHING } from './format.js';
import { numeric } from './tables.js';

/** Speeds beside a busy process, or why they were not measured. */
export type NeighbourFindings = BenchmarkOutcome | { readonly skipped: string };

/** Options of the measurement. */
export interface NeighbourSettings {
  readonly neighbour: { readonly run: string; readonly repeats: number; readonly seconds: number; readonly hidden: readonly number[] };
}

/** Free running at eight updates per environment step, so that updates limit the speed. */
function benchmarkArms(hidden: readonly number[]): BenchmarkArm[] {
  const work: SimulationOptions = { environment: 'Pendulum-v1', network: { hidden }, learning: { batch: 64, warmup: 64, updatesPerStep: 8 }, updateWindow: 'off' };
  return [
    { name: '1 partition', options: { ...work, schedule: 'hogwild', partitions: 1 } },
    { name: '2 × hogwild', options: { ...work, schedule: 'hogwild', partitions: 2 } },
    { name: '2 × bounded', options: { ...work, schedule: 'bounded', partitions: 2 } },
    { name: '2 × synchronous', options: { ...work, schedule: 'synchronous', partitions: 2 } },
  ];
}

/**
 * Measures two partitions under each schedule against one in real time: alone, and beside one busy process that keeps to one core.
 *
 * @param cores that threads may run on
 */
export async function measureNeighbour({ neighbour: { run, repeats, seconds, hidden } }: NeighbourSettings, signal: AbortSignal, cores = availableParallelism()): Promise<NeighbourFindings> {
  if (run === 'off') return { skipped: 'It was switched off.' };
  if (cores < 2) return { skipped: 'It needs two cores, and this machine has one: two partitions cannot run side by side here.' };
  if (signal.aborted) return { skipped: 'Interrupted before it began.' };
  const outcome = await runBenchmark({ arms: benchmarkArms(hidden), repeats, seconds, neighbour: true, warmUp: Math.min(1.5, seconds), signal });
  return outcome.repeats < repeats ? { skipped: 'Interrupted.' } : outcome;
}

/** True for the findings of an earlier run of the study. */
export function isOutcome(data: unknown): data is BenchmarkOutcome {
  return isRecord(data) && Array.isArray(data.standings) && data.standings.every((each) => isRecord(each) && Array.isArray(each.ratios) && isRecord(each.ratio)) && Array.isArray(data.load);
}

/** `Updates per second …; load 4.1 to 5.0` */
export function describeNeighbour(findings: NeighbourFindings): string {
  if ('skipped' in findings) return `Beside a busy process: not measured. ${findings.skipped}`;
  const { repeats, load, pinned } = findings;
  return `Updates per second of two partitions over those of one in the same repeat, medians of ${repeats} repeats [least, most]; load ${load.map((each) => each.toFixed(1)).join(' to ')}; the busy process ${pinned ? 'kept to one core' : 'moved between cores'}`;
}

/** What was found, in a sentence. */
export function neighbourFinding(findings: NeighbourFindings): string {
  if ('skipped' in findings) return describeNeighbour(findings);
  const [, ...others] = findings.standings.filter(({ disturbed }) => disturbed);
  return `Beside a process that keeps one core busy, the updates of two partitions over those of one are, medians of ${findings.repeats} repeats [least, most], ${listed(others.map(({ name, ratio }) => `${name} ${describeSpread(ratio)}`))}.`;
}

export function neighbourTable({ standings }: BenchmarkOutcome): Table {
  const names = [...new Set(standings.map(({ name }) => name))];
  const find = (name: string, disturbed: boolean) => standings.find((each) => each.name === name && each.disturbed === disturbed);
  return {
    columns: [{ name: '' }, ...['updates/s alone', 'to 1 partition', 'updates/s disturbed', 'to 1 partition'].map(numeric)],
    rows: names.map((name) => [name, ...[false, true].flatMap((disturbed) => standingCells(find(name, disturbed)))]),
  };
}

function standingCells(standing: BenchmarkResult | undefined): string[] {
  return standing === undefined ? [NOTHING, NOTHING] : [standing.updatesPerSecond.median.toPrecision(3), describeSpread(standing.ratio)];
}

function describeSpread({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} [${min.toFixed(2)}, ${max.toFixed(2)}]`;
}

export function drawNeighbour(findings: NeighbourFindings): Promise<Svg> {
  const standings = 'skipped' in findings ? [] : findings.standings;
  return intervalChart({
    title: 'Beside a busy process',
    subtitle: 'median of the repeats, and the least and the most; faint: single repeats; measured in real time',
    value: 'updates per second, over those of one partition',
    panels: [false, true].map((disturbed) => ({
      title: disturbed ? 'a busy process on one core' : 'no other process',
      rows: standings.filter((each) => each.disturbed === disturbed).map(({ name, ratio, ratios }) => ({ name, estimate: ratio.median, low: ratio.min, high: ratio.max, values: ratios })),
      references: [{ name: 'one partition', value: 1 }],
    })),
  });
}
