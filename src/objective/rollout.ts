import type { OutputError } from './objective.js';

/** Consecutive steps of one actor, as objectives for rollouts see them. The arrays have lanes for `size` steps, of which the first `length` are used. */
export interface Rollout {
  readonly size: number;
  length: number;
  /** Voltages of the output neurons in each state, by the weights that acted; [outputs, size], row-major */
  readonly outputs: Float32Array;
  /** The same in the state after each step, as it was before any reset, by the weights that bootstrap; of the last step alone if the method bootstraps there only; [outputs, size], row-major */
  readonly successors: Float32Array;
  /** What was done in each state, and in the state after the last step if the method needs it: the number of an action, or a box action as output voltages; [components, size + 1], row-major */
  readonly actions: Float32Array;
  /** Already scaled; [size] */
  readonly rewards: Float32Array;
  /** γ, or 0 of a step that terminated its episode; [size] */
  readonly discounts: Float32Array;
}

/** An objective at work on the rollouts of one actor. J is what is to grow: a sum over the rollout, not a mean. */
export interface RolloutObjective {
  /** What the last `evaluate` found: one signal, zeros in the lanes of no step. */
  readonly error: OutputError;
  /** Reads: the rollout. Writes: `error`. */
  evaluate(rollout: Rollout): void;
}

/** The error of a rollout in which nothing is wrong. */
export function createRolloutError(room: { numbers(length: number): Float32Array }, outputs: number, size: number): OutputError {
  return { outputs: room.numbers(outputs * size), signals: room.numbers(size) };
}
