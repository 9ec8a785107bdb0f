import type { ActionDistribution } from '../network/action-distribution.js';
import type { Room } from './action-value.js';
import { createRolloutError, type RolloutObjective } from './rollout.js';
import { rolloutReturns } from './targets.js';

/** Weights of the terms of J beside the policy's. */
export interface ActorCriticWeights {
  /** c of the squared error of the value. */
  readonly value: number;
  /** β of the policy's entropy. */
  readonly entropy: number;
}

/**
 * Advantage actor-critic: the first output neurons describe the distribution of actions, the last one is V(s).
 *
 *   A_t = R_t - V(s_t),   R_t = r_t + γ r_{t+1} + … + γ^{n-t} V(s_n)
 *   J = Σ_t log π(a_t|s_t) A_t + β H(π(·|s_t)) - c (R_t - V(s_t))²,   with A_t held fixed
 *
 * The signal is A_t. The bootstrap V(s_n) is by the weights that acted: there is no target copy.
 *
 * Source: Mnih et al. 2016, Algorithm S3. With c = 1/2 the value's error is A_t itself.
 */
export function createActorCritic(room: Room, distribution: ActionDistribution, size: number, { value: valueWeight, entropy }: ActorCriticWeights): RolloutObjective {
  const error = createRolloutError(room, distribution.outputs + 1, size);
  const { outputs: errors, signals } = error;
  const value = distribution.outputs * size; // where the lanes of V begin
  const returns = new Float32Array(size);
  return {
    error,
    evaluate({ length, outputs, successors, actions, rewards, discounts }) {
      rolloutReturns(rewards, discounts, length, successors[value + length - 1], returns);
      errors.fill(0);
      signals.fill(0);
      for (let t = 0; t < length; t += 1) {
        signals[t] = returns[t] - outputs[value + t];
        errors[value + t] = 2 * valueWeight * signals[t];
        distribution.differentiate(outputs, actions, size, t, signals[t], entropy, errors);
      }
    },
  };
}
