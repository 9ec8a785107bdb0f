import test, { type ExecutionContext } from 'ava';

import { createRuleFixture } from './fixture.js';

/** Every number here is worked out by hand, in the comment beside it. */
function near(t: ExecutionContext, actual: Float32Array, expected: readonly number[]): void {
  t.is(actual.length, expected.length);
  expected.forEach((value, i) => {
    t.true(Math.abs(actual[i] - value) < 1e-6, `number ${i}: expected ${value}, got ${actual[i]}`);
  });
}

/** One linear output neuron over [bias, x]: z = 0.1 + 0.2 x, seen at x = 2 and then at x' = 1. */
function singleNeuron(name: 'linear' | 'linear-global' | 'compatible' | 'compatible-natural' | 'quadratic' | 'deep') {
  const fixture = createRuleFixture(name, { rates: { outputRate: 0.01 } });
  fixture.tables.weights.values.set([0.1, 0.2]);
  fixture.show([[2]], [[1]]);
  fixture.batch.reward.set([1]);
  fixture.batch.discounts.set([0.5]);
  fixture.batch.sampled.set([1]);
  return fixture;
}

function linearNeuron() {
  const fixture = singleNeuron('linear');
  fixture.tables.critic.values.set([0.5, -0.25, 0.4]); // θ_v over [bias, x], θ_a
  fixture.tables.critic.target.set([1, 1, 2]);
  fixture.tables.weights.target.set([0, 1]);
  return fixture;
}

test('linear takes the paper\'s step, by hand', (t) => {
  // v = [1, 2], a = 1: Q = 0.5 - 0.5 + 0.4 = 0.4. v' = [1, 1], K'v' = 1: Q' = 1 + 1 + 2 = 4.
  // D = 1 + 0.5·4 - 0.4 = 2.6. θ += 0.1·2.6·[1, 2, 1]. K += 0.01·0.4·[1, 2]. Targets go half the way.
  const fixture = linearNeuron();
  fixture.update();
  near(t, fixture.tables.critic.values, [0.76, 0.27, 0.66]);
  near(t, fixture.tables.weights.values, [0.104, 0.208]);
  near(t, fixture.tables.critic.target, [0.88, 0.635, 1.33]);
  near(t, fixture.tables.weights.target, [0.052, 0.604]);
});

test('linear drops the bootstrap of a terminated episode', (t) => {
  // D = 1 - 0.4 = 0.6: θ += 0.1·0.6·[1, 2, 1]
  const fixture = linearNeuron();
  fixture.batch.discounts.set([0]);
  fixture.update();
  near(t, fixture.tables.critic.values, [0.56, -0.13, 0.46]);
});

test('linear-global takes the same step with a critic over all voltages, by hand', (t) => {
  // v = [1, 2, 0.5], a = 1: Q = 0.5 - 0.5 + 0.1 + 0.4 = 0.5. v' = [1, 1, 0.3], K'v' = 1: Q' = 1 + 1 + 0 + 2 = 4.
  // D = 1 + 0.5·4 - 0.5 = 2.5. θ += 0.1·2.5·[1, 2, 0.5, 1]. K += 0.01·0.4·[1, 2]. Targets go half the way.
  const fixture = singleNeuron('linear-global');
  fixture.tables.critic.values.set([0.5, -0.25, 0.2, 0.4]); // θ_v over [bias, x, output], θ_a
  fixture.tables.critic.target.set([1, 1, 0, 2]);
  fixture.tables.weights.target.set([0, 1]);
  fixture.update();
  near(t, fixture.tables.critic.values, [0.75, 0.25, 0.325, 0.65]);
  near(t, fixture.tables.weights.values, [0.104, 0.208]);
  near(t, fixture.tables.critic.target, [0.875, 0.625, 0.1625, 1.325]);
  near(t, fixture.tables.weights.target, [0.052, 0.604]);
});

test('compatible takes Silver\'s step, by hand', (t) => {
  // w·v = 0.5·1 + 0.25·2 = 1, a - μ = 0.5: Q = 0.1 + 0.4 + 0.15 + 0.5 = 1.15. Q' = 1 + 0.3 = 1.3. D = 1 + 0.65 - 1.15 = 0.5.
  // θ += 0.1·0.5·[1, 2, 0.5]; w += 0.1·0.5·0.5·[1, 2]; K += 0.01·1·[1, 2].
  const fixture = singleNeuron('compatible');
  fixture.tables.critic.values.set([0.1, 0.2, 0.3, 0.5, 0.25]);
  fixture.tables.critic.target.set([1, 0, 1, 0, 0]);
  fixture.update();
  near(t, fixture.tables.critic.values, [0.15, 0.3, 0.325, 0.525, 0.3]);
  near(t, fixture.tables.weights.values, [0.11, 0.22]);
});

test('compatible-natural moves the row by its critic\'s own weights, by hand', (t) => {
  // The critic's step is compatible's; K += 0.01·w = 0.01·[0.5, 0.25].
  const fixture = singleNeuron('compatible-natural');
  fixture.tables.critic.values.set([0.1, 0.2, 0.3, 0.5, 0.25]);
  fixture.tables.critic.target.set([1, 0, 1, 0, 0]);
  fixture.update();
  near(t, fixture.tables.critic.values, [0.15, 0.3, 0.325, 0.525, 0.3]);
  near(t, fixture.tables.weights.values, [0.105, 0.2025]);
});

function quadraticNeuron() {
  const fixture = singleNeuron('quadratic');
  fixture.tables.critic.values.set([0.1, 0.2, 0.05, -0.3, 0.15, -0.2]); // W over (1, x, a): 11, x1, xx, a1, ax, aa
  fixture.tables.critic.target.set([1, 0, 0, 0.5, 0, 1]);
  fixture.tables.weights.target.set([0, 1]);
  return fixture;
}

test('quadratic takes its step, by hand', (t) => {
  // (1, x, a) = (1, 2, 1): Q = 0.1 + 0.05·4 - 0.2 + 2·(0.2·2 - 0.3 + 0.15·2) = 0.9. (1, x', a') = (1, 1, 1): Q' = 1 + 1 + 2·0.5 = 3.
  // D = 1 + 0.5·3 - 0.9 = 1.6. W += 0.1·1.6·[1, 2, 4, 1, 2, 1].
  // ∂Q/∂a at μ = 0.5: 2·(-0.3 + 0.15·2 - 0.2·0.5) = -0.2. K += 0.01·(-0.2)·[1, 2]. Targets go half the way.
  const fixture = quadraticNeuron();
  fixture.update();
  near(t, fixture.tables.critic.values, [0.26, 0.52, 0.69, -0.14, 0.47, -0.04]);
  near(t, fixture.tables.weights.values, [0.098, 0.196]);
  near(t, fixture.tables.critic.target, [0.63, 0.26, 0.345, 0.18, 0.235, 0.48]);
  near(t, fixture.tables.weights.target, [0.049, 0.598]);
});

test('quadratic drops the bootstrap of a terminated episode', (t) => {
  // D = 1 - 0.9 = 0.1
  const fixture = quadraticNeuron();
  fixture.batch.discounts.set([0]);
  fixture.update();
  near(t, fixture.tables.critic.values, [0.11, 0.22, 0.09, -0.29, 0.17, -0.19]);
});

test('deep takes its step along one path of its critic, by hand', (t) => {
  // First layer [8, (1, x, a)]: h = tanh(0.3 - 0.1 x + 0.5 a); second [8, (1, h)]: g = tanh(2 h); Q = 0.25 + 1.5 g; Q' = 3; all else 0.
  const fixture = singleNeuron('deep');
  const { values, target } = fixture.tables.critic;
  const [second, third] = [8 * 3, 8 * 3 + 8 * 9];
  for (const numbers of [values, target]) numbers.fill(0);
  values.set([0.3, -0.1, 0.5]);
  values.set([0, 2], second);
  values.set([0.25, 1.5], third);
  target[third] = 3;
  fixture.update();
  // a = 1: h = tanh(0.6). D = 1 + 0.5·3 - Q; θ += 0.1·D·∂Q/∂θ.
  const h = Math.tanh(0.6);
  const g = Math.tanh(2 * h);
  const step = 0.1 * (2.5 - (0.25 + 1.5 * g));
  const ontoSecond = 1.5 * (1 - g * g);
  const ontoFirst = ontoSecond * 2 * (1 - h * h);
  near(t, values.subarray(0, 6), [0.3 + step * ontoFirst, -0.1 + step * ontoFirst * 2, 0.5 + step * ontoFirst, 0, 0, 0]);
  near(t, values.subarray(second, second + 11), [step * ontoSecond, 2 + step * ontoSecond * h, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  near(t, values.subarray(third), [0.25 + step, 1.5 + step * g, 0, 0, 0, 0, 0, 0, 0]);
  // a = μ = 0.5: h = tanh(0.35). K += 0.01·∂Q/∂a·[1, 2].
  const atMean = Math.tanh(0.35);
  const slope = 1.5 * (1 - Math.tanh(2 * atMean) ** 2) * 2 * (1 - atMean ** 2) * 0.5;
  near(t, fixture.tables.weights.values, [0.1 + 0.01 * slope, 0.2 + 0.02 * slope]);
  t.true(Math.abs(target[third] - (3 + 0.25 + step) / 2) < 1e-6);
});

test('the critics of deep start apart from one another, each from its own neuron\'s stream', (t) => {
  const { neurons } = createRuleFixture('deep', { observations: 2, hidden: [2], outputs: 1 });
  const [first, second] = neurons.filter(({ kind }) => kind === 'hidden').map(({ parameters }) => parameters.critic);
  t.notDeepEqual([...first.values], [...second.values]);
  t.deepEqual([...first.values], [...first.target]);
  t.deepEqual([...first.values], [...createRuleFixture('deep', { observations: 2, hidden: [5, 3], outputs: 2 }).neurons[3].parameters.critic.values]);
});

/** One hidden and one output neuron, both linear, over [bias, x]: h = 0.5 + 0.25 x, μ = 0.2 + 0.3 h, seen at x = 2, x' = 4. */
function twoNeurons(name: 'broadcast' | 'three-factor' | 'exact') {
  const fixture = createRuleFixture(name, { hidden: [1] });
  fixture.tables.weights.values.set([0.5, 0.25, 0.2, 0.3]);
  fixture.tables.critic.values.set([0.1, 0.2, 0.3, -0.1, -0.2, 0.8]); // [θ, w] of bias, x, h
  fixture.tables.critic.target.set([0.1, 0, 0.2, 0, 0.4, 0]);
  fixture.show([[2]], [[4]]);
  fixture.batch.reward.set([0.65]);
  fixture.batch.discounts.set([0.5]);
  fixture.batch.sampled.set([1]);
  return fixture;
}

// v = [1, 2, 1], μ = 0.5, a - μ = 0.5: θ·v = 0.1 + 0.6 - 0.2 = 0.5, ∂Q/∂a = 0.2 - 0.2 + 0.8 = 0.8, Q = 0.9.
// v' = [1, 4, 1.5]: Q' = 0.1 + 0.8 + 0.6 = 1.5. D = 0.65 + 0.75 - 0.9 = 0.5.
// θ += 0.1·0.5·[1, 2, 1] and w += 0.1·0.5·0.5·[1, 2, 1]; output: K += 0.1·0.8·[1, 1].
const CRITIC_AFTER = [0.15, 0.225, 0.4, -0.05, -0.15, 0.825];

test('broadcast takes its step, by hand', (t) => {
  // b = 2: hidden K += 0.1·0.5·2·[1, 2]
  const fixture = twoNeurons('broadcast');
  fixture.tables.feedback.values.set([2]);
  fixture.update();
  near(t, fixture.tables.weights.values, [0.6, 0.45, 0.28, 0.38]);
  near(t, fixture.tables.critic.values, CRITIC_AFTER);
  near(t, fixture.tables.critic.target, [0.125, 0.1125, 0.3, -0.025, 0.125, 0.4125]);
});

test('three-factor takes its step, by hand', (t) => {
  // θ_h + (a - μ) w_h = -0.2 + 0.4 = 0.2: hidden K += 0.1·0.5·0.2·[1, 2]
  const fixture = twoNeurons('three-factor');
  fixture.update();
  near(t, fixture.tables.weights.values, [0.51, 0.27, 0.28, 0.38]);
  near(t, fixture.tables.critic.values, CRITIC_AFTER);
});

test('exact takes the true slope through the output neuron, by hand', (t) => {
  // ∂Q/∂h = 0.8·∂μ/∂h = 0.8·0.3 = 0.24: hidden K += 0.1·0.24·[1, 2]
  const fixture = twoNeurons('exact');
  fixture.update();
  near(t, fixture.tables.weights.values, [0.524, 0.298, 0.28, 0.38]);
  near(t, fixture.tables.critic.values, CRITIC_AFTER);
});

test('broadcast drops the bootstrap of a terminated episode', (t) => {
  // D = 0.65 - 0.9 = -0.25: θ of x += 0.1·(-0.25)·2
  const fixture = twoNeurons('broadcast');
  fixture.batch.discounts.set([0]);
  fixture.update();
  t.true(Math.abs(fixture.tables.critic.values[2] - 0.25) < 1e-6);
});
