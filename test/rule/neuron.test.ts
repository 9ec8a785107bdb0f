import test from 'ava';

import { learnAll } from '../../src/rule/neuron-blocks.js';
import type { Neuron } from '../../src/network/neuron.js';
import { createRuleFixture } from './fixture.js';

test('whether a neuron takes part is computed once for each, silenced ones too, and only those that are not silenced learn', (t) => {
  const { alive, neurons, groups, batch } = createRuleFixture('broadcast');
  const [silent, idle] = [neurons[1].index, neurons[2].index];
  alive[silent] = 0;
  const asked: number[] = [];
  const learned: number[] = [];
  const program = { learn: ({ index, count }: Neuron) => { learned.push(...Array.from({ length: count }, (_, i) => index + i)); }, estimate: () => undefined };
  learnAll(program, groups, batch, 1, (neuron) => {
    asked.push(neuron);
    return neuron !== idle;
  });
  const all = neurons.map(({ index }) => index);
  t.deepEqual(asked, all);
  t.deepEqual(learned, all.filter((index) => index !== silent && index !== idle));
});
