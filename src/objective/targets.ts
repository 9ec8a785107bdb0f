/**
 * Targets of values: every bootstrap of Ganglion is written here, as a pure function of numbers. A discount is γ, or 0 where a
 * transition terminated its episode; one that was only truncated keeps its bootstrap (Pardo et al. 2018). Rewards are already scaled.
 */

type Numbers = ArrayLike<number>;

/**
 * The one-step target r + γ v', in float64.
 *
 * Source: Sutton & Barto 2018, equation 6.2 (TD(0)); with v' the value of the action taken next it is Sarsa's (6.7), with the largest it is
 * Q-learning's (6.8), with a target network's at the target policy's action DDPG's (Lillicrap et al. 2015, Algorithm 1).
 */
export function oneStepTarget(reward: number, discount: number, nextValue: number): number {
  return reward + discount * nextValue;
}

/** The TD error r + γ v' - v. Source: Sutton & Barto 2018, equation 6.5. */
export function tdError(reward: number, discount: number, nextValue: number, value: number): number {
  return oneStepTarget(reward, discount, nextValue) - value;
}

/**
 * The n-step return of the first transition, n the number of rewards given:
 *
 *   G = r_0 + γ_0 (r_1 + γ_1 (… (r_{n-1} + γ_{n-1} v_n)))
 *
 * so that a termination inside, whose discount is 0, hides all that follows; the bootstrap's factor is γ^k with the k that was used.
 *
 * Source: Sutton & Barto 2018, equation 7.1.
 *
 * @param rewards [n]
 * @param discounts γ, or 0 of a transition that terminated; [n]
 * @param bootstrap v_n, the value of the state after the last transition
 */
export function nStepReturn(rewards: Numbers, discounts: Numbers, bootstrap: number): number {
  let result = bootstrap;
  for (let t = rewards.length - 1; t >= 0; t -= 1) result = oneStepTarget(rewards[t], discounts[t], result);
  return result;
}

/**
 * The longest n-step return of each of the first `length` transitions, all of which bootstrap from the state after the last:
 *
 *   G_t = r_t + γ_t G_{t+1},   G_length = v
 *
 * Source: Mnih et al. 2016, Algorithms S2 and S3. Writes: `returns`, its first `length` numbers.
 *
 * @param bootstrap v, the value of the state after the last transition
 */
export function rolloutReturns(rewards: Numbers, discounts: Numbers, length: number, bootstrap: number, returns: Float32Array | Float64Array): void {
  let later = bootstrap;
  for (let t = length - 1; t >= 0; t -= 1) {
    later = oneStepTarget(rewards[t], discounts[t], later);
    returns[t] = later;
  }
}

/**
 * λ-returns: G_t = r_t + γ_t ((1 - λ) v_{t+1} + λ G_{t+1}), with G_n = v_n. λ = 0 gives one-step targets, λ = 1 the longest n-step returns.
 *
 * Source: Sutton & Barto 2018, equation 12.18. Writes: `returns`, [n].
 *
 * @param nextValues v_{t+1}: the value of each transition's successor, as it was before any reset; [n]
 */
export function lambdaReturns(rewards: Numbers, discounts: Numbers, nextValues: Numbers, lambda: number, returns: Float32Array | Float64Array): void {
  let later = nextValues[rewards.length - 1];
  for (let t = rewards.length - 1; t >= 0; t -= 1) {
    later = oneStepTarget(rewards[t], discounts[t], (1 - lambda) * nextValues[t] + lambda * later);
    returns[t] = later;
  }
}

/**
 * Generalised advantage estimates: A_t = δ_t + γ_t λ A_{t+1}, with δ_t = r_t + γ_t v_{t+1} - v_t and A_n = 0. A_t + v_t is the λ-return.
 *
 * Source: Schulman et al. 2016, equation 16. Writes: `advantages`, [n].
 *
 * @param values v_t; [n]
 * @param nextValues v_{t+1}; [n]
 */
export function generalisedAdvantages(rewards: Numbers, discounts: Numbers, values: Numbers, nextValues: Numbers, lambda: number, advantages: Float32Array | Float64Array): void {
  let later = 0;
  for (let t = rewards.length - 1; t >= 0; t -= 1) {
    later = tdError(rewards[t], discounts[t], nextValues[t], values[t]) + discounts[t] * lambda * later;
    advantages[t] = later;
  }
}

/** The first of the largest: the greedy action. */
export function greedyAction(values: Numbers): number {
  let best = 0;
  for (let k = 1; k < values.length; k += 1) if (values[k] > values[best]) best = k;
  return best;
}

/** Q-learning's successor value max_a Q(s', a); of a target network where there is one. Source: Watkins 1989; Mnih et al. 2015. */
export function maximalValue(nextValues: Numbers): number {
  return nextValues[greedyAction(nextValues)];
}

/**
 * Double Q-learning's successor value Q'(s', argmax_a Q(s', a)): the online network chooses, the target network judges.
 *
 * Source: van Hasselt et al. 2016, equation 4.
 */
export function doubleValue(onlineValues: Numbers, targetValues: Numbers): number {
  return targetValues[greedyAction(onlineValues)];
}

/**
 * The projection Φ of the distribution of r + γ z' onto fixed atoms: each atom of the successor is moved, clipped to the support and divided
 * between its two neighbours in proportion to its distance from them. An atom that falls on another goes to it whole.
 *
 * Source: Bellemare et al. 2017, equation 7 and Algorithm 1. Differs: no division by floor and ceiling, which loses the mass of an atom
 * that falls on another. Writes: `projected`, [atoms]; its sum is that of `probabilities`.
 *
 * @param lowest, highest support: atoms are spaced evenly from one to the other
 * @param probabilities of the successor's atoms; [atoms], two or more
 */
export function projectCategorical(reward: number, discount: number, lowest: number, highest: number, probabilities: Numbers, projected: Float32Array | Float64Array): void {
  const last = probabilities.length - 1;
  const spacing = (highest - lowest) / last;
  projected.fill(0);
  for (let i = 0; i <= last; i += 1) {
    const moved = oneStepTarget(reward, discount, lowest + i * spacing);
    const place = (Math.min(highest, Math.max(lowest, moved)) - lowest) / spacing;
    const below = Math.min(last - 1, Math.floor(place));
    projected[below] += probabilities[i] * (below + 1 - place);
    projected[below + 1] += probabilities[i] * (place - below);
  }
}

/**
 * V-trace targets: v_t + A_t with A_t = ρ_t δ_t + γ_t c_t A_{t+1}, ρ = min(ρ̄, π/μ) and c = min(c̄, π/μ), A_n = 0. With equal policies it is
 * the n-step return.
 *
 * Source: Espeholt et al. 2018, equation 1 and remark 1. Writes: `targets`, [n].
 *
 * @param ratios π(a|s) / μ(a|s) of the actions taken; [n]
 */
export function vTrace(rewards: Numbers, discounts: Numbers, values: Numbers, nextValues: Numbers, ratios: Numbers, targets: Float32Array | Float64Array, rhoBar = 1, cBar = 1): void {
  let later = 0;
  for (let t = rewards.length - 1; t >= 0; t -= 1) {
    later = Math.min(rhoBar, ratios[t]) * tdError(rewards[t], discounts[t], nextValues[t], values[t]) + discounts[t] * Math.min(cBar, ratios[t]) * later;
    targets[t] = values[t] + later;
  }
}
