import { wrongValue } from '../../check.js';
import { reachableStates } from '../../environment/model.js';
import { policyAbout } from './backup.js';
import { iterativeEvaluation, valueIteration, type Problem, type Sweeps } from './dynamic-programming.js';
import { MOST_EQUATIONS, solvePolicy } from './linear-system.js';
import { METHODS, type MethodName } from './methods.js';
import { greedy, type SoftPolicy } from './policy.js';

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

/** Backups of a state until a solution is given up. */
const MOST_BACKUPS = 2e9;

/**
 * The exact solution for a method, by another way than its own.
 *
 * @throws RangeError naming `discount` where the values do not settle
 */
export function solveFor(method: MethodName, problem: Problem, policy: SoftPolicy): Reference {
  const { model } = problem;
  const common = { reachable: reachableStates(model), initial: model.initial };
  const { goal } = METHODS[method];
  if (goal === 'own-policy') return { ...common, values: iterate(valueIteration(problem, policy, EXACT), model.states) };
  const best = iterate(valueIteration(problem, greedy, EXACT), model.states);
  if (goal === 'optimal') return { ...common, values: best };
  const fixed = policyAbout(model, best, problem.discount, policy);
  const bySystem = method !== 'linear-system' && model.states <= MOST_EQUATIONS / 4;
  return { ...common, fixed, values: bySystem ? solvePolicy(model, fixed, problem.discount) : iterate(iterativeEvaluation(problem, fixed, EXACT), model.states) };
}

/** The values in which sweeps end. @throws RangeError naming `discount` where they do not end */
export function iterate(sweeps: Sweeps, states: number): Float64Array {
  let values: Float64Array = new Float64Array(states);
  let left = MOST_BACKUPS;
  for (const each of sweeps) {
    values = each;
    left -= states;
    if (left < 0) throw wrongValue('discount', 'one under which the values settle', 'values that go on changing', ': take a smaller one');
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
