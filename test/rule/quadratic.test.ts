import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import { createRuleFixture, type RuleFixture } from './fixture.js';

const [SIZE, RATE, DISCOUNT] = [13, 0.1, 0.9];

/** Two outputs that read so many hidden neurons that the products of pairs do not fit one block. */
function wideRule(): RuleFixture {
  const fixture = createRuleFixture('quadratic', { observations: 2, hidden: [70], outputs: 2, activation: 'tanh', size: SIZE, rates: { criticRate: RATE } });
  const stream = createStream(1, 'quadratic');
  const { batch, tables } = fixture;
  for (const { values, target } of Object.values(tables)) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 8;
  for (const list of [batch.reward, batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  const observations = () => Array.from({ length: SIZE }, () => [stream.gaussian(), stream.gaussian()]);
  fixture.show(observations(), observations());
  batch.discounts.fill(DISCOUNT);
  return fixture;
}

const dot = (x: readonly number[], y: ArrayLike<number>) => x.reduce((sum, each, i) => sum + each * y[i], 0);

/** xᵀ W x by the lower triangle of W. */
const form = (x: readonly number[], triangle: ArrayLike<number>) => x.reduce((sum, each, i) => sum + each * x.slice(0, i + 1).reduce((row, other, j) => row + (j < i ? 2 : 1) * triangle[(i * (i + 1)) / 2 + j] * other, 0), 0);

test('quadratic\'s step is that of xᵀ W x, by the definition, where a neuron reads many', (t) => {
  const { program, groups, topology: { outputs }, batch, batch: { activations: { voltages, lanes }, sampled, reward, firstStochastic } } = wideRule();
  const { whole, members } = groups[groups.length - 1];
  const expected = members.map(({ index, sources, weights, parameters: { critic } }) => {
    const read = (lane: number) => [...sources].map((source) => voltages[source * lanes + lane]); // the bias neuron, which is the 1 of x, comes first
    const steps = new Float64Array(critic.values.length);
    for (let b = 0; b < SIZE; b += 1) {
      const x = [...read(b), sampled[(index - firstStochastic) * SIZE + b]];
      const next = read(SIZE + b);
      const tdError = reward[b] + DISCOUNT * form([...next, Math.tanh(dot(next, weights.target))], critic.target) - form(x, critic.values);
      for (let i = 0, at = 0; i < x.length; i += 1) for (let j = 0; j <= i; j += 1, at += 1) steps[at] += (RATE * tdError * x[i] * x[j]) / SIZE;
    }
    return [...critic.values].map((value, i) => value + steps[i]);
  }).flat();
  t.is(whole.count, outputs.end - outputs.begin);
  program.learn(whole, batch, 1);
  whole.parameters.critic.values.forEach((value, i) => { t.true(Math.abs(value - expected[i]) < 1e-5, `number ${i}: expected ${expected[i]}, got ${value}`); });
});

test('quadratic learns the same bits neuron by neuron as in groups where a neuron reads many', (t) => {
  const learned = (together: boolean) => {
    const { program, groups, batch, tables } = wideRule();
    for (let update = 1; update <= 2; update += 1) for (const { whole, members } of groups) for (const neuron of together ? [whole] : members) program.learn(neuron, batch, update);
    return Object.values(tables).flatMap(({ values, target }) => [...values, ...target]);
  };
  t.deepEqual(learned(true), learned(false));
});
