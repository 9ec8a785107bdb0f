import test from 'ava';

import { createRuleFixture, type RuleFixture, type RuleFixtureOptions } from './fixture.js';

const near = (actual: readonly number[], expected: readonly number[]) => actual.every((value, i) => Math.abs(value - expected[i]) < 1e-6);

/** One linear output neuron with a bias: γ = 0.9, λ = 0.5, s = 0.5, all rates 0.1, plain gradient steps. */
function oneNeuron(options: RuleFixtureOptions = {}): RuleFixture {
  const fixture = createRuleFixture('coagent', options);
  fixture.tables.weights.values.set([0, 0.5]);
  fixture.tables.critic.values.set([0.1, 0.2]);
  return fixture;
}

interface Transition {
  readonly from: number;
  readonly to: number;
  readonly noise: number;
  readonly reward: number;
  readonly discounts: number;
  readonly episodeStart: boolean;
}

function learn(fixture: RuleFixture, { from, to, noise, reward, discounts, episodeStart }: Transition): void {
  const { batch } = fixture;
  fixture.show([[from]], [[to]]);
  batch.sampled[0] = batch.activations.weightedInputs[2 * batch.activations.lanes] + noise;
  fixture.showActed();
  batch.reward[0] = reward;
  batch.discounts[0] = discounts;
  batch.episodeStart = episodeStart;
  fixture.update();
}

const FIRST: Transition = { from: 2, to: 1, noise: 0.25, reward: 1, discounts: 0.9, episodeStart: true };
const LAST: Transition = { from: 1, to: 5, noise: 0.5, reward: 1, discounts: 0, episodeStart: false };

test('coagent takes its first step, by hand', (t) => {
  // V = 0.1 + 0.2·2 = 0.5, V' = 0.3, δ = 1 + 0.9·0.3 - 0.5 = 0.77; score 0.25 / 0.5² = 1; z = e = (1, 2)
  const fixture = oneNeuron();
  learn(fixture, FIRST);
  t.true(near([...fixture.tables.critic.values], [0.1 + 0.077, 0.2 + 0.154]));
  t.true(near([...fixture.tables.weights.values], [0.077, 0.5 + 0.154]));
});

test('coagent credits earlier exploration through its traces, by hand', (t) => {
  // V = 0.177 + 0.354 = 0.531, terminated: δ = 1 - 0.531; score 0.5 / 0.25 = 2
  // z = 0.45·(1, 2) + (1, 1), e = 0.45·(1, 2) + 2·(1, 1)
  const fixture = oneNeuron();
  learn(fixture, FIRST);
  learn(fixture, LAST);
  const step = 0.1 * (1 - 0.531);
  t.true(near([...fixture.tables.critic.values], [0.177 + step * 1.45, 0.354 + step * 1.9]));
  t.true(near([...fixture.tables.weights.values], [0.077 + step * 2.45, 0.654 + step * 2.9]));
});

test('coagent starts every episode with empty traces', (t) => {
  const fixture = oneNeuron();
  learn(fixture, FIRST);
  learn(fixture, { ...LAST, episodeStart: true });
  const step = 0.1 * (1 - 0.531);
  t.true(near([...fixture.tables.critic.values], [0.177 + step, 0.354 + step]));
  t.true(near([...fixture.tables.weights.values], [0.077 + step * 2, 0.654 + step * 2]));
});

test('coagent does not move a row that does not explore', (t) => {
  const fixture = createRuleFixture('coagent', { exploration: { output: 0, hidden: 0 } });
  fixture.tables.weights.values.set([0, 0.5]);
  learn(fixture, FIRST);
  t.deepEqual([...fixture.tables.weights.values], [0, 0.5]);
});

test('coagent under bounded steps divides by what all critic parts, and by what its own row, would overshoot, by hand', (t) => {
  // reach = |1| + |2| = 3 and |e|_1 = 3: both steps are 0.77 / (2·3); then 0.45·3 + (1 + 1) and |0.45·(1, 2) + 2·(1, 1)| = 5.35
  const fixture = oneNeuron({ optimiser: 'bounded', rates: { criticRate: 1, outputRate: 1 } });
  learn(fixture, FIRST);
  const once = 0.77 / 6;
  t.true(near([...fixture.tables.critic.values], [0.1 + once, 0.2 + 2 * once]));
  t.true(near([...fixture.tables.weights.values], [once, 0.5 + 2 * once]));
  learn(fixture, LAST);
  const tdError = 1 - (0.3 + 3 * once);
  t.true(near([...fixture.tables.critic.values], [0.1 + once + (1.45 * tdError) / 6.7, 0.2 + 2 * once + (1.9 * tdError) / 6.7]));
  t.true(near([...fixture.tables.weights.values], [once + (2.45 * tdError) / 10.7, 0.5 + 2 * once + (2.9 * tdError) / 10.7]));
});
