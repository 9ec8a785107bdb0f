import test from 'ava';

import type { RuleName } from '../../src/rule/registry.js';
import { createRuleFixture, type RuleFixture } from './fixture.js';

/** Q^n(v, a) of the fixture's last neuron, an output, on its one transition. */
function estimateOf({ program, neurons, batch }: RuleFixture): number {
  const value = new Float32Array(1);
  program.broadcast?.(batch);
  program.estimate(neurons[neurons.length - 1], batch, value);
  return value[0];
}

/** One linear output neuron over [bias, x]: μ = 0.1 + 0.2 x, seen at x = 2, where it did a = 1. */
function singleNeuron(name: RuleName): RuleFixture {
  const fixture = createRuleFixture(name);
  fixture.tables.weights.values.set([0.1, 0.2]);
  fixture.show([[2]], [[1]]);
  fixture.batch.sampled.set([1]);
  return fixture;
}

// Each by hand, on v = [1, 2, 0.5] (bias, x, the neuron itself), a = 1, μ = 0.5.
const BY_HAND: readonly [name: RuleName, critic: readonly number[], expected: number][] = [
  ['linear', [0.5, -0.25, 0.4], 0.4], // 0.5 - 0.5 + 0.4·1
  ['linear-global', [0.5, -0.25, 0.2, 0.4], 0.5], // 0.5 - 0.5 + 0.1 + 0.4·1
  ['compatible', [0.1, 0.2, 0.3, 0.5, 0.25], 1.15], // 0.1 + 0.4 + 0.15 + (1 - 0.5)(0.5 + 0.25·2)
  ['compatible-natural', [0.1, 0.2, 0.3, 0.5, 0.25], 1.15],
  ['quadratic', [1, 2, 4, 3, 5, 6], 57], // x = (1, 2, 1), W rows (1 · 2 4 · 3 5 6): 1·1 + 4·4 + 6·1 + 2(2·2 + 3·1 + 5·2)
  ['broadcast', [0.1, -0.1, 0.2, 0.8], 1.25], // [θ, w] of bias and x: 0.1 + 0.4 + (1 - 0.5)(-0.1 + 1.6)
  ['three-factor', [0.1, -0.1, 0.2, 0.8], 1.25],
  ['exact', [0.1, -0.1, 0.2, 0.8], 1.25],
];

for (const [name, critic, expected] of BY_HAND) {
  test(`${name} has the estimate that its critic's numbers give by hand`, (t) => {
    const fixture = singleNeuron(name);
    fixture.tables.critic.values.set(critic);
    t.true(Math.abs(estimateOf(fixture) - expected) < 1e-6, String(estimateOf(fixture)));
  });
}

test('deep has the estimate that its network gives by hand', (t) => {
  // A critic of zeros but for its last bias says that bias; its output row starts with it: 1 + 8 numbers from the end.
  const fixture = singleNeuron('deep');
  const { values } = fixture.tables.critic;
  values.fill(0);
  values[values.length - 9] = 0.75;
  t.is(estimateOf(fixture), 0.75);
  // One path through it: v_x·0.1 → tanh → ·0.5 → tanh → ·2, where v_x = 2. Rows: 8 of (1, x, a), 8 of (1, 8 neurons), 1 of (1, 8 neurons).
  values[1] = 0.1;
  values[8 * 3 + 1] = 0.5;
  values[8 * 3 + 8 * 9 + 1] = 2;
  t.true(Math.abs(estimateOf(fixture) - (0.75 + 2 * Math.tanh(0.5 * Math.tanh(0.2)))) < 1e-6);
});
