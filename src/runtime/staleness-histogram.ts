/** A log-linear histogram of ages, in whole units: versions, or slots of the replay. */
export interface StalenessHistogram {
  readonly reads: number;
  /** Exact; 0, as the others, if nothing was read. */
  readonly mean: number;
  /** Percentiles: exact below 64, above to within 1/32. */
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  /** Exact over a whole run. */
  readonly max: number;
  /** Each non-empty bin: its lowest age, and its count. Youngest first. */
  readonly histogram: readonly AgeBin[];
}

export type AgeBin = readonly [age: number, count: number];

const EXACT = 64; // ages below this have a bin each
const BINS_PER_OCTAVE = 32; // above, bins are at most 1/32 of the age wide

/** Bins for all ages below 2^31. */
export const AGE_BINS = EXACT + (31 - 6) * BINS_PER_OCTAVE;

/** Words of a histogram in shared memory: the counts of its bins, and the maximum. */
export const HISTOGRAM_WORDS = AGE_BINS + 1;

/** @param age whole, 0 or more, below 2^31 */
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

/** Counts an age. @param words [HISTOGRAM_WORDS]; one writer */
export function recordAge(words: Uint32Array, age: number): void {
  words[binIndex(age)] += 1;
  if (age > words[AGE_BINS]) words[AGE_BINS] = age;
}

/** @param words [HISTOGRAM_WORDS] @param sum of all ages */
export function readHistogram(words: Uint32Array, sum: number): StalenessHistogram {
  return summariseBins(nonEmptyBins(words.subarray(0, AGE_BINS)), sum, words[AGE_BINS]);
}

/** The non-empty bins of [AGE_BINS] counts. */
export function nonEmptyBins(counts: Uint32Array): AgeBin[] {
  return [...counts.keys()].filter((bin) => counts[bin] > 0).map((bin) => [lowestAge(bin), counts[bin]]);
}

/**
 * @param histogram as in `StalenessHistogram`
 * @param sum of all ages
 * @param max the greatest age
 */
export function summariseBins(histogram: readonly AgeBin[], sum: number, max: number): StalenessHistogram {
  const reads = histogram.reduce((total, [, count]) => total + count, 0);
  const percent = (rank: number) => ageAtRank(histogram, (reads * rank) / 100);
  return { reads, mean: reads === 0 ? 0 : sum / reads, median: percent(50), p90: percent(90), p99: percent(99), max, histogram };
}

/** The age of the bin that holds the read of a rank, counted from the youngest. */
export function ageAtRank(histogram: readonly AgeBin[], rank: number): number {
  let seen = 0;
  for (const [age, count] of histogram) {
    seen += count;
    if (seen >= rank) return age;
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

/** The reads of `after` that `before`, an earlier state of the same histogram, does not have. Their maximum is to within 1/32. */
export function histogramBetween(before: StalenessHistogram, after: StalenessHistogram): StalenessHistogram {
  const earlier = new Map(before.histogram);
  const histogram = after.histogram.map(([age, count]): AgeBin => [age, count - (earlier.get(age) ?? 0)]).filter(([, count]) => count > 0);
  const oldest = histogram.at(-1)?.[0] ?? 0;
  return summariseBins(histogram, sumOf(after) - sumOf(before), after.max > before.max ? after.max : oldest);
}

const sumOf = ({ mean, reads }: StalenessHistogram) => Math.round(mean * reads); // ages are whole
