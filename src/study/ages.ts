import type { LinePoint } from '../report/line-chart.js';
import type { TimingReport } from './trial.js';

/** Ages of the voltages that partitions read from one another, of all seeds together, in versions. */
export interface AgeSummary {
  readonly reads: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
  /** Fraction of a peer's voltages that the reader computed instead. */
  readonly helped: number;
  /** Youngest first. */
  readonly histogram: readonly (readonly [age: number, count: number])[];
}

/** The reads of several trials together. */
export function joinAges(all: readonly Pick<TimingReport['staleness'], 'helped' | 'max' | 'voltages'>[]): AgeSummary {
  const counts = new Map<number, number>();
  for (const { voltages } of all) for (const [age, count] of voltages.histogram) counts.set(age, (counts.get(age) ?? 0) + count);
  const histogram = [...counts].toSorted(([a], [b]) => a - b);
  const reads = histogram.reduce((sum, [, count]) => sum + count, 0);
  const helped = all.reduce((sum, each) => sum + each.helped, 0);
  return {
    reads,
    median: percentile(histogram, reads / 2),
    p90: percentile(histogram, 0.9 * reads),
    max: Math.max(0, ...all.map(({ max }) => max)),
    helped: reads + helped === 0 ? 0 : helped / (reads + helped),
    histogram,
  };
}

/** Age of the read with this rank, counted from the youngest. */
function percentile(histogram: AgeSummary['histogram'], rank: number): number {
  let seen = 0;
  for (const [age, count] of histogram) {
    seen += count;
    if (seen >= rank) return age;
  }
  return 0;
}

/** Ages that a picture shows apart; older reads are one point. */
export const SHOWN_AGES = 20;

/** The fraction of the reads at each age. */
export function agePoints(staleness: Pick<AgeSummary, 'reads' | 'histogram'> | null): LinePoint[] {
  if (staleness === null || staleness.reads === 0) return [];
  const { reads, histogram } = staleness;
  const last = Math.min(SHOWN_AGES, histogram.at(-1)?.[0] ?? 0);
  return Array.from({ length: last + 1 }, (_, age) => ({
    x: age,
    y: histogram.reduce((sum, [each, count]) => (Math.min(each, SHOWN_AGES) === age ? sum + count : sum), 0) / reads,
  }));
}
