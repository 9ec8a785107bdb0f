import { actionValueObjective, readLane, type Room } from './action-value.js';
import type { RolloutObjective } from './rollout.js';
import { maximalValue, rolloutReturns } from './targets.js';

/**
 * n-step Q-learning in the forward view: y_t = r_t + γ r_{t+1} + … + γ^{n-t} max_a Q(s_n, a; θ⁻), with s_n the state after the rollout and θ⁻ the target
 * copy. A rollout of length L gives returns of lengths L to 1.
 *
 * Source: Mnih et al. 2016, Algorithm S2.
 */
export function createNStepQ(room: Room, outputs: number, size: number): RolloutObjective {
  const next = new Float32Array(outputs);
  return actionValueObjective(room, outputs, size, ({ length, rewards, discounts, successors }, targets) => {
    readLane(successors, size, length - 1, next);
    rolloutReturns(rewards, discounts, length, maximalValue(next), targets);
  });
}
