import { intervalChart, type IntervalRow } from '../report/interval-chart.js';
import { lineChart, type LinePoint } from '../report/line-chart.js';
import type { Reference } from '../report/panels.js';
import { stackPictures } from '../report/stack.js';
import type { Svg } from '../report/svg.js';
import { memorylessCeiling } from './memoryless-ceiling.js';
import { describeDensity, type LeakyStudySettings } from './leaky-settings.js';
import { bestNetwork, rowOf, summariseLeaky, type LeakyRow } from './leaky-summary.js';
import { points } from './leaky-tables.js';
import { meanCurve } from './summary.js';
import type { TrialResult } from './trial.js';

/** The pictures of a study of leaky integrators. */
export interface LeakyPictures {
  readonly returns: Svg;
  readonly schedules: Svg;
  readonly curves: Svg;
}

const OVER_SEEDS = 'mean and 95 % bootstrap interval over seeds, exploration off';

/** Draws returns against time constant and density, returns by schedule, and learning curves. */
export async function drawLeaky(settings: LeakyStudySettings, results: readonly TrialResult[]): Promise<LeakyPictures> {
  const { environment } = settings;
  const rows = summariseLeaky(settings, results);
  const returns = await drawSweep(settings, rows);
  const tried = rows.filter(({ part }) => part === 'schedules');
  const schedules = await intervalChart({
    title: `Return at the end by schedule: ${environment}`,
    subtitle: `${OVER_SEEDS}; fresh seeds; faint: single seeds`,
    value: 'mean return',
    panels: ['leaky', 'memoryless'].map((kind) => ({
      title: kind === 'leaky' ? (bestNetwork(rows)?.label ?? 'leaky') : kind,
      rows: settings.schedules.map((schedule) => returnRow(schedule, tried.find((row) => row.schedule === schedule && row.network.kind === kind))),
      references: ceilingOf(environment),
    })),
  });
  const curves = await lineChart({
    title: `Learning curves: ${environment}`,
    subtitle: `${OVER_SEEDS}; of the leaky networks the one with the highest return at the end`,
    x: 'environment steps',
    y: 'mean return',
    panels: [{ title: '', series: curveRows(rows).map(({ label }) => ({ name: label, points: curvePoints(results, label) })), references: ceilingOf(environment) }],
  });
  return { returns, schedules, curves };
}

/** All densities in one panel, and below it each with its intervals: together these would hide one another. */
async function drawSweep(settings: LeakyStudySettings, rows: readonly LeakyRow[]): Promise<Svg> {
  const { environment, densities, timeConstants } = settings;
  const title = `Return at the end against time constant: ${environment}`;
  const axes = { x: 'time constant of the slowest integrator, in environment steps', xTicks: timeConstants, y: 'mean return' };
  const references = referencesOf(settings, rows);
  const series = densities.map((density) => ({ name: `density ${describeDensity(density)}`, points: sweepPoints(rows, density) }));
  const means = series.map(({ name, points: own }) => ({ name, points: own.map(({ x, y }) => ({ x, y })) }));
  const together = await lineChart({ title, subtitle: 'mean over seeds, exploration off; one line for each share of the hidden neurons that is read again', ...axes, panels: [{ title: '', series: means, references }] });
  if (series.length === 1) return lineChart({ title, subtitle: OVER_SEEDS, ...axes, panels: [{ title: '', series, references }] });
  const apart = await lineChart({ title: 'The same, density by density', subtitle: OVER_SEEDS, ...axes, panels: series.map((each) => ({ title: each.name, series: series.map(({ name, points: own }) => ({ name, points: name === each.name ? own : [] })), references })) });
  return stackPictures([together, apart], title);
}

function ceilingOf(environment: string): Reference[] {
  const ceiling = memorylessCeiling(environment);
  return ceiling === undefined ? [] : [{ name: `without memory at most ${points(ceiling.value)}`, value: ceiling.value }];
}

/** Networks that have no time constant. */
function referencesOf({ environment }: LeakyStudySettings, rows: readonly LeakyRow[]): Reference[] {
  const measured = (['memoryless', 'sensory memory'] as const).flatMap((kind) => {
    const value = rowOf(rows, kind)?.returns?.mean;
    return value === undefined ? [] : [{ name: `${kind} ${points(value)}`, value }];
  });
  return [...ceilingOf(environment), ...measured];
}

function sweepPoints(rows: readonly LeakyRow[], density: number): LinePoint[] {
  return rows.flatMap(({ part, network, returns }) => {
    if (part !== 'networks' || network.kind !== 'leaky' || network.density !== density || returns === null) return [];
    return [{ x: network.timeConstant, y: returns.mean, low: returns.interval[0], high: returns.interval[1] }];
  });
}

function returnRow(name: string, row: LeakyRow | undefined): IntervalRow {
  const returns = row?.returns ?? null;
  if (returns === null) return { name, estimate: NaN };
  return { name, estimate: returns.mean, low: returns.interval[0], high: returns.interval[1], values: returns.values };
}

/** What has no density, and the best of all that have one. */
function curveRows(rows: readonly LeakyRow[]): LeakyRow[] {
  return [rowOf(rows, 'memoryless'), rowOf(rows, 'sensory memory'), bestNetwork(rows)].filter((row) => row !== undefined);
}

function curvePoints(results: readonly TrialResult[], label: string): LinePoint[] {
  return meanCurve(results.filter(({ trial }) => trial.label === label)).map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));
}
