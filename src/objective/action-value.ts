import type { OutputError } from './objective.js';
import { createRolloutError, type Rollout, type RolloutObjective } from './rollout.js';

/** Numbers that objectives for rollouts work in: zeros. */
export interface Room {
  numbers(length: number): Float32Array;
}

/** Writes what the value of the action of each step is to become; [size]. */
export type ActionTargets = (rollout: Rollout, targets: Float32Array) => void;

/**
 * Value methods on rollouts: output neuron a is Q(s, a), and only the action taken is in error.
 *
 *   J = -Σ_t (y_t - Q(s_t, a_t))² / 2,   ∂J/∂Q(s_t, a_t) = y_t - Q(s_t, a_t), which is the signal too
 */
export function actionValueObjective(room: Room, outputs: number, size: number, target: ActionTargets): RolloutObjective {
  const error = createRolloutError(room, outputs, size);
  const targets = new Float32Array(size);
  return {
    error,
    evaluate(rollout) {
      target(rollout, targets);
      writeErrors(error, rollout, targets);
    },
  };
}

function writeErrors({ outputs, signals }: OutputError, { size, length, outputs: values, actions }: Rollout, targets: Float32Array): void {
  outputs.fill(0);
  signals.fill(0);
  for (let t = 0; t < length; t += 1) {
    const at = actions[t] * size + t;
    signals[t] = targets[t] - values[at];
    outputs[at] = signals[t];
  }
}

/** Copies one lane of [outputs, size] numbers. Writes: `column`, [outputs]. */
export function readLane(numbers: Float32Array, size: number, lane: number, column: Float32Array): void {
  for (let k = 0; k < column.length; k += 1) column[k] = numbers[k * size + lane];
}
