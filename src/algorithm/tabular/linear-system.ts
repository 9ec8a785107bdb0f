import { wrongValue } from '../../check.js';
import type { TransitionModel } from '../../environment/model.js';

/** States up to which a system of equations is solved: 2,000 take about five seconds. */
export const MOST_EQUATIONS = 2000;

/** A pivot below this fraction of its column's largest number is 0 but for rounding. */
const SINGULAR = 1e-12;

/**
 * The values of a policy: (I - γ P_π) v = r_π, by Gaussian elimination with row pivoting.
 *
 * @param probabilities of each action in each state; [states, actions], row-major
 * @throws RangeError naming `discount` where some state never ends under the policy and γ = 1
 */
export function solvePolicy(model: TransitionModel, probabilities: Float64Array, discount: number): Float64Array {
  const { states, actions, offset, probability, next, reward, terminated } = model;
  const width = states + 1;
  const system = new Float64Array(states * width); // one equation a row; the last column is r_π
  for (let state = 0; state < states; state += 1) {
    const row = state * width;
    system[row + state] += 1;
    for (let action = 0; action < actions; action += 1) {
      const chance = probabilities[state * actions + action];
      for (let i = offset[state * actions + action]; i < offset[state * actions + action + 1]; i += 1) {
        system[row + states] += chance * probability[i] * reward[i];
        if (terminated[i] === 0) system[row + next[i]] -= chance * probability[i] * discount;
      }
    }
  }
  return solve(system, states);
}

/** Writes: `system`, [size, size + 1], row-major. */
function solve(system: Float64Array, size: number): Float64Array {
  const width = size + 1;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) if (Math.abs(system[row * width + column]) > Math.abs(system[pivot * width + column])) pivot = row;
    if (Math.abs(system[pivot * width + column]) < SINGULAR) throw wrongValue('discount', 'a number below 1', 1, ': under the policy some state never ends, so its value is not defined');
    swapRows(system, width, column, pivot);
    eliminate(system, width, column, size);
  }
  const solution = new Float64Array(size);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = system[row * width + size];
    for (let column = row + 1; column < size; column += 1) sum -= system[row * width + column] * solution[column];
    solution[row] = sum / system[row * width + row];
  }
  return solution;
}

function swapRows(system: Float64Array, width: number, a: number, b: number): void {
  if (a === b) return;
  const kept = system.slice(a * width, (a + 1) * width);
  system.copyWithin(a * width, b * width, (b + 1) * width);
  system.set(kept, b * width);
}

/** Takes the column out of all rows below. */
function eliminate(system: Float64Array, width: number, column: number, size: number): void {
  const first = column * width;
  for (let row = column + 1; row < size; row += 1) {
    const own = row * width;
    const factor = system[own + column] / system[first + column];
    if (factor === 0) continue;
    for (let i = column; i < width; i += 1) system[own + i] -= factor * system[first + i];
  }
}
