import { lineChart } from '../report/line-chart.js';
import type { Svg } from '../report/svg.js';
import type { RealitySettings } from './reality-settings.js';
import type { RealityFindings } from './reality-summary.js';
import { agePoints } from './straggler-pictures.js';
import type { MeanPoint } from './summary.js';

/** The pictures of the check of virtual time. */
export interface RealityPictures {
  readonly staleness: Svg;
  readonly curves: Svg;
}

/** `virtual time agrees with reality: 6 of 6 comparisons within their limits` */
export function describeReality({ verdict, comparisons, seeds }: RealityFindings): string {
  const within = comparisons.filter(({ agrees }) => agrees).length;
  return `virtual time ${verdict === 'agrees' ? 'agrees with' : 'differs from'} reality: ${within} of ${comparisons.length} comparisons within their limits, ${seeds} seed${seeds === 1 ? '' : 's'}`;
}

export async function drawReality({ environment }: RealitySettings, findings: RealityFindings | undefined): Promise<RealityPictures> {
  const real = findings?.ages.real ?? [];
  return {
    staleness: await lineChart({
      title: 'How old the voltages are that partitions read from one another',
      subtitle: 'share of the reads, all seeds together',
      x: 'versions behind, 20 and more last',
      y: 'share',
      panels: [{ title: '', series: [...real.map((ages, i) => ({ name: `real ${i + 1}`, points: agePoints(ages) })), { name: 'virtual', points: agePoints(findings?.ages.virtual ?? null) }] }],
    }),
    curves: await lineChart({
      title: 'Learning curves',
      subtitle: 'mean and 95 % bootstrap interval over runs, exploration off',
      x: 'environment steps',
      y: 'mean return',
      panels: [{ title: environment, series: [{ name: 'real', points: points(findings?.curves.real) }, { name: 'virtual', points: points(findings?.curves.virtual) }] }],
    }),
  };
}

function points(curve: readonly MeanPoint[] = []) {
  return curve.map(({ step, mean, low, high }) => ({ x: step, y: mean, low, high }));
}
