import test from 'ava';
import fc from 'fast-check';

import { backUp, backUpPolicy, policyAbout, readActionValues } from '../../../src/algorithm/tabular/backup.js';
import { iterate, iterativeEvaluation, modifiedPolicyIteration, policyIteration, valueIteration } from '../../../src/algorithm/tabular/dynamic-programming.js';
import { solvePolicy } from '../../../src/algorithm/tabular/linear-system.js';
import { createCounts } from '../../../src/algorithm/tabular/model-estimate.js';
import { boltzmann, drawAction, epsilonGreedy, expectedValue, greedy, largest } from '../../../src/algorithm/tabular/policy.js';
import { drawOutcome } from '../../../src/environment/model.js';
import { createStream } from '../../../src/random/stream.js';
import { anyModel, anyValues, distance, tableModel } from './fixture.js';

const PARAMETERS = { numRuns: 100, seed: 1 };
const anyDiscount = fc.double({ min: 0, max: 0.99, noNaN: true });
const anyEpsilon = fc.double({ min: 0, max: 1, noNaN: true });

test('a backup under an ε-greedy policy brings values closer together by the discount', (t) => {
  fc.assert(fc.property(anyModel, anyDiscount, anyEpsilon, anyValues(6), anyValues(6), (model, discount, epsilon, a, b) => {
    const [first, second] = [a, b].map((values) => values.slice(0, model.states));
    const [next, other] = [first, second].map((values) => {
      const backedUp = new Float64Array(model.states);
      backUp(model, values, discount, epsilonGreedy(epsilon), backedUp);
      return backedUp;
    });
    t.true(distance(next, other) <= discount * distance(first, second) + 1e-9);
  }), PARAMETERS);
});

test('a backup keeps the order of values', (t) => {
  fc.assert(fc.property(anyModel, anyDiscount, anyValues(6), anyValues(6), (model, discount, a, rise) => {
    const low = a.slice(0, model.states);
    const high = low.map((value, state) => value + Math.abs(rise[state]));
    const [below, above] = [low, high].map((values) => {
      const backedUp = new Float64Array(model.states);
      backUp(model, values, discount, greedy, backedUp);
      return backedUp;
    });
    t.true(below.every((value, state) => value <= above[state] + 1e-9));
  }), PARAMETERS);
});

test('policy iteration never makes a value worse, and ends', (t) => {
  fc.assert(fc.property(anyModel, anyDiscount, anyEpsilon, (model, discount, epsilon) => {
    let before: Float64Array | undefined;
    let rounds = 0;
    for (const values of policyIteration({ model, discount }, epsilon)) {
      if (before !== undefined) t.true(before.every((value, state) => values[state] >= value - 1e-8));
      before = values;
      rounds += 1;
    }
    t.true(rounds <= 1 + model.actions ** model.states);
  }), PARAMETERS);
});

test('value iteration, policy iteration and modified policy iteration find the same values, greedy or not', (t) => {
  fc.assert(fc.property(anyModel, anyDiscount, anyEpsilon, fc.integer({ min: 1, max: 20 }), (model, discount, epsilon, sweeps) => {
    const problem = { model, discount };
    const solved = iterate(policyIteration(problem, epsilon), model.states);
    t.true(distance(iterate(valueIteration(problem, epsilonGreedy(epsilon), 1e-9), model.states), solved) < 1e-8);
    t.true(distance(iterate(modifiedPolicyIteration(problem, epsilon, sweeps, 1e-9), model.states), solved) < 1e-8);
  }), PARAMETERS);
});

test('value iteration ends within half its tolerance of the optimum', (t) => {
  fc.assert(fc.property(anyModel, fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.double({ min: 1e-6, max: 1, noNaN: true }), (model, discount, tolerance) => {
    const problem = { model, discount };
    const exact = iterate(policyIteration(problem, 0), model.states);
    t.true(distance(iterate(valueIteration(problem, greedy, tolerance), model.states), exact) <= tolerance / 2 + 1e-9);
  }), PARAMETERS);
});

test('the solution of the system is the fixed point of the policy\'s backup and the limit of iteration', (t) => {
  fc.assert(fc.property(anyModel, anyDiscount, anyValues(6), fc.double({ min: 0.1, max: 10, noNaN: true }), (model, discount, values, temperature) => {
    const policy = policyAbout(model, values.slice(0, model.states), discount, boltzmann(temperature));
    const solution = solvePolicy(model, policy, discount);
    const backedUp = new Float64Array(model.states);
    backUpPolicy(model, solution, discount, policy, backedUp);
    t.true(distance(solution, backedUp) < 1e-8);
    t.true(distance(iterate(iterativeEvaluation({ model, discount }, policy, 1e-10), model.states), solution) < 1e-8);
  }), PARAMETERS);
});

test('an undiscounted policy that never ends somewhere has no solution, and is refused', (t) => {
  const loop = tableModel([[[[1, 0, 1, false]], [[1, 0, 1, true]]]]);
  t.throws(() => solvePolicy(loop, Float64Array.of(1, 0), 1), { instanceOf: RangeError, message: /^"discount" expected a number below 1, got 1: under the policy some state never ends/ });
  t.deepEqual([...solvePolicy(loop, Float64Array.of(0, 1), 1)], [1]);
});

test('undiscounted values that grow for ever are given up', (t) => {
  const loop = tableModel([[[[1, 0, 1, false]], [[1, 0, 1, true]]]]);
  t.throws(() => iterate(valueIteration({ model: loop, discount: 1 }, greedy, 1e-9), 1), { instanceOf: RangeError, message: '"discount" expected one under which the values settle, got 1: they go on changing' });
});

test('an estimated model comes close to the true one, and has no outcome of actions that were never taken', (t) => {
  const model = tableModel([[[[0.25, 0, 1, false], [0.75, 1, -1, false]], [[1, 0, 0, true]]], [[[1, 1, 2, true]], [[1, 0, 3, false]]]]);
  const counts = createCounts(model);
  const stream = createStream(1, 'test');
  for (let i = 0; i < 40_000; i += 1) {
    const outcome = drawOutcome(model, 0, 0, stream);
    counts.record(0, 0, model.reward[outcome], model.next[outcome], model.terminated[outcome] === 1);
  }
  const estimate = counts.estimate();
  const found = new Map([...estimate.next].map((next, i) => [next, [estimate.probability[i], estimate.reward[i]]]));
  t.true(Math.abs((found.get(0)?.[0] ?? 0) - 0.25) < 4 * Math.sqrt((0.25 * 0.75) / 40_000)); // 4 standard errors
  t.deepEqual([found.get(0)?.[1], found.get(1)?.[1]], [1, -1]);
  const actionValues = new Float64Array(2);
  readActionValues(estimate, new Float64Array(2), 0.9, 0, actionValues);
  t.is(actionValues[1], -Infinity);
  t.is(iterate(valueIteration({ model: estimate, discount: 0.9 }, greedy, 1e-9), 2)[1], 0);
});

const anyActionValues = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 8 }).map((list) => Float64Array.from(list));

test('the probabilities of a policy are none below 0 and have the sum 1', (t) => {
  fc.assert(fc.property(anyActionValues, anyEpsilon, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (actionValues, epsilon, temperature) => {
    for (const policy of [epsilonGreedy(epsilon), boltzmann(temperature), greedy]) {
      const probabilities = new Float64Array(actionValues.length);
      policy.fill(actionValues, probabilities);
      t.true(probabilities.every((each) => each >= 0) && Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-9);
      t.true(expectedValue(actionValues, probabilities) <= largest(actionValues) + 1e-9);
    }
  }), PARAMETERS);
});

test('ε is spread over all actions, the greedy one included, and equal values share the rest', (t) => {
  const probabilities = new Float64Array(4);
  epsilonGreedy(0.2).fill(Float64Array.of(1, 3, 2, 0), probabilities);
  t.true(distance(probabilities, Float64Array.of(0.05, 0.85, 0.05, 0.05)) < 1e-15);
  epsilonGreedy(0.2).fill(Float64Array.of(3, 3, 2, 0), probabilities);
  t.true(distance(probabilities, Float64Array.of(0.45, 0.45, 0.05, 0.05)) < 1e-15);
});

test('Boltzmann probabilities of 1, 2, 3 are the published ones, and large values do not overflow', (t) => {
  const probabilities = new Float64Array(3);
  boltzmann(1).fill(Float64Array.of(1, 2, 3), probabilities);
  t.true(distance(probabilities, Float64Array.of(0.0900305732, 0.2447284711, 0.6652409558)) < 1e-10);
  boltzmann(0.5).fill(Float64Array.of(1, 2, 3), probabilities);
  t.true(distance(probabilities, Float64Array.of(0.01587624, 0.1173104278, 0.8668133322)) < 1e-10);
  boltzmann(1e-3).fill(Float64Array.of(1e300, -1e300, 0), probabilities);
  t.deepEqual([...probabilities], [1, 0, 0]);
});

test('a policy draws its actions with its probabilities', (t) => {
  const stream = createStream(2, 'test');
  const actionValues = Float64Array.of(1, 1, 0.5, -1);
  const draws = 20_000;
  for (const policy of [epsilonGreedy(0.3), boltzmann(0.7), greedy]) {
    const probabilities = new Float64Array(4);
    policy.fill(actionValues, probabilities);
    for (const draw of [() => policy.choose(actionValues, stream), () => drawAction(probabilities, 0, 4, stream)]) {
      const counts = new Float64Array(4);
      for (let i = 0; i < draws; i += 1) counts[draw()] += 1;
      counts.forEach((count, action) => { t.true(Math.abs(count - draws * probabilities[action]) <= 4 * Math.sqrt(draws * probabilities[action]), `${action}: ${count}`); });
    }
  }
});
