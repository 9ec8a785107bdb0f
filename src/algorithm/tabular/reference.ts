import { isOptionError } from '../../errors.js';
import { reachableStates } from '../../environment/model.js';
import { policyAbout } from './backup.js';
import { iterate, iterativeEvaluation, policyIteration, valueIteration, type Problem, type Sweeps } from './dynamic-programming.js';
import { MOST_EQUATIONS, solvePolicy } from './linear-system.js';
import { METHODS, type MethodName } from './methods.js';
import { createPolicy, type PolicySettings } from './policy.js';
import type { Slices } from './slices.js';

/** What a method is to approximate. */
export interface Reference {
  /** [states] */
  readonly values: Float64Array;
  /** 1 for the states that count: those in which an agent can have to act; [states] */
  readonly reachable: Uint8Array;
  /** Probability of each first state; [states] */
  readonly initial: Float64Array;
  /** The policy that is evaluated; [states, actions]. Absent where none is given. */
  readonly fixed?: Float64Array;
}

/** How far values are from the exact ones, over the states that count. */
export interface ValueError {
  /** Root mean square. */
  readonly rms: number;
  readonly max: number;
  /** Of the mean value of a first state: what an episode returns. */
  readonly start: number;
}

/** A sweep that changes no value by more is the last one. */
const EXACT = 1e-13;

/** States up to which a system is solved again and again: 500 take 50 ms each time. */
const MOST_SOLVED = 500;

/** States up to which linear-system is held against iteration, and not against itself. */
const FEW = 100;

/**
 * The exact solution for a method.
 *
 * @throws RangeError naming `discount` where the values do not settle
 */
export async function solveFor(method: MethodName, problem: Problem, policy: PolicySettings, slices: Slices): Promise<Reference> {
  const { model, discount } = problem;
  const common = { reachable: reachableStates(model), initial: model.initial };
  const { goal } = METHODS[method];
  if (goal === 'own-policy') return { ...common, values: await improve(method, problem, policy, slices) };
  const best = await improve(method, problem, { policy: 'epsilon-greedy', epsilon: 0 }, slices);
  if (goal === 'optimal') return { ...common, values: best };
  const fixed = policyAbout(model, best, discount, createPolicy(policy));
  const bySystem = model.states <= MOST_EQUATIONS && (method !== 'linear-system' || model.states > FEW);
  const values = bySystem ? solvePolicy(model, fixed, discount) : await settle(problem, iterativeEvaluation(problem, fixed, EXACT), slices);
  return { ...common, fixed, values };
}

/** The values of the best policy of a kind: by policy iteration, and where it is that method's own reference, or some policy on the way never ends, by value iteration. */
async function improve(method: MethodName, problem: Problem, policy: PolicySettings, slices: Slices): Promise<Float64Array> {
  const { states } = problem.model;
  if (policy.policy === 'epsilon-greedy' && method !== 'policy-iteration' && states <= MOST_SOLVED) {
    try {
      return iterate(policyIteration(problem, policy.epsilon ?? 0), states);
    } catch (error) {
      if (!isOptionError(error)) throw error;
    }
  }
  return settle(problem, valueIteration(problem, createPolicy(policy), EXACT), slices);
}

/** The values in which sweeps end; NaN where the signal comes first. */
async function settle({ model }: Problem, sweeps: Sweeps, slices: Slices): Promise<Float64Array> {
  let values: Float64Array = new Float64Array(model.states);
  for (const each of sweeps) {
    values = each;
    if (!slices.due()) continue;
    await slices.rest();
    if (slices.signal.aborted) return values.map(() => NaN);
  }
  return values;
}

/** @param values of all states, [states] */
export function errorOf(values: Float64Array, { values: exact, reachable, initial }: Reference): ValueError {
  let [squares, max, counted, start] = [0, 0, 0, 0];
  for (let state = 0; state < exact.length; state += 1) {
    const error = values[state] - exact[state];
    start += initial[state] * error;
    if (reachable[state] === 0) continue;
    counted += 1;
    squares += error * error;
    max = Math.max(max, Math.abs(error));
  }
  return { rms: Math.sqrt(squares / counted), max, start: Math.abs(start) };
}
