import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';
import { ageAtRank, HISTOGRAM_WORDS, readHistogram, recordAge, type StalenessHistogram } from '../../runtime/staleness-histogram.js';

const AGES = 'action-timing';
const SUMS = 'action-timing/sum';

/** Ages of actions and missed deadlines, under sampled inference: the environments act at the ticks of a control clock. */
export interface ActionTiming {
  /** Control ticks at which an action was carried out. */
  readonly actions: number;
  /** Control ticks that passed while the environment's thread was busy. */
  readonly missedDeadlines: number;
  /** Ages of the actions, in environment steps: k if the oldest observation that the outputs were computed from was the one k steps before the newest. */
  readonly age: Pick<StalenessHistogram, 'mean' | 'median' | 'max' | 'histogram'> & { readonly p95: number };
}

export function actionTimingBlocks(): BlockRequest[] {
  const owner = 'the environment loop';
  return [
    { name: AGES, type: 'uint32', shape: [HISTOGRAM_WORDS], owner },
    { name: SUMS, type: 'float64', shape: [2], owner },
  ];
}

/** Records the control ticks of the environments. */
export interface ActionTimingRecorder {
  act(age: number): void;
  miss(ticks: number): void;
}

export function attachActionTimingRecorder(arena: Arena): ActionTimingRecorder {
  const ages = arena.uint32(AGES);
  const sums = arena.float64(SUMS);
  return {
    act(age) {
      recordAge(ages, age);
      sums[0] += age;
    },
    miss(ticks) {
      sums[1] += ticks;
    },
  };
}

/** Undefined if the environments wait for their actions. */
export function readActionTiming(arena: Arena): ActionTiming | undefined {
  if (!arena.blocks.some(({ name }) => name === AGES)) return undefined;
  const [sum, missedDeadlines] = arena.float64(SUMS);
  const { reads, mean, median, max, histogram } = readHistogram(arena.uint32(AGES), sum);
  return { actions: reads, missedDeadlines, age: { mean, median, p95: ageAtRank(histogram, 0.95 * reads), max, histogram } };
}
