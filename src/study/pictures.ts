import { intervalChart } from '../report/interval-chart.js';
import { lineChart } from '../report/line-chart.js';
import type { Reference } from '../report/panels.js';
import type { Svg } from '../report/svg.js';
import { TASK_SCORES } from './task-scores.js';
import { meanCurve, summarise, type SummaryRow } from './summary.js';
import type { Trial, TrialResult } from './trial.js';

/** The pictures of a study: one panel for each task, one colour for each label in both. */
export interface StudyPictures {
  readonly curves: Svg;
  readonly returns: Svg;
}

/**
 * Draws the mean learning curves and the final returns, each with its 95 % interval over seeds.
 *
 * @param trials all that were planned, so that colours do not depend on which have ended
 */
export async function drawStudy(trials: readonly Trial[], results: readonly TrialResult[]): Promise<StudyPictures> {
  const environments = distinct(trials.map(({ environment }) => environment));
  const labels = distinct(trials.map(({ label }) => label));
  const rows = summarise(results);
  const subtitle = 'mean and 95 % bootstrap interval over seeds, exploration off';
  const curves = await lineChart({
    title: 'Learning curves',
    subtitle,
    x: 'environment steps',
    y: 'mean return',
    panels: environments.map((environment) => ({
      title: environment,
      series: labels.map((name) => ({ name, points: curvePoints(results, environment, name) })),
      references: references(environment),
    })),
  });
  const returns = await intervalChart({
    title: 'Return at the end',
    subtitle: `${subtitle}; faint: single seeds`,
    value: 'mean return',
    panels: environments.map((environment) => ({
      title: environment,
      rows: labels.map((name) => returnRow(name, rows.find((row) => row.environment === environment && row.label === name))),
      references: references(environment),
    })),
  });
  return { curves, returns };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function curvePoints(results: readonly TrialResult[], environment: string, label: string) {
  const own = results.filter(({ trial }) => trial.environment === environment && trial.label === label);
  return meanCurve(own).map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));
}

function returnRow(name: string, row: SummaryRow | undefined) {
  if (row === undefined || row.interval === null) return { name, estimate: NaN };
  const [low, high] = row.interval;
  return { name, estimate: row.meanReturn ?? NaN, low, high, values: row.returns };
}

function references(environment: string): Reference[] {
  const benchmark = TASK_SCORES[environment];
  if (benchmark === undefined) return [];
  const { threshold, published, source } = benchmark;
  return [
    { name: `threshold ${threshold}`, value: threshold },
    { name: `published ${published} (${source})`, value: published },
  ];
}
