import { intervalChart, type IntervalRow } from '../report/interval-chart.js';
import { lineChart } from '../report/line-chart.js';
import type { Svg } from '../report/svg.js';
import { bootstrapInterval, mean } from '../telemetry/statistics.js';
import { deathContenders, describeFate, describeShare, type DeathStudySettings } from './death-settings.js';
import { curveAroundDeath, leastRecoveries, summariseDeaths, type DeathRow } from './death-summary.js';
import { meanCurve } from './summary.js';
import type { TrialResult } from './trial.js';

/** The pictures of a study of death. */
export interface DeathPictures {
  readonly curves: Svg;
  readonly losses: Svg;
  readonly recoveries: Svg;
}

const OVER_SEEDS = 'mean and 95 % bootstrap interval over seeds, exploration off';

/** Draws the returns around the death, what was lost at once, and what recovery took. */
export async function drawDeaths(settings: DeathStudySettings, results: readonly TrialResult[]): Promise<DeathPictures> {
  const { algorithms, shares, environment, steps, death } = settings;
  const contenders = deathContenders(settings);
  const rows = summariseDeaths(contenders, results);
  const curves = await lineChart({
    title: `Returns around the death of hidden neurons: ${environment}`,
    subtitle: OVER_SEEDS,
    x: 'environment steps after the death',
    y: 'mean return',
    panels: shares.flatMap((share) => [false, true].map((reborn) => ({
      title: `${describeShare(share)} die, and ${reborn ? `are born again ${death.rebirthAfter.toLocaleString('en')} steps later` : 'stay dead'}`,
      series: contenders.filter((each) => each.share === share && each.reborn === reborn).map(({ algorithm, label }) => ({ name: algorithm, points: curvePoints(results, label, death.at) })),
    }))),
  });
  const losses = await intervalChart({
    title: 'Return lost at once',
    subtitle: `immediately before the death less immediately after; ${OVER_SEEDS}; faint: single seeds`,
    value: 'mean return lost',
    panels: shares.map((share) => ({
      title: `${describeShare(share)} die`,
      rows: algorithms.map((name) => intervalRow(name, rows.find((row) => row.algorithm === name && row.share === share && !row.reborn)?.losses)),
    })),
  });
  const recoveries = await intervalChart({
    title: 'Environment steps to recovery',
    subtitle: `a trial that does not recover counts with all the steps it has left: the mean is then at least this; 95 % bootstrap interval over seeds; faint: single seeds`,
    value: 'environment steps',
    panels: shares.map((share) => ({
      title: `${describeShare(share)} die`,
      rows: contenders.filter((each) => each.share === share).map(({ algorithm, reborn, label }) => recoveryRow(`${algorithm}, ${describeFate(reborn)}`, rows.find((row) => row.label === label), steps - death.at)),
    })),
  });
  return { curves, losses, recoveries };
}

function curvePoints(results: readonly TrialResult[], label: string, died: number) {
  const own = results.filter(({ trial }) => trial.label === label).map((result) => ({ curve: curveAroundDeath(result, died) }));
  return meanCurve(own).map(({ step, mean: y, low, high }) => ({ x: step, y, low, high }));
}

function recoveryRow(name: string, row: DeathRow | undefined, left: number): IntervalRow {
  return intervalRow(row === undefined || row.learned ? name : `${name} (nothing learned)`, row === undefined ? undefined : leastRecoveries(row, left));
}

function intervalRow(name: string, values: readonly number[] = []): IntervalRow {
  if (values.length === 0) return { name, estimate: NaN };
  const [low, high] = bootstrapInterval(values);
  return { name, estimate: mean(values), low, high, values };
}
