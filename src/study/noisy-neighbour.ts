import { availableParallelism } from 'node:os';

import { isRecord } from '../check.js';
import { intervalChart } from '../report/interval-chart.js';
import type { Svg } from '../report/svg.js';
import type { Table } from '../report/table.js';
import type { SimulationOptions } from '../simulation/options.js';
import { runBenchmark, type BenchmarkArm, type BenchmarkOutcome, type Spread, type BenchmarkResult } from './benchmark.js';
import type { StragglerStudySettings } from './straggler-settings.js';
import { NOTHING, numeric } from './tables.js';

/** What was found beside a busy process, or why nothing was measured. */
export type NeighbourFindings = BenchmarkOutcome | { readonly skipped: string };

/** Free running: eight updates are owed for each environment step, so that updates are what is measured. */
function contestants(hidden: readonly number[]): BenchmarkArm[] {
  const work: SimulationOptions = { environment: 'Pendulum-v1', network: { hidden }, learning: { batch: 64, warmup: 64, updatesPerStep: 8 }, rateLimit: 'off' };
  return [
    { name: '1 partition', options: { ...work, schedule: 'hogwild', partitions: 1 } },
    { name: '2 × hogwild', options: { ...work, schedule: 'hogwild', partitions: 2 } },
    { name: '2 × bounded', options: { ...work, schedule: 'bounded', partitions: 2 } },
    { name: '2 × synchronous', options: { ...work, schedule: 'synchronous', partitions: 2 } },
  ];
}

/**
 * Measures two partitions under each discipline against one, for real: alone, and beside one busy process that keeps to one core.
 *
 * @param cores that threads may run on
 */
export async function measureNeighbour({ neighbour: { run, repeats, seconds, hidden } }: Pick<StragglerStudySettings, 'neighbour'>, signal: AbortSignal, cores = availableParallelism()): Promise<NeighbourFindings> {
  if (run === 'off') return { skipped: 'It was switched off.' };
  if (cores < 2) return { skipped: 'It needs two cores, and this machine has one: two partitions cannot run side by side here.' };
  if (signal.aborted) return { skipped: 'Interrupted before it began.' };
  const outcome = await runBenchmark({ arms: contestants(hidden), repeats, seconds, neighbour: true, warmUp: Math.min(1.5, seconds), signal });
  return outcome.repeats < repeats ? { skipped: 'Interrupted.' } : outcome;
}

/** Findings of an earlier run of the study, as they were kept. */
export function isOutcome(data: unknown): data is BenchmarkOutcome {
  return isRecord(data) && Array.isArray(data.standings) && data.standings.every((each) => isRecord(each) && Array.isArray(each.ratios) && isRecord(each.ratio)) && Array.isArray(data.load);
}

/** `Updates per second …; load 4.1 to 5.0` */
export function describeNeighbour(findings: NeighbourFindings): string {
  if ('skipped' in findings) return `Beside a busy process: not measured. ${findings.skipped}`;
  const { repeats, load, pinned } = findings;
  return `Updates per second of two partitions over those of one in the same repeat, medians of ${repeats} repeats [least, most]; load ${load.map((each) => each.toFixed(1)).join(' to ')}; the busy process ${pinned ? 'kept to one core' : 'was moved about by the system'}`;
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
      title: disturbed ? 'a busy process on one core' : 'nobody beside',
      rows: standings.filter((each) => each.disturbed === disturbed).map(({ name, ratio, ratios }) => ({ name, estimate: ratio.median, low: ratio.min, high: ratio.max, values: ratios })),
      references: [{ name: 'one partition', value: 1 }],
    })),
  });
}
