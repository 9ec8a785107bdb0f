import { intervalChart, type IntervalRow } from '../report/interval-chart.js';
import { lineChart, type LinePoint } from '../report/line-chart.js';
import type { Svg } from '../report/svg.js';
import { asyncLabel, describeDelay, type AsyncStudySettings } from './async-settings.js';
import { summariseAsync, type AsyncRow } from './async-summary.js';
import { TASK_SCORES } from './task-scores.js';
import { meanCurve } from './summary.js';
import type { TrialResult } from './trial.js';

/** The pictures of a study of delays. */
export interface AsyncPictures {
  readonly returns: Svg;
  readonly halves: Svg;
  readonly times: Svg;
  readonly curves: Svg;
}

const OVER_SEEDS = 'mean and 95 % bootstrap interval over seeds, exploration off';

/** Draws returns against delay, half-gain delays, virtual times against delay, and learning curves. */
export async function drawAsync(settings: AsyncStudySettings, results: readonly TrialResult[]): Promise<AsyncPictures> {
  const { environment, algorithms, delays } = settings;
  const rows = summariseAsync(settings, results);
  const rowOf = (algorithm: string) => rows.find((row) => row.algorithm === algorithm);
  const returns = await lineChart({
    title: `Return at the end against delay: ${environment}`,
    subtitle: OVER_SEEDS,
    x: 'delay, in updates',
    xTicks: delays,
    y: 'mean return',
    panels: [{
      title: '',
      series: algorithms.map((name) => ({ name, points: returnPoints(rowOf(name)) })),
      references: rows.flatMap(({ randomReturn }) => (randomReturn === null ? [] : [{ name: 'random policy', value: randomReturn }])).slice(0, 1),
    }],
  });
  const halves = await intervalChart({
    title: 'Delay at which half of the gain is lost',
    subtitle: `95 % bootstrap interval over seeds; what reaches ${delays[delays.length - 1]} may lie beyond it; no data: no gain to lose, or no seed is complete`,
    value: 'delay, in updates',
    ticks: delays,
    panels: [{ title: '', rows: algorithms.map((name) => halfRow(name, rowOf(name), delays[delays.length - 1])) }],
  });
  const times = await lineChart({
    title: 'Virtual time to half of the gain, against delay',
    subtitle: 'time of one update without delay is 1; medians of the trials that get there; what is missing is never reached',
    x: 'delay, in updates',
    xTicks: delays,
    y: 'virtual time',
    yLog: true,
    panels: algorithms.map((name) => ({
      title: name,
      series: [
        { name: 'asynchronous', points: timePoints(rowOf(name), 'time') },
        { name: 'with barriers', points: timePoints(rowOf(name), 'barrierTime') },
      ],
    })),
  });
  const threshold = TASK_SCORES[environment]?.threshold;
  const curves = await lineChart({
    title: `Learning curves: ${environment}`,
    subtitle: OVER_SEEDS,
    x: 'environment steps',
    y: 'mean return',
    panels: algorithms.map((algorithm) => ({
      title: algorithm,
      series: [null, ...delays].map((delay) => ({ name: describeDelay(delay), points: curvePoints(results, asyncLabel(algorithm, delay)) })),
      references: threshold === undefined ? [] : [{ name: `threshold ${threshold}`, value: threshold }],
    })),
  });
  return { returns, halves, times, curves };
}

function returnPoints(row: AsyncRow | undefined): LinePoint[] {
  return (row?.delays ?? []).flatMap(({ delay, meanReturn, interval }) =>
    delay === null || meanReturn === null || interval === null ? [] : [{ x: delay, y: meanReturn, low: interval[0], high: interval[1] }],
  );
}

function timePoints(row: AsyncRow | undefined, which: 'time' | 'barrierTime'): LinePoint[] {
  return (row?.delays ?? []).flatMap(({ delay, halfWay }) => {
    const time = halfWay?.[which] ?? null;
    return delay === null || time === null || time <= 0 ? [] : [{ x: delay, y: time }];
  });
}

function curvePoints(results: readonly TrialResult[], label: string): LinePoint[] {
  return meanCurve(results.filter(({ trial }) => trial.label === label)).map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));
}

/** What lies beyond the longest delay is drawn at it. */
function halfRow(name: string, row: AsyncRow | undefined, longest: number): IntervalRow {
  const half = row?.gain?.halfGain ?? null;
  if (half === null) return { name, estimate: NaN };
  return { name, estimate: half.delay ?? longest, low: half.interval[0] ?? longest, high: half.interval[1] ?? longest };
}
