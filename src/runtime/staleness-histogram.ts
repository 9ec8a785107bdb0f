/** How old what was read was, in whole units of age: versions, or slots of the replay. */
export interface StalenessHistogram {
  readonly reads: number;
  /** Exact; this and the others are 0 where nothing was read. */
  readonly mean: number;
  /** Half of the reads were at most this old, nine tenths, and 99 of a hundred. Exact below 64, above to within 1/32. */
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  /** Exact over a whole run. */
  readonly max: number;
  /** Each bin that holds any: its lowest age, and how many. Youngest first. */
  readonly histogram: readonly AgeBin[];
}

export type AgeBin = readonly [age: number, count: number];

const EXACT = 64; // ages below this have a bin each
const BINS_PER_OCTAVE = 32; // above, bins are at most 1/32 of the age wide

/** Bins for all ages below 2^31. */
export const AGE_BINS = EXACT + (31 - 6) * BINS_PER_OCTAVE;

/** @param age whole, not negative, below 2^31 */
export function binIndex(age: number): number {
  if (age < EXACT) return age;
  const octave = 31 - Math.clz32(age);
  return EXACT + (octave - 6) * BINS_PER_OCTAVE + (age >>> (octave - 5)) - BINS_PER_OCTAVE;
}

function lowestAge(bin: number): number {
  if (bin < EXACT) return bin;
  const octave = Math.floor((bin - EXACT) / BINS_PER_OCTAVE) + 6;
  return (((bin - EXACT) % BINS_PER_OCTAVE) + BINS_PER_OCTAVE) * 2 ** (octave - 5);
}

/** The bins that hold any of [AGE_BINS] counts. */
export function nonEmptyBins(counts: Uint32Array): AgeBin[] {
  return [...counts.keys()].filter((bin) => counts[bin] > 0).map((bin) => [lowestAge(bin), counts[bin]]);
}

/**
 * @param histogram as in `StalenessHistogram`
 * @param sum of all ages
 * @param max the greatest
 */
export function summariseBins(histogram: readonly AgeBin[], sum: number, max: number): StalenessHistogram {
  const reads = histogram.reduce((total, [, count]) => total + count, 0);
  const share = (percent: number) => percentile(histogram, (reads * percent) / 100);
  return { reads, mean: reads === 0 ? 0 : sum / reads, median: share(50), p90: share(90), p99: share(99), max, histogram };
}

/** The age of the bin in which the `least`-th read is found, counted from the youngest. */
export function percentile(histogram: readonly AgeBin[], least: number): number {
  let seen = 0;
  for (const [age, count] of histogram) {
    seen += count;
    if (seen >= least) return age;
  }
  return 0;
}

/** All of these reads together. */
export function mergeHistograms(all: readonly StalenessHistogram[]): StalenessHistogram {
  const counts = new Map<number, number>();
  for (const { histogram } of all) for (const [age, count] of histogram) counts.set(age, (counts.get(age) ?? 0) + count);
  return summariseBins(
    [...counts].toSorted(([a], [b]) => a - b),
    all.reduce((sum, each) => sum + sumOf(each), 0),
    all.reduce((most, { max }) => Math.max(most, max), 0),
  );
}

/** The reads of `after` that were not yet there in `before`, an earlier look at the same ledger. Their maximum is to within 1/32. */
export function histogramBetween(before: StalenessHistogram, after: StalenessHistogram): StalenessHistogram {
  const earlier = new Map(before.histogram);
  const histogram = after.histogram.map(([age, count]): AgeBin => [age, count - (earlier.get(age) ?? 0)]).filter(([, count]) => count > 0);
  const oldest = histogram.at(-1)?.[0] ?? 0;
  return summariseBins(histogram, sumOf(after) - sumOf(before), after.max > before.max ? after.max : oldest);
}

const sumOf = ({ mean, reads }: StalenessHistogram) => Math.round(mean * reads); // ages are whole
