import test from 'ava';

import { createRunLayout } from '../../src/placement/partitioned/run-layout.js';
import { resolveSettings } from '../../src/index.js';
import { createStream } from '../../src/random/stream.js';
import { createRuleFixture, type RuleFixture, type RuleFixtureOptions } from './fixture.js';

const near = (actual: Iterable<number>, expected: readonly number[]) => [...actual].every((value, i) => Math.abs(value - expected[i]) < 1e-6);

/** One linear hidden neuron of a bias and x, two linear outputs of a bias and it: γ = 0.9, λ = 0.5, all rates 0.1, plain steps. */
function network(options: RuleFixtureOptions = {}): RuleFixture {
  const fixture = createRuleFixture('sarsa', { hidden: [1], outputs: 2, ...options });
  fixture.tables.weights.values.set([0, 0.5, 0.1, 0.2, 0.3, -0.1]);
  fixture.tables.critic.values.set([0.4, -0.3]);
  return fixture;
}

interface Transition {
  readonly from: number;
  readonly to: number;
  readonly action: 0 | 1;
  readonly next: 0 | 1;
  readonly reward: number;
  readonly discounts: number;
  readonly episodeStart: boolean;
}

function learn(fixture: RuleFixture, { from, to, action, next, reward, discounts, episodeStart }: Transition): void {
  const { batch } = fixture;
  fixture.show([[from]], [[to]]);
  batch.sampled.set(action === 0 ? [1, 0] : [0, 1]);
  batch.sampledNext?.set(next === 0 ? [1, 0] : [0, 1]);
  batch.reward[0] = reward;
  batch.discounts[0] = discounts;
  batch.episodeStart = episodeStart;
  fixture.update();
}

const FIRST: Transition = { from: 2, to: 1, action: 0, next: 1, reward: 1, discounts: 0.9, episodeStart: true };
const LAST: Transition = { from: 1, to: 5, action: 1, next: 0, reward: 0.5, discounts: 0, episodeStart: false };

test('sarsa takes its first step, by hand', (t) => {
  // v = 1, Q_0 = 0.3; v' = 0.5, Q_1' = 0.25: δ = 1 + 0.9·0.25 - 0.3 = 0.925; e_0 = (1, 1), hidden e = 0.4·(1, 2), c = (1, 0)
  const fixture = network();
  learn(fixture, FIRST);
  t.true(near(fixture.tables.weights.values, [0.0925 * 0.4, 0.5 + 0.0925 * 0.8, 0.1925, 0.2925, 0.3, -0.1]));
  t.true(near(fixture.tables.critic.values, [0.4925, -0.3]));
});

test('sarsa credits an earlier action through its traces, by hand', (t) => {
  // v = 0.037 + 0.574 = 0.611, Q_1 = 0.3 - 0.0611, terminated: δ = 0.5 - 0.2389 = 0.2611
  // e_0 = 0.45·(1, 1), e_1 = (1, 0.611), hidden e = 0.45·(0.4, 0.8) - 0.3·(1, 1), c = (0.45, 0.611)
  const fixture = network();
  learn(fixture, FIRST);
  learn(fixture, LAST);
  const step = 0.02611;
  t.true(near(fixture.tables.weights.values, [0.037 - step * 0.12, 0.574 + step * 0.06, 0.1925 + step * 0.45, 0.2925 + step * 0.45, 0.3 + step, -0.1 + step * 0.611]));
  t.true(near(fixture.tables.critic.values, [0.4925 + step * 0.45, -0.3 + step * 0.611]));
});

test('sarsa starts every episode with empty traces', (t) => {
  const fixture = network();
  learn(fixture, FIRST);
  learn(fixture, { ...LAST, episodeStart: true });
  t.true(near(fixture.tables.weights.values.subarray(2), [0.1925, 0.2925, 0.3 + 0.02611, -0.1 + 0.02611 * 0.611]));
});

test('a bounded step takes half of an error away where all that acts has the same voltage, and rows of hidden neurons are bounded by their own traces', (t) => {
  const fixture = network({ optimiser: 'bounded', rates: { outputRate: 1, criticRate: 1, hiddenRate: 1 } });
  learn(fixture, FIRST);
  // reach |1| + |1| = 2: 1 / (2·2); hidden |e|_1 = 1.2: 1 / (2·1.2)
  t.true(near(fixture.tables.weights.values, [(0.925 / 2.4) * 0.4, 0.5 + (0.925 / 2.4) * 0.8, 0.1 + 0.925 / 4, 0.2 + 0.925 / 4, 0.3, -0.1]));
  t.true(near(fixture.tables.critic.values, [0.4 + 0.925 / 4, -0.3]));
});

test('a bounded step shrinks as errors beyond 1 grow, and is the plain one while it is small', (t) => {
  const moved = (rate: number, reward: number) => {
    const fixture = network({ optimiser: 'bounded', rates: { outputRate: rate } });
    learn(fixture, { ...FIRST, reward, discounts: 0 });
    return fixture.tables.weights.values[2] - 0.1;
  };
  t.true(near([moved(1, 8.3), moved(1, 100.3), moved(0.1, 1.3)], [0.25, 0.25, 0.1]));
});

for (const optimiser of ['sgd', 'bounded'] as const) {
  test(`under ${optimiser} the outputs' weights from a hidden neuron and its own part differ by their first values for ever`, (t) => {
    const fixture = createRuleFixture('sarsa', { observations: 2, hidden: [3], outputs: 2, activation: 'linear', optimiser });
    const stream = createStream(1, 'sarsa');
    const { batch, tables: { weights: { values: weights }, critic: { values: parts } } } = fixture;
    const outputs = 3 * 3; // behind the hidden rows: two rows of a bias and three hidden neurons
    const differences = () => [0, 1].flatMap((k) => [0, 1, 2].map((n) => parts[2 * n + k] - weights[outputs + 4 * k + 1 + n]));
    weights.forEach((_, i) => (weights[i] = stream.gaussian() / 4));
    const first = differences();
    for (let update = 0; update < 50; update += 1) {
      fixture.show([[stream.gaussian(), stream.gaussian()]], [[stream.gaussian(), stream.gaussian()]]);
      for (const list of [batch.sampled, batch.sampledNext ?? [], batch.reward]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 2;
      batch.discounts[0] = 0.9;
      batch.episodeStart = update % 9 === 0;
      fixture.update();
    }
    t.true(near(differences(), first));
    t.false(near(parts, [0, 0, 0, 0, 0, 0]));
  });
}

test('sarsa refuses a task with continuous actions', (t) => {
  t.throws(() => createRunLayout(resolveSettings({ environment: 'Pendulum-v1', rule: 'sarsa' })), { instanceOf: RangeError, message: '"rule.name" expected a rule that learns continuous actions, got "sarsa"' });
});
