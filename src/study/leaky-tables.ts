import type { Table } from '../report/table.js';
import { memorylessCeiling } from './memoryless-ceiling.js';
import { describeDensity, describeNetwork, type LeakyNetwork, type LeakyStudySettings } from './leaky-settings.js';
import { bestNetwork, rowOf, type LeakyRow, type Verdict } from './leaky-summary.js';
import type { Estimate } from './straggler-summary.js';
import { NOTHING, numeric, whole } from './tables.js';

/** A table of a study of leaky integrators, and what it says. */
export interface LeakyFindings {
  readonly title: string;
  /** The finding, in sentences. */
  readonly paragraphs: readonly string[];
  readonly table: Table;
}

/** Networks against the memoryless one, and the best of them under the schedules. */
export function leakyFindings(settings: LeakyStudySettings, rows: readonly LeakyRow[]): LeakyFindings[] {
  const parts = ['networks', 'schedules'] as const;
  const [networks, schedules] = parts.map((part) => rows.filter((row) => row.part === part));
  const best = bestNetwork(rows);
  return [
    ...(networks.length === 0 ? [] : [{ title: 'Return by density and time constant', paragraphs: [describeTask(settings, networks), describeNetworks(networks)], table: networkTable(networks) }]),
    ...(schedules.length === 0 || best === undefined ? [] : [{ title: 'Return by schedule', paragraphs: [describeSchedules(best, schedules)], table: scheduleTable(schedules) }]),
  ];
}

/** `30,000 environment steps; random policy -5.70; without memory at most 1.95 (half of the turns right)` */
function describeTask({ environment, steps, rule }: LeakyStudySettings, rows: readonly LeakyRow[]): string {
  const random = rows.find(({ randomReturn }) => randomReturn !== null)?.randomReturn ?? null;
  const ceiling = memorylessCeiling(environment);
  const most = ceiling === undefined ? 'the task hides nothing' : `without memory at most ${points(ceiling.value)} (${ceiling.source})`;
  return `${rule.name}, ${whole(steps)} environment steps; random policy ${points(random)}; ${most}.`;
}

/** Where recurrence helps, and where it does not. */
export function describeNetworks(rows: readonly LeakyRow[]): string {
  const leaky = rows.filter(({ network }) => network.kind === 'leaky');
  const [best, without, sensory] = [bestNetwork(rows), rowOf(rows, 'memoryless'), rowOf(rows, 'sensory memory')];
  if (best === undefined || without === undefined) return 'No leaky network has a return yet.';
  return [
    `Against the memoryless network, which came to ${withInterval(without.returns)}, leaky recurrence ${leaky.every(({ verdict }) => verdict === null) ? 'was tried with too few seeds to tell' : countVerdicts(leaky)}.`,
    `Highest: ${describeNetwork(best.network)}, ${withInterval(best.returns)}; it was picked by these very seeds.`,
    ...(sensory === undefined ? [] : [`The sensory memory that the task ships with came to ${withInterval(sensory.returns)}.`]),
  ].join(' ');
}

/** `helps in 3 of 4 networks (density 100 %: time constant 1, 4), makes no clear difference in 1 and harms in none` */
function countVerdicts(rows: readonly LeakyRow[]): string {
  const of = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict);
  const count = (verdict: Verdict) => `${of(verdict).length || 'none'}`;
  const where = (verdict: Verdict) => (of(verdict).length === 0 || of(verdict).length === rows.length ? '' : ` (${describeCells(of(verdict))})`);
  return `helps in ${count('helps')} of ${rows.length} networks${where('helps')}, makes no clear difference in ${count('no clear difference')} and harms in ${count('harms')}${where('harms')}`;
}

/** `density 25 %: time constant 16; 100 %: 4, 16` */
function describeCells(rows: readonly LeakyRow[]): string {
  const byDensity = new Map<number, number[]>();
  for (const { network } of rows) if (network.kind === 'leaky') byDensity.set(network.density, [...(byDensity.get(network.density) ?? []), network.timeConstant]);
  const cells = [...byDensity].map(([density, constants], i) => (i === 0 ? `density ${describeDensity(density)}: time constant ${constants.join(', ')}` : `${describeDensity(density)}: ${constants.join(', ')}`));
  return cells.join('; ');
}

function describeSchedules(best: LeakyRow, rows: readonly LeakyRow[]): string {
  const tried = rows.filter(({ network }) => network.kind === 'leaky');
  const verdicts = tried.map(({ schedule, returns, verdict }) => `${schedule} ${withInterval(returns)}${verdict === null ? '' : ` (${verdict})`}`);
  return `${describeNetwork(best.network)}, from seeds that it was not picked by: ${verdicts.join(', ')}.`;
}

function networkTable(rows: readonly LeakyRow[]): Table {
  return {
    columns: [{ name: 'network' }, ...['density', 'time constant', ...RETURN_COLUMNS].map(numeric), { name: 'leaky recurrence' }],
    rows: rows.map((row) => [row.network.kind, ...describeCell(row.network), ...returnCells(row)]),
  };
}

function describeCell(network: LeakyNetwork): [density: string, timeConstant: string] {
  return network.kind === 'leaky' ? [describeDensity(network.density), String(network.timeConstant)] : [NOTHING, NOTHING];
}

function scheduleTable(rows: readonly LeakyRow[]): Table {
  return {
    columns: [{ name: 'schedule' }, { name: 'network' }, ...[...RETURN_COLUMNS].map(numeric), { name: 'leaky recurrence' }, ...['median age read', 'at most'].map(numeric)],
    rows: rows.map((row) => [row.schedule, describeNetwork(row.network), ...returnCells(row), whole(row.staleness?.median ?? null), whole(row.staleness?.max ?? null)]),
  };
}

const RETURN_COLUMNS = ['seeds', 'diverged', 'mean return', '95 % interval', 'over memoryless', '95 % interval'];

function returnCells({ network, seeds, diverged, returns, gain, verdict }: LeakyRow): string[] {
  const verdictOf = network.kind === 'leaky' ? verdict : null;
  return [String(seeds), String(diverged), points(returns?.mean ?? null), range(returns), points(gain?.mean ?? null), range(gain), verdictOf ?? NOTHING];
}

/** Returns of some tasks lie between 0 and 4, of others in the hundreds. */
export function points(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

function range(found: Estimate | null): string {
  return found === null ? NOTHING : `${points(found.interval[0])} to ${points(found.interval[1])}`;
}

/** `3.57 [2.72, 4.00]` */
function withInterval(found: Estimate | null): string {
  return found === null ? NOTHING : `${points(found.mean)} [${found.interval.map(points).join(', ')}]`;
}
