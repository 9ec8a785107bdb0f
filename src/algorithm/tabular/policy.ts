import type { Stream } from '../../random/stream.js';

/** A policy that depends on the values of the actions alone. An action with the value -Infinity cannot be chosen. */
export interface SoftPolicy {
  /** Probability of each action. Reads: `actionValues`. Writes: `probabilities`; both [actions] */
  fill(actionValues: Float64Array, probabilities: Float64Array): void;
  /** Draws an action. */
  choose(actionValues: Float64Array, stream: Stream): number;
}

/**
 * ε-greedy: with probability ε uniform over all actions, the greedy one included, and else greedy; so the greedy action has probability
 * 1 - ε + ε / |A|. Actions of equal value share the greedy part.
 */
export function epsilonGreedy(epsilon: number): SoftPolicy {
  return {
    fill(actionValues, probabilities) {
      const { length } = actionValues;
      const best = largest(actionValues);
      let [ties, possible] = [0, 0];
      for (let action = 0; action < length; action += 1) {
        if (actionValues[action] === best) ties += 1;
        if (actionValues[action] > -Infinity) possible += 1;
      }
      for (let action = 0; action < length; action += 1) {
        const value = actionValues[action];
        probabilities[action] = value === -Infinity ? 0 : epsilon / possible + (value === best ? (1 - epsilon) / ties : 0);
      }
    },
    choose: (actionValues, stream) => (epsilon > 0 && stream.uniform() < epsilon ? stream.integer(actionValues.length) : greedyChoice(actionValues, stream)),
  };
}

/** Boltzmann: π(a) ∝ exp(q(a) / T). The largest value is subtracted first, so that nothing overflows. */
export function boltzmann(temperature: number): SoftPolicy {
  const weights: number[] = [];
  const weigh = (actionValues: Float64Array): number => {
    const best = largest(actionValues);
    let sum = 0;
    for (let action = 0; action < actionValues.length; action += 1) {
      weights[action] = best === -Infinity ? 0 : Math.exp((actionValues[action] - best) / temperature);
      sum += weights[action];
    }
    return sum;
  };
  return {
    fill(actionValues, probabilities) {
      const sum = weigh(actionValues);
      for (let action = 0; action < actionValues.length; action += 1) probabilities[action] = sum === 0 ? 0 : weights[action] / sum;
    },
    choose(actionValues, stream) {
      let rest = stream.uniform() * weigh(actionValues);
      let action = 0;
      while (action < actionValues.length - 1 && (rest -= weights[action]) >= 0) action += 1;
      return action;
    },
  };
}

/** A policy in words and numbers: plain data. */
export interface PolicySettings {
  readonly policy: 'epsilon-greedy' | 'boltzmann';
  readonly epsilon?: number | undefined;
  readonly temperature?: number | undefined;
}

export const createPolicy = ({ policy, epsilon = 0, temperature = 1 }: PolicySettings): SoftPolicy => (policy === 'boltzmann' ? boltzmann(temperature) : epsilonGreedy(epsilon));

/** The greedy policy: what is optimal is greedy about its own values. */
export const greedy = epsilonGreedy(0);

/** The largest of some numbers. */
export function largest(numbers: Float64Array): number {
  let best = -Infinity;
  for (let i = 0; i < numbers.length; i += 1) if (numbers[i] > best) best = numbers[i];
  return best;
}

/** One of the actions with the largest value: a random number is drawn only where there are several. */
function greedyChoice(actionValues: Float64Array, stream: Stream): number {
  const best = largest(actionValues);
  let [chosen, ties] = [0, 0];
  for (let action = 0; action < actionValues.length; action += 1) {
    if (actionValues[action] !== best) continue;
    ties += 1;
    if (ties === 1) chosen = action;
  }
  if (ties < 2) return chosen;
  let place = stream.integer(ties);
  for (let action = chosen; ; action += 1) if (actionValues[action] === best && place-- === 0) return action;
}

/** Draws an action of a given distribution. @param probabilities [states, actions], row-major */
export function drawAction(probabilities: Float64Array, state: number, actions: number, stream: Stream): number {
  const first = state * actions;
  let rest = stream.uniform();
  let last = 0;
  for (let action = 0; action < actions; action += 1) {
    const chance = probabilities[first + action];
    if (chance === 0) continue;
    last = action;
    rest -= chance;
    if (rest < 0) break;
  }
  return last;
}

/** Σ_a π(a) q(a) over the actions that are chosen at all; 0 where none can be. */
export function expectedValue(actionValues: Float64Array, probabilities: Float64Array): number {
  let sum = 0;
  for (let action = 0; action < actionValues.length; action += 1) if (probabilities[action] > 0) sum += probabilities[action] * actionValues[action];
  return sum;
}
