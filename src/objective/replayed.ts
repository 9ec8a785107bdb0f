import type { OutputError } from './objective.js';
import type { OutputLanes } from './value-head.js';

/** A minibatch of items, as objectives of value methods see it. */
export interface ReplayedBatch {
  readonly size: number;
  /** Output neurons in the states, by the weights that learn. */
  readonly outputs: OutputLanes;
  /** The same in the items' last observations, by the target copy. */
  readonly successors: OutputLanes;
  /** What was done in the states; [size] */
  readonly actions: Int32Array;
  /** The actions whose value bootstraps; [size] */
  readonly nextActions: Int32Array;
  /** R of each item; [size] */
  readonly returns: Float64Array;
  /** Γ of each item; [size] */
  readonly discounts: Float64Array;
  /** Importance weights; [size] */
  readonly weights: Float32Array;
}

/** An objective at work on items of a replay. J is a mean over the minibatch, weighted by importance. */
export interface ReplayedObjective {
  /** How wrong each item was, before any weighting: what priorities are made of; [size] */
  readonly surprise: Float64Array;
  /** Reads: the batch. Writes: `error`, `surprise`. @returns the first lane whose error is not finite, or -1 */
  evaluate(batch: ReplayedBatch, error: OutputError): number;
}
