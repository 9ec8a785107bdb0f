import { actionValueObjective, readLane, type Room } from './action-value.js';
import type { RolloutObjective } from './rollout.js';
import { maximalValue, oneStepTarget } from './targets.js';

/**
 * One-step Q-learning: y_t = r_t + γ_t max_a Q(s_{t+1}, a; θ⁻), with θ⁻ the target copy, in each step of the rollout.
 *
 * Source: Mnih et al. 2016, Algorithm 1.
 */
export function createOneStepQ(room: Room, outputs: number, size: number): RolloutObjective {
  const next = new Float32Array(outputs);
  return actionValueObjective(room, outputs, size, ({ length, rewards, discounts, successors }, targets) => {
    for (let t = 0; t < length; t += 1) {
      readLane(successors, size, t, next);
      targets[t] = oneStepTarget(rewards[t], discounts[t], maximalValue(next));
    }
  });
}
