import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';
import { AGE_BINS, nonEmptyBins, binIndex, percentile, summariseBins, type StalenessHistogram } from '../../runtime/staleness-histogram.js';

const AGES = 'action-timing';
const SUMS = 'action-timing/sum';

/** What became of the strikes of the environment's clock. */
export interface ActionTiming {
  /** At which an action was read and carried out. */
  readonly actions: number;
  /** That went by while the host was busy with something else. */
  readonly missedDeadlines: number;
  /**
   * How old these actions were, in environment steps: 0 where the outputs had answered the newest observation completely; k where the oldest
   * observation that anything in them was made of was the one k steps before.
   */
  readonly age: Pick<StalenessHistogram, 'mean' | 'median' | 'max' | 'histogram'> & { /** 95 of a hundred were at most this old. */ readonly p95: number };
}

export function actionTimingBlocks(): BlockRequest[] {
  const owner = "the environment's host";
  return [
    { name: AGES, type: 'uint32', shape: [AGE_BINS + 1], owner },
    { name: SUMS, type: 'float64', shape: [2], owner },
  ];
}

/** Where the host notes what becomes of its clock's strikes. */
export interface ActionTimingRecorder {
  act(age: number): void;
  miss(strikes: number): void;
}

export function attachActionTimingRecorder(arena: Arena): ActionTimingRecorder {
  const ages = arena.uint32(AGES);
  const sums = arena.float64(SUMS);
  return {
    act(age) {
      ages[binIndex(age)] += 1;
      if (age > ages[AGE_BINS]) ages[AGE_BINS] = age;
      sums[0] += age;
    },
    miss(strikes) {
      sums[1] += strikes;
    },
  };
}

/** Undefined where no strikes are counted: the environment waits for its actions. */
export function readActionTiming(arena: Arena): ActionTiming | undefined {
  if (!arena.blocks.some(({ name }) => name === AGES)) return undefined;
  const ages = arena.uint32(AGES);
  const [sum, missedDeadlines] = arena.float64(SUMS);
  const { reads, mean, median, max, histogram } = summariseBins(nonEmptyBins(ages.subarray(0, AGE_BINS)), sum, ages[AGE_BINS]);
  return { actions: reads, missedDeadlines, age: { mean, median, p95: percentile(histogram, 0.95 * reads), max, histogram } };
}
