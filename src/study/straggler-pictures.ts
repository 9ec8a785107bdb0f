import { intervalChart } from '../report/interval-chart.js';
import { lineChart, type LinePoint } from '../report/line-chart.js';
import type { Svg } from '../report/svg.js';
import { describeSlowdown, stragglerContenders, type StragglerContender, type StragglerStudySettings } from './straggler-settings.js';
import { returnsAt, summariseStragglers, type AgeSummary, type Estimate, type StragglerRow } from './straggler-summary.js';
import { meanCurve } from './summary.js';
import type { TrialResult } from './trial.js';

/** The pictures of a study of stragglers. */
export interface StragglerPictures {
  readonly speeds: Svg;
  readonly curves: Svg;
  readonly returns: Svg;
  readonly staleness: Svg;
}

const OVER_SEEDS = 'mean and 95 % bootstrap interval over seeds';
const CURVE_POINTS = 20;
const AGES = 20;

/** Draws speeds against slowness, returns against virtual time and at the end, and staleness. */
export async function drawStragglers(settings: StragglerStudySettings, results: readonly TrialResult[]): Promise<StragglerPictures> {
  const { environment, slowdowns } = settings;
  const contenders = stragglerContenders(settings);
  const rows = summariseStragglers(contenders, results);
  const name = seriesName(settings);
  const names = [...new Set(contenders.map(name))];
  const panels = <Panel>(draw: (own: readonly StragglerContender[]) => Panel) => slowdowns.map((slowdown) => ({ title: describeSlowdown(slowdown), ...draw(contenders.filter((each) => each.slowdown === slowdown)) }));
  const rowOf = ({ label }: StragglerContender) => rows.find((row) => row.label === label);
  return {
    speeds: await lineChart({
      title: 'What stragglers cost',
      subtitle: `per unit of virtual time, over the same without stragglers; ${OVER_SEEDS}`,
      x: 'times slower',
      y: 'of the speed without stragglers',
      panels: [
        { title: 'updates (mean over partitions)', series: names.map((each) => ({ name: each, points: speedPoints(rows.filter((row) => name(row) === each), ({ relativeUpdates }) => relativeUpdates) })) },
        { title: 'environment steps', series: names.map((each) => ({ name: each, points: speedPoints(rows.filter((row) => name(row) === each), ({ relativeSteps }) => relativeSteps) })) },
      ],
    }),
    curves: await lineChart({
      title: `Returns against virtual time: ${environment}`,
      subtitle: `${OVER_SEEDS}, exploration off; up to when the first of the seeds is done`,
      x: 'virtual time, in median updates of one partition',
      y: 'mean return',
      panels: panels((own) => ({ series: own.map((each) => ({ name: name(each), points: curvePoints(results, each) })) })),
    }),
    returns: await intervalChart({
      title: 'Return at the end',
      subtitle: `after the same number of environment steps; ${OVER_SEEDS}, exploration off; faint: single seeds`,
      value: 'mean return',
      panels: panels((own) => ({ rows: own.map((each) => returnRow(name(each), rowOf(each)?.returns ?? null)) })),
    }),
    staleness: await lineChart({
      title: 'How old the voltages are that partitions read from one another',
      subtitle: 'share of the reads, all seeds together',
      x: `versions behind, ${AGES} and more last`,
      y: 'share',
      panels: panels((own) => ({ series: own.map((each) => ({ name: name(each), points: agePoints(rowOf(each)?.staleness ?? null) })) })),
    }),
  };
}

/** What tells contenders of one slowness apart. */
function seriesName({ algorithms }: StragglerStudySettings): (contender: StragglerContender) => string {
  return ({ algorithm, discipline }) => (algorithms.length === 1 ? discipline : `${algorithm}, ${discipline}`);
}

function speedPoints(rows: readonly StragglerRow[], number: (row: StragglerRow) => Estimate | null): LinePoint[] {
  return rows.flatMap((row) => {
    const found = number(row);
    return found === null ? [] : [{ x: row.slowdown, y: found.mean, low: found.interval[0], high: found.interval[1] }];
  });
}

function curvePoints(results: readonly TrialResult[], { label }: StragglerContender): LinePoint[] {
  const own = results.filter(({ trial, failure }) => trial.label === label && failure === null);
  const end = Math.min(...own.map(({ timing }) => timing?.virtualSeconds ?? 0));
  if (!Number.isFinite(end) || end === 0) return [];
  const times = Array.from({ length: CURVE_POINTS + 1 }, (_, i) => (end * i) / CURVE_POINTS);
  return meanCurve(own.map((result) => ({ curve: returnsAt(times, result) }))).map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));
}

function returnRow(name: string, returns: Estimate | null) {
  if (returns === null) return { name, estimate: NaN };
  return { name, estimate: returns.mean, low: returns.interval[0], high: returns.interval[1], values: returns.values };
}

/** The shares of the ages; those from `AGES` on together. */
export function agePoints(staleness: Pick<AgeSummary, 'reads' | 'histogram'> | null): LinePoint[] {
  if (staleness === null || staleness.reads === 0) return [];
  const { reads, histogram } = staleness;
  const last = Math.min(AGES, histogram.at(-1)?.[0] ?? 0);
  return Array.from({ length: last + 1 }, (_, age) => ({
    x: age,
    y: histogram.reduce((sum, [each, count]) => (Math.min(each, AGES) === age ? sum + count : sum), 0) / reads,
  }));
}
