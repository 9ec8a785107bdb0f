import { actionValueObjective, type Room } from './action-value.js';
import type { RolloutObjective } from './rollout.js';
import { oneStepTarget } from './targets.js';

/**
 * One-step Sarsa: y_t = r_t + γ_t Q(s_{t+1}, a_{t+1}; θ⁻), with a_{t+1} the action that is taken next and θ⁻ the target copy.
 *
 * Source: Mnih et al. 2016, section 4. After the last step, a_{t+1} is the action with which the next rollout begins.
 */
export function createSarsa(room: Room, outputs: number, size: number): RolloutObjective {
  return actionValueObjective(room, outputs, size, ({ length, rewards, discounts, successors, actions }, targets) => {
    for (let t = 0; t < length; t += 1) targets[t] = oneStepTarget(rewards[t], discounts[t], successors[actions[t + 1] * size + t]);
  });
}
