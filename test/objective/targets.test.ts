import test from 'ava';
import fc from 'fast-check';

import {
  doubleValue,
  generalisedAdvantages,
  greedyAction,
  lambdaReturns,
  maximalValue,
  nStepReturn,
  oneStepTarget,
  projectCategorical,
  tdError,
  vTrace,
} from '../../src/objective/targets.js';

const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9) =>
  actual.length === expected.length && expected.every((each, i) => Math.abs(each - actual[i]) <= tolerance);

const project = (reward: number, discount: number, probabilities: readonly number[]) => {
  const projected = new Float64Array(probabilities.length);
  projectCategorical(reward, discount, -1, 1, probabilities, projected);
  return projected;
};

test('a one-step target drops its bootstrap where the discount is 0', (t) => {
  t.is(oneStepTarget(1, 0.5, 4), 3);
  t.is(oneStepTarget(1, 0, 4), 1);
  t.is(tdError(1, 0.5, 4, 2), 1);
});

test('a 3-step return keeps its bootstrap, loses it at the third step, and ignores all after a terminated second', (t) => {
  t.true(close([nStepReturn([1, 2, 3], [0.9, 0.9, 0.9], 10)], [12.52]));
  t.true(close([nStepReturn([1, 2, 3], [0.9, 0.9, 0], 10)], [5.23]));
  t.true(close([nStepReturn([1, 2, 3], [0.9, 0, 0.9], 10)], [2.8]));
});

test('lambda returns are 8.16256, 8.948 and 8.4', (t) => {
  const returns = new Float64Array(3);
  lambdaReturns([1, 2, 3], [0.9, 0.9, 0.9], [4, 5, 6], 0.8, returns);
  t.true(close(returns, [8.16256, 8.948, 8.4]));
});

test('generalised advantages are 4.80272, 4.726 and 3.3, and a termination cuts them', (t) => {
  const advantages = new Float64Array(3);
  const [values, nextValues] = [[0.5, 1, 1.5], [1, 1.5, 2]];
  generalisedAdvantages([1, 2, 3], [0.9, 0.9, 0.9], values, nextValues, 0.8, advantages);
  t.true(close(advantages, [4.80272, 4.726, 3.3]));
  generalisedAdvantages([1, 2, 3], [0.9, 0, 0.9], values, nextValues, 0.8, advantages);
  t.true(close(advantages, [2.12, 1, 3.3]));
});

test('double Q-learning judges by one network the action that the other prefers', (t) => {
  const [online, target] = [[1, 3, 2], [5, 1, 4]];
  t.is(oneStepTarget(1, 0.9, maximalValue(target)), 5.5);
  t.is(oneStepTarget(1, 0.9, doubleValue(online, target)), 1.9);
  t.is(greedyAction([2, 7, 7]), 1);
});

test('a categorical projection gives the published masses', (t) => {
  t.true(close(project(0.5, 0.5, [0.25, 0.5, 0.25]), [0, 0.5, 0.5]));
  t.true(close(project(0, 1, [0.25, 0.5, 0.25]), [0.25, 0.5, 0.25])); // atoms that fall on others
  t.true(close(project(0.3, 0, [0.25, 0.5, 0.25]), [0, 0.7, 0.3]));
  t.true(close(project(2, 0.9, [0.25, 0.5, 0.25]), [0, 0, 1]));
  t.true(close(project(0.2, 0.9, [0.2, 0.3, 0.5]), [0.14, 0.3, 0.56]));
});

const atoms = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 60 });

test('a categorical projection keeps all mass, and the mean where nothing is clipped', (t) => {
  t.notThrows(() => { fc.assert(fc.property(atoms, fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (masses, reward, discount) => {
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    const projected = project(reward, discount, masses);
    const mean = (weights: ArrayLike<number>) => Array.from(weights).reduce((sum, weight, i, { length }) => sum + weight * (-1 + (2 * i) / (length - 1)), 0);
    const clips = Math.abs(reward) + discount > 1;
    return projected.every((mass) => mass >= -1e-12) && close([projected.reduce((sum, mass) => sum + mass, 0)], [total], 1e-9 * (1 + total))
      && (clips || close([mean(projected)], [reward * total + discount * mean(masses)], 1e-9 * (1 + total)));
  })); });
});

const steps = fc.array(fc.record({
  reward: fc.double({ min: -5, max: 5, noNaN: true }),
  discount: fc.constantFrom(0, 0.5, 0.9, 1),
  value: fc.double({ min: -5, max: 5, noNaN: true }),
  next: fc.double({ min: -5, max: 5, noNaN: true }),
}), { minLength: 1, maxLength: 12 });

test('lambda 0, lambda 1 and V-trace of equal policies are the one-step targets, the n-step returns and the n-step returns', (t) => {
  t.notThrows(() => { fc.assert(fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (items, lambda) => {
    const [rewards, discounts, given] = [items.map(({ reward }) => reward), items.map(({ discount }) => discount), items.map(({ value }) => value)];
    const values = given;
    const nextValues = [...values.slice(1), items[items.length - 1].next]; // of one rollout
    const of = (make: (result: Float64Array) => void) => {
      const result = new Float64Array(items.length);
      make(result);
      return result;
    };
    const longest = rewards.map((_, from) => nStepReturn(rewards.slice(from), discounts.slice(from), nextValues[items.length - 1]));
    const traced = of((result) => { vTrace(rewards, discounts, values, nextValues, items.map(() => 1), result); });
    const returns = of((result) => { lambdaReturns(rewards, discounts, nextValues, lambda, result); });
    const advantages = of((result) => { generalisedAdvantages(rewards, discounts, values, nextValues, lambda, result); });
    return close(of((result) => { lambdaReturns(rewards, discounts, nextValues, 0, result); }), items.map((_, i) => oneStepTarget(rewards[i], discounts[i], nextValues[i])))
      && close(of((result) => { lambdaReturns(rewards, discounts, nextValues, 1, result); }), longest, 1e-7)
      && close(traced, longest, 1e-7)
      && close(advantages, [...returns].map((each, i) => each - values[i]), 1e-7);
  })); });
});
