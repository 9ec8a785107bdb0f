import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import type { Stream } from '../random/stream.js';
import type { ReadItem } from './items.js';
import type { Segments } from './segment.js';

/** Items of a minibatch as they were drawn. */
export interface Draw {
  /** [size] */
  readonly rows: Int32Array;
  /** Numbers of the slots that the rows held; [size] */
  readonly stamps: Float64Array;
  /** P(i), the probability of each, or numbers in proportion to it; [size] */
  readonly probabilities: Float64Array;
}

export function createDraw(size: number): Draw {
  return { rows: new Int32Array(size), stamps: new Float64Array(size), probabilities: new Float64Array(size) };
}

/** Draws items for minibatches. Only the learner uses it. */
export interface ItemSampler {
  /** Takes up what writers have stored since the last call. A checkpoint is exact if it was called since the last slot was stored. */
  admit(): void;
  /** The minibatch of update number `update`: a function of that number and of the replay alone. Writes: `draw`. */
  draw(update: number, draw: Draw): void;
  /** The least P(i) of all items, in the unit of `Draw.probabilities`. */
  leastProbability(): number;
  /**
   * New priorities of the items of a draw. The priority of an item that has been overwritten since is dropped.
   *
   * @param errors |δ|, or another measure of how wrong an item was, 0 or more; [size]
   * @returns how many were dropped
   */
  prioritise(draw: Draw, errors: ArrayLike<number>): number;
}

export interface SamplerRequest {
  readonly arena: Arena;
  readonly segments: Segments;
  readonly read: ReadItem;
  readonly stream: Stream;
  /** α: 0 makes all probabilities equal. */
  readonly exponent: number;
}

/** A kind of sampler: one file, and one line in `samplers.ts`. */
export interface SamplerKind {
  /** What it keeps in the arena, for so many rows. */
  blocks(rows: number): BlockRequest[];
  create(request: SamplerRequest): ItemSampler;
}

/** Stream positions of each draw: it may have to be repeated. */
export const ATTEMPTS = 64;

/** Added to |δ|, so that no priority is 0. Source: Schaul et al. 2016, section 3.3. */
export const PRIORITY_FLOOR = 1e-6;

export const rowsOf = ({ segments, capacity }: Pick<Segments, 'segments' | 'capacity'>): number => segments * capacity;

/** Applies a change of priority to every item of a draw that is still there. @returns how many were not */
export function eachCurrent({ rows, stamps }: Draw, segments: Segments, change: (row: number, lane: number) => void): number {
  let stale = 0;
  for (let lane = 0; lane < rows.length; lane += 1) {
    if (segments.stamp(rows[lane]) === stamps[lane]) change(rows[lane], lane);
    else stale += 1;
  }
  return stale;
}

/**
 * Importance weights w_i = (P_least / P(i))^β, at most 1. They are (N P(i))^-β over their maximum, in which the number of items N cancels: over the minibatch if
 * `least` is the least of the minibatch, over the buffer if it is the least of all items.
 *
 * Source: Schaul et al. 2016, section 3.4. Writes: `weights`, [size].
 */
export function importanceWeights(probabilities: Float64Array, beta: number, weights: Float32Array, least: number = leastOf(probabilities)): void {
  for (let lane = 0; lane < probabilities.length; lane += 1) weights[lane] = (least / probabilities[lane]) ** beta;
}

function leastOf(numbers: Float64Array): number {
  let least = Infinity;
  for (const number of numbers) if (number < least) least = number;
  return least;
}
