import { checkInteger, checkList, checkName, wrongKind, wrongValue } from '../check.js';
import type { TransitionModel } from './model.js';

/** Kinds of number that a box may hold: what is rounded to in it, and how it may be stored. */
export const BOX_TYPES = ['float32', 'float64', 'uint8'] as const;
export type BoxType = (typeof BOX_TYPES)[number];

/** A box of numbers, listed row after row where it has several dimensions; bounds may be infinite. */
export interface BoxSpace {
  readonly kind: 'box';
  /** Its dimensions: `[3]` for a list of three numbers, `[10, 10, 4]` for a picture of four channels. */
  readonly shape: readonly number[];
  readonly type: BoxType;
  /** Bounds of each number; [product of the shape] */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** The actions 0, 1, …, count - 1. */
export interface DiscreteSpace {
  readonly kind: 'discrete';
  readonly count: number;
}

export type Space = BoxSpace | DiscreteSpace;

/** A whole number for a discrete space, numbers for a box. */
export type Action = number | ArrayLike<number>;

export interface StepResult {
  /** The caller's own: never overwritten. */
  readonly observation: Float64Array;
  readonly reward: number;
  /** The task ended here: nothing follows, and a learner drops its bootstrap. */
  readonly terminated: boolean;
  /** The time limit cut the episode: a learner keeps its bootstrap. */
  readonly truncated: boolean;
}

/** What every environment offers; ids, spaces, dynamics, rewards and time limits are Gymnasium's. */
export interface Environment {
  readonly id: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: Space;
  /** Its transitions, where all of them are known: what tabular methods read. */
  readonly model?: TransitionModel;
  /**
   * Starts an episode; with `seed`, from the start of that seed's random stream, else further along the present one.
   *
   * @throws TypeError or RangeError naming `seed`
   */
  reset(options?: { seed?: number }): Float64Array;
  /**
   * One step. A box action is rounded to float32, the kind of number Gymnasium's boxes hold; beyond the bounds it is
   * treated as Gymnasium treats it.
   *
   * @throws TypeError or RangeError naming `action`; Error where no episode is running: before the first reset, or after
   *   an episode has ended
   */
  step(action: Action): StepResult;
  /**
   * Everything needed to go on exactly from here, later resets included: the physical state in Gymnasium's order, then
   * elapsed steps, 1 where no episode is running (else 0), and position and seed of the random stream.
   */
  getState(): number[];
  /**
   * Restores what `getState` gave. The physical state alone will do: elapsed steps and random stream then stay as they
   * are, and the episode counts as running.
   *
   * @throws TypeError or RangeError naming `state`, where it has another length, numbers that are not finite, or is none that the task can be in
   */
  setState(state: ArrayLike<number>): void;
  close(): void;
}

/** An ended episode. */
export interface EpisodeRecord {
  /** Environment step at its end. */
  readonly step: number;
  /** Number of the episode, from 1. */
  readonly episode: number;
  readonly return: number;
  readonly length: number;
}

/**
 * A box of the given bounds.
 *
 * @param low one number per component, or one for all with a shape
 * @param high likewise
 * @param options `shape`: a list as long as the bounds unless given; `type`: of the numbers
 * @throws TypeError or RangeError naming `low`, `high`, `shape` or `type`
 */
export function box(low: readonly number[] | number, high: readonly number[] | number, { shape, type = 'float32' }: { readonly shape?: readonly number[]; readonly type?: BoxType } = {}): BoxSpace {
  const given = shape ?? [Array.isArray(low) ? low.length : Array.isArray(high) ? high.length : 1];
  const dimensions = checkList('shape', given, 'a list of whole numbers >= 1').map((size) => checkInteger('shape', size, { min: 1 }));
  const size = dimensions.reduce((product, each) => product * each, 1);
  const bounds = (name: string, bound: readonly number[] | number) => {
    const list = typeof bound === 'number' ? new Array<number>(size).fill(bound) : [...bound];
    if (list.length !== size) throw wrongValue(name, `${size} numbers, as the shape has`, list);
    if (!list.every((each) => typeof each === 'number' && !Number.isNaN(each))) throw wrongKind(name, 'numbers', list);
    return list;
  };
  return { kind: 'box', shape: dimensions, type: checkName('type', type, BOX_TYPES), low: bounds('low', low), high: bounds('high', high) };
}

/** The actions 0, 1, …, count - 1. @throws TypeError or RangeError naming `count` */
export function discrete(count: number): DiscreteSpace {
  return { kind: 'discrete', count: checkInteger('count', count, { min: 2 }) };
}
