import type { TransitionModel } from '../../environment/model.js';
import { oneStepTarget } from '../../objective/targets.js';
import { expectedValue, type SoftPolicy } from './policy.js';

/**
 * The value of an action under values of the states: q(s, a) = Σ p (r + γ (1 - d) v(s')).
 *
 * @returns -Infinity for an action of which an estimated model has no outcome
 */
export function actionValue({ actions, offset, probability, next, reward, terminated }: TransitionModel, values: Float64Array, discount: number, state: number, action: number): number {
  const row = state * actions + action;
  const end = offset[row + 1];
  if (offset[row] === end) return -Infinity;
  let sum = 0;
  for (let i = offset[row]; i < end; i += 1) sum += probability[i] * oneStepTarget(reward[i], discount, terminated[i] === 1 ? 0 : values[next[i]]);
  return sum;
}

/** The values of all actions of a state. Writes: `actionValues`, [actions] */
export function readActionValues(model: TransitionModel, values: Float64Array, discount: number, state: number, actionValues: Float64Array): void {
  for (let action = 0; action < model.actions; action += 1) actionValues[action] = actionValue(model, values, discount, state, action);
}

/**
 * Bellman's backup of all states under a policy that depends on the action values: v'(s) = Σ_a π(a | q(s, ·)) q(s, a). With the greedy policy it is the
 * optimality backup, max_a q(s, a). A contraction by γ for every ε-greedy policy.
 *
 * Reads: `values`. Writes: `backedUp`; both [states].
 *
 * @returns the largest change of a value
 */
export function backUp(model: TransitionModel, values: Float64Array, discount: number, policy: SoftPolicy, backedUp: Float64Array): number {
  const actionValues = new Float64Array(model.actions);
  const probabilities = new Float64Array(model.actions);
  let change = 0;
  for (let state = 0; state < model.states; state += 1) {
    readActionValues(model, values, discount, state, actionValues);
    policy.fill(actionValues, probabilities);
    const value = expectedValue(actionValues, probabilities);
    change = Math.max(change, Math.abs(value - values[state]));
    backedUp[state] = value;
  }
  return change;
}

/** The backup under a policy that stays as it is. @param probabilities of each action in each state; [states, actions], row-major */
export function backUpPolicy(model: TransitionModel, values: Float64Array, discount: number, probabilities: Float64Array, backedUp: Float64Array): number {
  const { states, actions } = model;
  let change = 0;
  for (let state = 0; state < states; state += 1) {
    let value = 0;
    for (let action = 0; action < actions; action += 1) {
      const chance = probabilities[state * actions + action];
      if (chance > 0) value += chance * actionValue(model, values, discount, state, action);
    }
    change = Math.max(change, Math.abs(value - values[state]));
    backedUp[state] = value;
  }
  return change;
}

/** The policy about the action values that follow from values of the states; [states, actions], row-major */
export function policyAbout(model: TransitionModel, values: Float64Array, discount: number, policy: SoftPolicy): Float64Array {
  const { states, actions } = model;
  const probabilities = new Float64Array(states * actions);
  const actionValues = new Float64Array(actions);
  for (let state = 0; state < states; state += 1) {
    readActionValues(model, values, discount, state, actionValues);
    policy.fill(actionValues, probabilities.subarray(state * actions, (state + 1) * actions));
  }
  return probabilities;
}
