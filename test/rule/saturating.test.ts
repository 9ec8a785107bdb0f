import test, { type ExecutionContext } from 'ava';

import type { RuleName } from '../../src/rule/registry.js';
import { createRuleFixture } from './fixture.js';

/** The hand-computed steps again for neurons that saturate: tanh, where σ'(z) = 1 - μ² is not 1. Plain steps, all rates 0.1 but where said. */
function near(t: ExecutionContext, actual: ArrayLike<number>, expected: readonly number[]): void {
  t.is(actual.length, expected.length);
  expected.forEach((value, i) => { t.true(Math.abs(actual[i] - value) < 1e-6, `number ${i}: expected ${value}, got ${actual[i]}`); });
}

const MEAN = Math.tanh(0.5);
const SLOPE = 1 - MEAN * MEAN;

/** One output neuron over [bias, x]: z = 0.1 + 0.2 x, seen at x = 2, where it did μ + 0.5, and then at x' = 1; rate 0.01. */
function singleNeuron(name: RuleName, discounts: number) {
  const fixture = createRuleFixture(name, { activation: 'tanh', rates: { outputRate: 0.01 } });
  fixture.tables.weights.values.set([0.1, 0.2]);
  fixture.show([[2]], [[1]]);
  fixture.batch.reward.set([1]);
  fixture.batch.discounts.set([discounts]);
  fixture.batch.sampled.set([MEAN + 0.5]);
  return fixture;
}

for (const [name, row] of [
  ['compatible', [0.1 + 0.01 * SLOPE ** 2, 0.2 + 0.02 * SLOPE ** 2]], // K += 0.01 σ'² (w·v) v
  ['compatible-natural', [0.1 + 0.01 * 0.5, 0.2 + 0.01 * 0.25]], // K += 0.01 w
] as const) {
  test(`${name} has the slope in its critic's features and in its step`, (t) => {
    // w·v = 0.5 + 0.25·2 = 1: Q = 0.1 + 0.2·2 + 0.3 μ + 0.5 σ', D = 1 - Q; θ += 0.1 D [1, 2, μ], w += 0.1 D 0.5 σ' [1, 2]
    const fixture = singleNeuron(name, 0);
    fixture.tables.critic.values.set([0.1, 0.2, 0.3, 0.5, 0.25]);
    fixture.update();
    const step = 0.1 * (1 - (0.5 + 0.3 * MEAN + 0.5 * SLOPE));
    near(t, fixture.tables.critic.values, [0.1 + step, 0.2 + 2 * step, 0.3 + step * MEAN, 0.5 + step * 0.5 * SLOPE, 0.25 + step * SLOPE]);
    near(t, fixture.tables.weights.values, row);
  });
}

test('linear bootstraps from the action that its target copy would take, and has the slope in its step', (t) => {
  // Q = 0.4 a, Q' = 2 tanh(K'·v') = 2 tanh(1), D = 1 + 0.5 Q' - Q; θ_a += 0.1 D a, K += 0.01·0.4 σ' [1, 2]
  const fixture = singleNeuron('linear', 0.5);
  fixture.tables.critic.values.set([0, 0, 0.4]);
  fixture.tables.critic.target.set([0, 0, 2]);
  fixture.tables.weights.target.set([0, 1]);
  fixture.update();
  const action = MEAN + 0.5;
  const step = 0.1 * (1 + Math.tanh(1) - 0.4 * action);
  near(t, fixture.tables.critic.values, [step, 2 * step, 0.4 + step * action]);
  near(t, fixture.tables.weights.values, [0.1 + 0.004 * SLOPE, 0.2 + 0.008 * SLOPE]);
});

test('coagent divides each neuron\'s exploration by its own variance and multiplies it by its own slope', (t) => {
  // h = tanh(0.5) + 0.05 with s = 0.25, output tanh(h) - 0.2 with s = 0.5; θ = 0, terminated: δ = r = 1. The output read h as acted.
  const fixture = createRuleFixture('coagent', { hidden: [1], activation: 'tanh' });
  fixture.tables.weights.values.set([0.1, 0.2, 0, 1]);
  fixture.show([[2]], [[1]]);
  const hidden = MEAN + 0.05;
  const output = Math.tanh(hidden);
  fixture.batch.sampled.set([hidden, output - 0.2]);
  fixture.showActed();
  fixture.batch.activations.weightedInputs[3 * fixture.batch.activations.lanes] = hidden;
  fixture.batch.reward.set([1]);
  fixture.update();
  const ofHidden = 0.1 * (0.05 / 0.25 ** 2) * SLOPE;
  const ofOutput = 0.1 * (-0.2 / 0.5 ** 2) * (1 - output * output);
  near(t, fixture.tables.weights.values, [0.1 + ofHidden, 0.2 + 2 * ofHidden, ofOutput, 1 + ofOutput * hidden]);
  near(t, fixture.tables.critic.values, [0.1, 0.2, 0.1 * hidden]);
});
