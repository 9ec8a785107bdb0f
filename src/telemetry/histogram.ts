/** How a set of numbers is spread. */
export interface Histogram {
  /** Smallest value; Infinity of nothing. */
  readonly min: number;
  /** Largest value; -Infinity of nothing. */
  readonly max: number;
  /** How many values. */
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Right ends of the buckets, ascending; bucket i holds what is below `limits[i]` and not below `limits[i - 1]`. */
  readonly limits: readonly number[];
  /** How many values each bucket holds. */
  readonly counts: readonly number[];
}

const SMALLEST = 1e-12;
const LARGEST = 1e20;
const GROWTH = 1.1;

/* Right ends: -MAX, …, -1.1e-12, -1e-12, 0, 1e-12, 1.1e-12, …, MAX */
const LIMITS = bucketLimits();

function bucketLimits(): number[] {
  const positive: number[] = [];
  for (let limit = SMALLEST; limit < LARGEST; limit *= GROWTH) positive.push(limit);
  positive.push(Number.MAX_VALUE);
  return [...positive.map((limit) => -limit).toReversed(), 0, ...positive];
}

/** The bucket of a value: the first with a right end above it. The last one takes the largest number as well. */
function bucketOf(value: number): number {
  let [low, high] = [0, LIMITS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (LIMITS[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Counts values in TensorBoard's buckets, whose width grows by a tenth from one to the next, to either side of zero. Of the empty buckets one is
 * kept before each run of filled ones, for its right end is their left end.
 *
 * @param values any numbers; those that are not finite are left out
 */
export function createHistogram(values: ArrayLike<number>): Histogram {
  const all = new Float64Array(LIMITS.length);
  let [min, max, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    all[bucketOf(value)] += 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count += 1;
    sum += value;
    sumOfSquares += value * value;
  }
  const kept = [...all.keys()].filter((i) => all[i] > 0 || all[i + 1] > 0);
  return { min, max, count, sum, sumOfSquares, limits: kept.map((i) => LIMITS[i]), counts: kept.map((i) => all[i]) };
}
