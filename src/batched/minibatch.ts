import type { BatchedShape } from './shape.js';

/** Minibatches of all replicas, one each, as they are filled on the host. */
export interface BatchedMinibatch {
  readonly replicas: number;
  /** Transitions in each minibatch. */
  readonly size: number;
  /** Voltages of the input neurons, the bias first: states in the first half of the lanes, their successors in the second; [replicas, inputs, 2·size] */
  readonly inputs: Float32Array;
  /** Output voltages as acted, exploration included; [replicas, outputs, size] */
  readonly sampled: Float32Array;
  /** Reward times the reward scale; [replicas, 1, size] */
  readonly reward: Float32Array;
  /** γ, or 0 where the transition terminated the episode; [replicas, 1, size] */
  readonly discounts: Float32Array;
}

export function createBatchedMinibatch({ inputs, outputs }: BatchedShape, replicas: number, size: number): BatchedMinibatch {
  return {
    replicas,
    size,
    inputs: new Float32Array(replicas * inputs * 2 * size),
    sampled: new Float32Array(replicas * outputs * size),
    reward: new Float32Array(replicas * size),
    discounts: new Float32Array(replicas * size),
  };
}
