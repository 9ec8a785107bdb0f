import { wrongValue } from '../../check.js';
import type { TransitionModel } from '../../environment/model.js';
import { backUp, backUpPolicy, readActionValues } from './backup.js';
import { solvePolicy } from './linear-system.js';
import type { SoftPolicy } from './policy.js';

/** What dynamic programming works on. */
export interface Problem {
  readonly model: TransitionModel;
  /** γ; 1 only where every sensible policy ends. */
  readonly discount: number;
}

/** Approximations of the values, one a sweep: each is read before the next is computed. It ends once they have converged. */
export type Sweeps = Generator<Float64Array, void>;

/** The values in which sweeps end. */
export function iterate(sweeps: Sweeps, states: number): Float64Array {
  let values: Float64Array = new Float64Array(states);
  for (const each of sweeps) values = each;
  return values;
}

/**
 * Counts sweeps, up to as many as values could need to settle: 200,000, and under a discount below 1 as many more as bring any error down to rounding.
 *
 * @throws RangeError naming `discount` where there are more
 */
function createSweepCounter(discount: number): () => void {
  let left = 2e5 + (discount < 1 ? 60 / (1 - discount) : 0);
  return () => {
    left -= 1;
    if (left < 0) throw wrongValue('discount', 'one under which the values settle', discount, ': they go on changing');
  };
}

/** A gain below this fraction of the values' size is rounding, and no improvement. */
const ROUNDING = 1e-12;

/**
 * The change of a sweep at which values are within half a tolerance of their limit: tolerance (1 - γ) / (2 γ). For γ = 1 no such bound exists, and it is
 * the tolerance itself. It is never below what rounding makes of values of that size.
 */
export function settledChange(tolerance: number, discount: number, values: Float64Array): number {
  const bound = discount > 0 && discount < 1 ? (tolerance * (1 - discount)) / (2 * discount) : tolerance;
  return Math.max(bound, Number.EPSILON * size(values));
}

const size = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Repeats a backup until a sweep changes little. */
function* settle(states: number, discount: number, tolerance: number, sweep: (values: Float64Array, next: Float64Array) => number): Sweeps {
  const [values, next] = [new Float64Array(states), new Float64Array(states)];
  const count = createSweepCounter(discount);
  let change: number;
  do {
    count();
    change = sweep(values, next);
    values.set(next);
    yield values;
  } while (change > settledChange(tolerance, discount, values));
}

/**
 * Value iteration from v = 0: v ← Σ_a π(a | q) q(s, a), with the greedy policy v ← max_a q(s, a). With an ε-greedy policy it converges to the values of the
 * best ε-soft policy. A Boltzmann policy may have several fixed points, or none that is reached. Source: Puterman 1994, section 6.3.
 */
export function valueIteration({ model, discount }: Problem, policy: SoftPolicy, tolerance: number): Sweeps {
  return settle(model.states, discount, tolerance, (values, next) => backUp(model, values, discount, policy, next));
}

/** Evaluation of a policy by repeated backups. @param probabilities [states, actions], row-major */
export function iterativeEvaluation({ model, discount }: Problem, probabilities: Float64Array, tolerance: number): Sweeps {
  return settle(model.states, discount, tolerance, (values, next) => backUpPolicy(model, values, discount, probabilities, next));
}

/**
 * Policy iteration from the uniform policy: solve (I - γ P_π) v = r_π, make the policy greedy about v, until no action is strictly better than the present
 * one; so equally good actions end it too. Source: Puterman 1994, section 6.4; for ε > 0 among ε-soft policies, Sutton & Barto, section 5.4.
 *
 * @throws RangeError naming `discount` where a policy on the way never ends and γ = 1
 */
export function* policyIteration({ model, discount }: Problem, epsilon: number): Sweeps {
  const choices = new Int32Array(model.states).fill(-1);
  for (let improved = true; improved;) {
    const values = solvePolicy(model, soften(choices, model.actions, epsilon), discount);
    yield values;
    improved = improve(model, values, discount, choices);
  }
}

/**
 * Modified policy iteration: the policy is made greedy about v, which then takes `sweeps` backups under it. One sweep is value iteration, infinitely many
 * are policy iteration. Source: Puterman 1994, section 6.5.
 */
export function* modifiedPolicyIteration({ model, discount }: Problem, epsilon: number, sweeps: number, tolerance: number): Sweeps {
  const choices = new Int32Array(model.states).fill(-1);
  const [values, next] = [new Float64Array(model.states), new Float64Array(model.states)];
  const count = createSweepCounter(discount);
  let change = 0;
  do {
    count();
    improve(model, values, discount, choices);
    const probabilities = soften(choices, model.actions, epsilon);
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      const moved = backUpPolicy(model, values, discount, probabilities, next);
      if (sweep === 0) change = moved;
      values.set(next);
    }
    yield values;
  } while (change > settledChange(tolerance, discount, values));
}

/** The ε-greedy policy about chosen actions; uniform where none is chosen yet (-1). [states, actions], row-major */
export function soften(choices: Int32Array, actions: number, epsilon: number): Float64Array {
  const probabilities = new Float64Array(choices.length * actions).fill(epsilon / actions);
  choices.forEach((choice, state) => {
    if (choice >= 0) probabilities[state * actions + choice] += 1 - epsilon;
    else probabilities.fill(1 / actions, state * actions, (state + 1) * actions);
  });
  return probabilities;
}

/** Chooses in each state an action that is strictly better than the present one, where there is any. Writes: `choices`. @returns whether there was */
function improve(model: TransitionModel, values: Float64Array, discount: number, choices: Int32Array): boolean {
  const actionValues = new Float64Array(model.actions);
  const least = ROUNDING * Math.max(1, size(values));
  let improved = false;
  for (let state = 0; state < model.states; state += 1) {
    readActionValues(model, values, discount, state, actionValues);
    const before = choices[state];
    for (let action = 0; action < model.actions; action += 1) {
      if (choices[state] < 0 || actionValues[action] > actionValues[choices[state]] + least) choices[state] = action;
    }
    if (choices[state] !== before) improved = true;
  }
  return improved;
}
