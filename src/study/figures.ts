import { intervalChart } from '../report/interval-chart.js';
import { lineChart, type LinePoint } from '../report/line-chart.js';
import type { Reference } from '../report/panels.js';
import type { Svg } from '../report/svg.js';
import { meanCurve, type Estimate } from './estimate.js';
import { score } from './format.js';
import type { BaseRow, Figure, Report } from './study.js';
import { TASK_SCORES } from './task-scores.js';
import type { TrialResult } from './trial.js';

/** Subtitle of what is measured over seeds. */
export const OVER_SEEDS = 'mean and 95 % bootstrap interval over seeds, exploration off';

/** Names and axes of learning curves. */
export const LEARNING_CURVES = { file: 'learning-curves', subtitle: OVER_SEEDS, x: 'environment steps', y: 'mean return' } as const;

/** Dashed lines at the threshold of a task, if it has one. */
export function thresholdReference(environment: string): Reference[] {
  return [TASK_SCORES[environment]?.threshold ?? []].flat().map((value) => ({ name: `threshold ${value}`, value }));
}

/** A picture with its heading on the page. */
export interface Drawn {
  readonly file: string;
  readonly title: string;
  readonly paragraph?: string;
  readonly picture: Svg;
}

/** Draws a figure from all arms, those without a result too: colours and panels do not depend on which trials have ended. */
export async function drawFigure<R>(figure: Figure<R>, { entries }: Pick<Report<object, R>, 'entries'>): Promise<Drawn> {
  return { file: figure.file, title: figure.heading ?? ('title' in figure ? figure.title : ''), ...(figure.paragraph !== undefined && { paragraph: figure.paragraph }), picture: await pictureOf(figure, entries) };
}

async function pictureOf<R>(figure: Figure<R>, entries: Report<object, R>['entries']): Promise<Svg> {
  if ('picture' in figure) return figure.picture;
  if ('bars' in figure) {
    const { bars, ...chart } = figure;
    const panels = panelsOf(entries.flatMap(({ row, results }) => bars(row, results)));
    return intervalChart({ ...chart, panels: panels.map(({ title, marks, references }) => ({ title, references, rows: marks.map(({ name, estimate }) => barOf(name, estimate)) })) });
  }
  const { lines, ...chart } = figure;
  const panels = panelsOf(entries.flatMap(({ row, results }) => lines(row, results)));
  return lineChart({ ...chart, panels: panels.map(({ title, marks, references }) => ({ title, references, series: joined(marks) })) });
}

interface AnyMark {
  readonly panel?: string;
  readonly name: string;
  readonly references?: readonly Reference[];
}

/** Marks by panel, in order of appearance; the first references of a panel count. */
function panelsOf<M extends AnyMark>(marks: readonly M[]): { title: string; marks: M[]; references: readonly Reference[] }[] {
  const titles = [...new Set(marks.map(({ panel = '' }) => panel))];
  return titles.map((title) => {
    const own = marks.filter(({ panel = '' }) => panel === title);
    return { title, marks: own, references: own.find(({ references }) => references !== undefined)?.references ?? [] };
  });
}

/** Points of one name as one series. */
function joined(marks: readonly (AnyMark & { readonly points: readonly LinePoint[] })[]) {
  const names = [...new Set(marks.map(({ name }) => name))];
  return names.map((name) => ({ name, points: marks.filter((mark) => mark.name === name).flatMap(({ points }) => points) }));
}

function barOf(name: string, estimate: Estimate | null) {
  if (estimate === null) return { name, estimate: NaN };
  const { mean, interval: [low, high], values } = estimate;
  return { name, estimate: mean, low, high, values };
}

/** The mean learning curve of some trials. @param x of a point, from its environment step */
export function curveOf(results: readonly Pick<TrialResult, 'curve'>[], x: (step: number) => number = Number): LinePoint[] {
  return meanCurve(results).map(({ step, mean, low, high }) => ({ x: x(step), y: mean, low, high }));
}

/** An estimate as a point at `x`; none without an estimate. */
export function pointAt(x: number, estimate: Estimate | null): LinePoint[] {
  return estimate === null ? [] : [{ x, y: estimate.mean, low: estimate.interval[0], high: estimate.interval[1] }];
}

/** The threshold of a task and a published return, as dashed lines. */
export function taskReferences(environment: string): Reference[] {
  const known = TASK_SCORES[environment];
  if (known === undefined) return [];
  const { threshold, published, source } = known;
  return [{ name: `threshold ${threshold}`, value: threshold }, { name: `published ${published} (${source})`, value: published }];
}

/** The random policy as a dashed line. */
export function randomReference({ randomReturn }: Pick<BaseRow, 'randomReturn'>): Reference[] {
  return randomReturn === null ? [] : [{ name: `random policy ${score(randomReturn)}`, value: randomReturn }];
}

/** Learning curves, by task. */
export function learningCurves<R extends BaseRow>(): Figure<R> {
  return {
    ...LEARNING_CURVES, title: 'Learning curves',
    lines: ({ environment, label }, results) => [{ panel: environment, name: label, points: curveOf(results), references: taskReferences(environment) }],
  };
}

/** Final returns, by task. */
export function finalReturns<R extends BaseRow>(): Figure<R> {
  return {
    file: 'returns', title: 'Return at the end', subtitle: `${OVER_SEEDS}; faint: single seeds`, value: 'mean return',
    bars: ({ environment, label, returns }) => [{ panel: environment, name: label, estimate: returns, references: taskReferences(environment) }],
  };
}
