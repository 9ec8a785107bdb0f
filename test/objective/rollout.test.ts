import test from 'ava';
import fc from 'fast-check';

import { createActionDistribution, createGaussian, createSoftmax, type ActionDistribution } from '../../src/network/action-distribution.js';
import { createActorCritic } from '../../src/objective/actor-critic.js';
import { onEachHead } from '../../src/objective/heads.js';
import { createNStepQ } from '../../src/objective/n-step-q.js';
import { createOneStepQ } from '../../src/objective/one-step-q.js';
import type { Rollout } from '../../src/objective/rollout.js';
import { createSarsa } from '../../src/objective/sarsa.js';
import { rolloutReturns } from '../../src/objective/targets.js';
import { createStream } from '../../src/random/stream.js';

const room = { numbers: (length: number) => new Float32Array(length) };
const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6) =>
  actual.length === expected.length && expected.every((each, i) => Math.abs(each - actual[i]) <= tolerance);

/** Three steps in room for four: Q(s_t, ·) = (1, 2), (3, 4), (5, 6); actions 0, 1, 0 and then 1; rewards 1, 2, 3. */
function rollout(discounts: readonly number[], successors: readonly (readonly number[])[]): Rollout {
  return {
    size: 4,
    length: 3,
    outputs: Float32Array.of(1, 3, 5, 9, 2, 4, 6, 9),
    successors: Float32Array.from(successors.flat()),
    actions: Float32Array.of(0, 1, 0, 1, 0),
    rewards: Float32Array.of(1, 2, 3, 9),
    discounts: Float32Array.from([...discounts, 9]),
  };
}

test('the returns of a rollout are as long as possible, and end at a termination', (t) => {
  const returns = new Float64Array(3);
  rolloutReturns([1, 2, 3], [0.9, 0.9, 0.9], 3, 10, returns);
  t.true(close(returns, [12.52, 12.8, 12]));
  rolloutReturns([1, 2, 3], [0.9, 0.9, 0], 3, 10, returns);
  t.true(close(returns, [5.23, 4.7, 3]));
  rolloutReturns([1, 2, 3], [0.9, 0, 0.9], 2, 10, returns.fill(7));
  t.true(close(returns, [2.8, 2, 7]));
});

test('one-step Q takes the largest successor value of each step, and none behind a termination', (t) => {
  const objective = createOneStepQ(room, 2, 4);
  objective.evaluate(rollout([0.5, 0.5, 0], [[4, 6, 100, 100], [2, 8, 100, 100]]));
  t.deepEqual([...objective.error.signals], [1 + 2 - 1, 2 + 4 - 4, 3 - 5, 0]);
  t.deepEqual([...objective.error.outputs], [2, 0, -2, 0, 0, 2, 0, 0]);
});

test('Sarsa takes the value of the action taken next, behind the last step too', (t) => {
  const objective = createSarsa(room, 2, 4);
  objective.evaluate(rollout([0.5, 0.5, 0.5], [[4, 6, 10, 100], [2, 8, 20, 100]]));
  t.deepEqual([...objective.error.outputs], [1 + 1 - 1, 0, 3 + 10 - 5, 0, 0, 2 + 3 - 4, 0, 0]);
  t.deepEqual([...objective.error.signals], [1, 1, 8, 0]);
});

test('n-step Q bootstraps every step of the rollout from the state behind the last, where that was not terminal', (t) => {
  const objective = createNStepQ(room, 2, 4);
  const successors = [[0, 0, 10, 0], [0, 0, 4, 0]];
  objective.evaluate(rollout([0.9, 0.9, 0.9], successors));
  t.true(close(objective.error.signals, [12.52 - 1, 12.8 - 4, 12 - 5, 0]));
  t.true(close(objective.error.outputs, [11.52, 0, 7, 0, 0, 8.8, 0, 0]));
  objective.evaluate(rollout([0.9, 0.9, 0], successors));
  t.true(close(objective.error.signals, [5.23 - 1, 4.7 - 4, 3 - 5, 0]));
});

test('actor-critic at logits (0, ln 3), action 0, advantage 2 and entropy weight .01 climbs (1.5021, -1.5021), and the value by 2', (t) => {
  const objective = createActorCritic(room, createSoftmax(2), 1, { value: 0.5, entropy: 0.01 });
  const { outputs, signals } = objective.error;
  objective.evaluate({
    size: 1, length: 1, outputs: Float32Array.of(0, Math.log(3), 1), successors: Float32Array.of(7, 7, 4), actions: Float32Array.of(0, 0), rewards: Float32Array.of(1), discounts: Float32Array.of(0.5),
  });
  t.true(close(outputs, [1.502059898, -1.502059898, 2]));
  t.is(signals[0], 2);
  t.true(Math.abs(createSoftmax(2).entropy(Float32Array.of(0, Math.log(3))) - 0.5623351446) < 1e-7);
});

test('actor-critic leaves zeros in the lanes of no step', (t) => {
  const objective = createActorCritic(room, createSoftmax(2), 3, { value: 0.5, entropy: 0.01 });
  const shown = { size: 3, outputs: new Float32Array(9).fill(1), successors: new Float32Array(9).fill(1), actions: new Float32Array(4), rewards: new Float32Array(3).fill(1), discounts: new Float32Array(3).fill(1) };
  objective.evaluate({ ...shown, length: 3 });
  objective.evaluate({ ...shown, length: 1 });
  const lanes = (lane: number) => [0, 1, 2].map((k) => objective.error.outputs[3 * k + lane]);
  t.true(lanes(0).every((each) => each !== 0));
  t.deepEqual([...lanes(1), ...lanes(2), ...objective.error.signals.subarray(1)], new Array<number>(8).fill(0));
});

/** log π(a) of one state, by its definition. */
const logProbability = {
  softmax: (voltages: readonly number[], [action]: readonly number[]) => voltages[action] - Math.log(voltages.reduce((sum, each) => sum + Math.exp(each), 0)),
  gaussian: ([mean, raw]: readonly number[], [action]: readonly number[]) => {
    const variance = 1e-4 + Math.log(1 + Math.exp(raw));
    return -((action - mean) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;
  },
};

/** ∂J/∂v against central differences of A log π(a) + β H, in a lane among others. */
function slopesAgree(distribution: ActionDistribution, log: (voltages: readonly number[], action: readonly number[]) => number, voltages: readonly number[], action: number, advantage: number, entropyWeight: number): boolean {
  const [size, lane] = [3, 1];
  const spread = new Float32Array(distribution.outputs * size).fill(0.3);
  voltages.forEach((each, k) => { spread[k * size + lane] = each; });
  const gradient = new Float32Array(spread.length);
  distribution.differentiate(spread, new Float32Array(size + 1).fill(action), size, lane, advantage, entropyWeight, gradient);
  const objective = (at: readonly number[]) => advantage * log(at, [action]) + entropyWeight * distribution.entropy(Float32Array.from(at));
  const h = 1 / 256;
  return voltages.every((_, k) => {
    const moved = (by: number) => voltages.map((each, j) => (j === k ? each + by : each));
    const slope = (objective(moved(h)) - objective(moved(-h))) / (2 * h);
    return Math.abs(slope - gradient[k * size + lane]) <= 2e-3 * (1 + Math.abs(slope));
  });
}

const quarters = fc.integer({ min: -8, max: 8 }).map((n) => n / 4); // exact in single precision
const RUNS = { seed: 1, numRuns: 200 };

test('the slope of the softmax is that of A log π + β H', (t) => {
  t.notThrows(() => { fc.assert(fc.property(fc.array(quarters, { minLength: 2, maxLength: 5 }), fc.nat(), quarters, quarters, (voltages, action, advantage, entropyWeight) =>
    slopesAgree(createSoftmax(voltages.length), logProbability.softmax, voltages, action % voltages.length, advantage, entropyWeight)), RUNS); });
});

test('the slope of the Gaussian is that of A log π + β H', (t) => {
  t.notThrows(() => { fc.assert(fc.property(quarters, quarters, quarters, quarters, quarters, (mean, raw, action, advantage, entropyWeight) =>
    slopesAgree(createGaussian(1), logProbability.gaussian, [mean, raw], action, advantage, entropyWeight)), RUNS); });
});

test('a softmax draws with its probabilities, and its mode is the first of the likeliest', (t) => {
  const distribution = createActionDistribution({ kind: 'discrete', count: 3 });
  const voltages = Float32Array.of(0, Math.log(3), Math.log(4));
  const stream = createStream(1, 'softmax');
  const action = new Float32Array(1);
  const counts = [0, 0, 0];
  for (let i = 0; i < 8000; i += 1) {
    distribution.sample(voltages, stream, action);
    counts[action[0]] += 1;
  }
  t.true(close(counts.map((count) => count / 8000), [1 / 8, 3 / 8, 4 / 8], 0.02));
  distribution.mode(Float32Array.of(1, 2, 2), action);
  t.is(action[0], 1);
});

test('a Gaussian draws about its mean with the variance of its second output, and stays finite at the least variance', (t) => {
  const distribution = createGaussian(1);
  const stream = createStream(1, 'gaussian');
  const action = new Float32Array(1);
  const draws = Array.from({ length: 8000 }, () => {
    distribution.sample(Float32Array.of(2, 1), stream, action);
    return action[0];
  });
  const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length;
  const variance = draws.reduce((sum, each) => sum + (each - mean) ** 2, 0) / draws.length;
  t.true(Math.abs(mean - 2) < 0.05 && Math.abs(variance - Math.log(1 + Math.E)) < 0.06);
  const gradient = new Float32Array(2);
  distribution.differentiate(Float32Array.of(0, -200), Float32Array.of(1, 0), 1, 0, 1, 1, gradient);
  t.true(gradient.every(Number.isFinite));
});

test('an objective on two heads is that of each head by itself, which bootstraps from its own values', (t) => {
  const [one, other] = [rollout([0.9, 0.9, 0.9], [[0, 0, 7, 0], [0, 0, 8, 0]]), rollout([0.9, 0.9, 0.9], [[0, 0, -3, 0], [0, 0, 1, 0]])];
  const alone = [one, other].map((each) => {
    const objective = createNStepQ(room, 2, 4);
    objective.evaluate(each);
    return objective.error;
  });
  const both = onEachHead(createNStepQ(room, 2, 4), 2, room);
  both.evaluate({ ...one, outputs: Float32Array.of(...one.outputs, ...other.outputs), successors: Float32Array.of(...one.successors, ...other.successors) });
  t.deepEqual([...both.error.outputs], alone.flatMap(({ outputs }) => [...outputs]));
  t.deepEqual([...both.error.signals], alone.flatMap(({ signals }) => [...signals]));
  t.notDeepEqual(alone[0], alone[1]);
});
