import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import type { RuleName } from '../../src/rule/registry.js';
import { createRuleFixture } from './fixture.js';

const SIZE = 32;
const UPDATES = 3000;

/**
 * A one-step task whose best action depends on the state: reward -(a - x/2)², x uniform on [-1, 1], one neuron that acts with
 * noise 0.3.
 *
 * @returns mean of (μ - x/2)² over the last tenth of the updates: 1/12 = 0.083 for a neuron that ignores the state
 */
function meanCost(rule: RuleName): number {
  const fixture = createRuleFixture(rule, { size: SIZE, optimiser: 'adam', rates: { criticRate: 0.01, outputRate: 0.003, targetRate: 0.1 } });
  const stream = createStream(1, `bandit/${rule}`);
  const { batch } = fixture;
  const output = fixture.neurons.length - 1;
  let cost = 0;
  for (let update = 0; update < UPDATES; update += 1) {
    const states = Array.from({ length: SIZE }, () => [stream.uniformBetween(-1, 1)]);
    fixture.show(states, states);
    for (let b = 0; b < SIZE; b += 1) {
      const mean = batch.activations.voltages[output * batch.activations.lanes + b];
      const best = states[b][0] / 2;
      batch.sampled[b] = mean + 0.3 * stream.gaussian();
      batch.reward[b] = -((batch.sampled[b] - best) ** 2);
      if (update >= 0.9 * UPDATES) cost += (mean - best) ** 2;
    }
    fixture.update();
  }
  return cost / (SIZE * 0.1 * UPDATES);
}

for (const rule of ['broadcast', 'three-factor', 'exact', 'compatible', 'compatible-natural', 'quadratic', 'deep'] as const) {
  test(`an output neuron under ${rule} finds an action that depends on the state`, (t) => {
    const cost = meanCost(rule);
    t.true(cost < 0.02, `mean squared distance ${cost}`);
  });
}

test('a neuron under linear does not: its slope is the same in every state', (t) => {
  t.true(meanCost('linear') > 0.05);
});
