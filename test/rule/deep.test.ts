import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import { CRITICS_PER_BLOCK } from '../../src/rule/local-mlp-critic.js';
import { createRuleFixture, type RuleFixture } from './fixture.js';

const [SIZE, RATE, DISCOUNT, WIDTH] = [13, 0.1, 0.9, 8];

/** More hidden neurons than critics are worked on at a time. */
function wideRule(): RuleFixture {
  const fixture = createRuleFixture('deep', { observations: 3, hidden: [CRITICS_PER_BLOCK + 3], outputs: 1, activation: 'tanh', size: SIZE, rates: { criticRate: RATE, hiddenRate: RATE } });
  const stream = createStream(1, 'deep');
  const { batch, tables } = fixture;
  for (const { values, target } of Object.values(tables)) for (const list of [values, target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 2;
  for (const list of [batch.reward, batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  const observations = () => Array.from({ length: SIZE }, () => [0, 1, 2].map(() => stream.gaussian()));
  fixture.show(observations(), observations());
  batch.discounts.fill(DISCOUNT);
  return fixture;
}

const dot = (x: readonly number[], weights: ArrayLike<number>, from = 0) => x.reduce((sum, each, i) => sum + each * weights[from + i], 0);

/** Rows of one layer of a critic, from number `from` on: they begin with the bias. */
const layer = (x: readonly number[], weights: ArrayLike<number>, from: number) => [1, ...Array.from({ length: WIDTH }, (_, row) => Math.tanh(dot(x, weights, from + row * x.length)))];

/** Q = w·(1, tanh(B (1, tanh(A x)))) by the definition, in double precision. */
function judge(x: readonly number[], weights: ArrayLike<number>): number {
  const second = WIDTH * x.length;
  const third = second + WIDTH * (WIDTH + 1);
  return dot(layer(layer(x, weights, 0), weights, second), weights, third);
}

/** Central differences. */
function slopeOf(value: (change: number) => number): number {
  return (value(1e-5) - value(-1e-5)) / 2e-5;
}

test('the steps of deep are those of central differences of its critics, in double precision', (t) => {
  const { program, groups, batch, batch: { activations: { voltages, lanes }, sampled, reward, firstStochastic } } = wideRule();
  const group = groups.find(({ whole }) => whole.kind === 'hidden');
  if (group === undefined) throw new Error('no hidden neurons');
  const { whole, members } = group;
  const expected = members.map(({ index, sources, weights, parameters: { critic } }) => {
    const theta = [...critic.values];
    const read = (lane: number) => [...sources].map((source) => voltages[source * lanes + lane]); // the bias neuron, which is the 1 of x, comes first
    const [steps, row] = [theta.map(() => 0), [...weights.values]];
    for (let b = 0; b < SIZE; b += 1) {
      const [state, next] = [read(b), read(SIZE + b)];
      const done = [...state, sampled[(index - firstStochastic) * SIZE + b]];
      const tdError = reward[b] + DISCOUNT * judge([...next, Math.tanh(dot(next, weights.target))], critic.target) - judge(done, theta);
      theta.forEach((value, i) => { steps[i] += (RATE / SIZE) * tdError * slopeOf((change) => judge(done, theta.with(i, value + change))); });
      const meant = voltages[index * lanes + b];
      const slope = slopeOf((change) => judge([...state, meant + change], theta));
      state.forEach((voltage, j) => { row[j] += (RATE / SIZE) * slope * (1 - meant ** 2) * voltage; });
    }
    return { critic: theta.map((value, i) => value + steps[i]), row };
  });
  t.true(whole.count > CRITICS_PER_BLOCK);
  program.learn(whole, batch, 1);
  const close = (actual: Float32Array, wanted: readonly number[]) => { actual.forEach((value, i) => { t.true(Math.abs(value - wanted[i]) < 1e-5, `number ${i}: expected ${wanted[i]}, got ${value}`); }); };
  close(whole.parameters.critic.values, expected.flatMap(({ critic }) => critic));
  close(whole.weights.values, expected.flatMap(({ row }) => row));
});

test('deep learns the same bits neuron by neuron as in groups of more than are worked on at a time', (t) => {
  const learned = (together: boolean) => {
    const { program, groups, batch, tables } = wideRule();
    for (let update = 1; update <= 2; update += 1) for (const { whole, members } of groups) for (const neuron of together ? [whole] : members) program.learn(neuron, batch, update);
    return Object.values(tables).flatMap(({ values, target }) => [...values, ...target]);
  };
  t.deepEqual(learned(true), learned(false));
});

test('deep names the neuron whose critic leaves the finite numbers', (t) => {
  const { program, groups, batch, neurons } = wideRule();
  const [, { whole }] = groups;
  neurons[whole.index + CRITICS_PER_BLOCK + 1].parameters.critic.values[2] = Infinity;
  t.throws(() => { program.learn(whole, batch, 1); }, { name: 'DivergenceError', message: new RegExp(`critic's weighted input of neuron hidden1\\[${CRITICS_PER_BLOCK + 1}\\] became -?(Infinity|NaN)`) });
});
