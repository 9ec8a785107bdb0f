import test from 'ava';

import { createActor, createReader, type Learning } from '../../../src/algorithm/tabular/actor.js';
import { createLearner } from '../../../src/algorithm/tabular/learner.js';
import { entriesOf, type LearnerName } from '../../../src/algorithm/tabular/methods.js';
import { epsilonGreedy, greedy } from '../../../src/algorithm/tabular/policy.js';
import { createValueTable, updateEntry } from '../../../src/algorithm/tabular/value-table.js';
import { createWalk, type Walk } from '../../../src/algorithm/tabular/walk.js';
import { createEnvironment } from '../../../src/environment/task.js';
import { tableTask } from '../../../src/environment/table.js';
import { createStream } from '../../../src/random/stream.js';
import { modelOf } from './fixture.js';

/** The targets that a method gives entries, for steps written by hand. @param values of the table */
function targetsOf(method: LearnerName, values: readonly number[], steps: readonly (readonly [state: number, action: number, after: Partial<Walk>, nextAction?: number])[], coin = 0): [number, number][] {
  const table = createValueTable(values.length, 0);
  table.values.set(values);
  const targets: [number, number][] = [];
  const learner = createLearner({
    method, model: { states: 2, actions: 3 }, discount: 0.9, policy: epsilonGreedy(0.3), table, update: (entry, target) => targets.push([entry, target]), stream: { ...createStream(1, 'test'), uniform: () => coin },
  });
  const rest = { state: 0, reward: 0, terminated: false, truncated: false, reset: () => undefined, step: () => undefined };
  for (const [state, action, after, nextAction = 0] of steps) learner.learn(state, action, { ...rest, ...after }, nextAction);
  return targets.map(([entry, target]) => [entry, Math.round(target * 1e12) / 1e12]);
}

/** q(1, ·) = 1, 3, 2. */
const TABLE = [0, 0, 0, 1, 3, 2];
const STEP = { state: 1, reward: 1 };

test('targets of the one-step methods, by hand', (t) => {
  t.deepEqual(targetsOf('q-learning', TABLE, [[0, 2, STEP]]), [[2, 3.7]]);
  t.deepEqual(targetsOf('sarsa', TABLE, [[0, 2, STEP, 2]]), [[2, 2.8]]);
  t.deepEqual(targetsOf('expected-sarsa', TABLE, [[0, 2, STEP]]), [[2, Math.round((1 + 0.9 * (0.1 * 1 + 0.8 * 3 + 0.1 * 2)) * 1e12) / 1e12]]);
  t.deepEqual(targetsOf('td', [0, 5], [[0, 2, STEP]]), [[0, 5.5]]);
});

test('double Q-learning selects by one table and values by the other one: 5.5 becomes 1.9', (t) => {
  const both = [...TABLE, 0, 0, 0, 5, 1, 4];
  t.deepEqual(targetsOf('double-q-learning', both, [[0, 2, STEP]], 0.1), [[2, 1.9]]);
  t.deepEqual(targetsOf('double-q-learning', both, [[0, 2, STEP]], 0.9), [[8, 1.9]]); // the other table selects action 0
  t.deepEqual(targetsOf('q-learning', [0, 0, 0, 5, 1, 4], [[0, 2, STEP]]), [[2, 5.5]]);
});

const ONE_STEP = ['td', 'sarsa', 'expected-sarsa', 'q-learning', 'double-q-learning'] as const;

test('a termination drops the bootstrap, a time limit keeps it', (t) => {
  for (const method of ONE_STEP) {
    const table = new Array<number>(12).fill(2);
    t.is(targetsOf(method, table, [[0, 0, { ...STEP, terminated: true }]])[0][1], 1, method);
    t.is(targetsOf(method, table, [[0, 0, { ...STEP, truncated: true }]])[0][1], 2.8, method);
    t.is(targetsOf(method, table, [[0, 0, { ...STEP, terminated: true, truncated: true }]])[0][1], 1, method);
  }
});

const VISITS = [[0, 0, { state: 1, reward: 1 }], [1, 0, { state: 0, reward: 2 }], [0, 0, { state: 0, reward: 3, terminated: true }]] as const;

test('Monte Carlo learns from returns after first or after all visits, once the episode has ended', (t) => {
  t.deepEqual(targetsOf('every-visit-mc', [7, 7], VISITS), [[0, 3], [1, 4.7], [0, 5.23]]);
  t.deepEqual(targetsOf('first-visit-mc', [7, 7], VISITS), [[1, 4.7], [0, 5.23]]);
  t.deepEqual(targetsOf('every-visit-mc', [7, 7], VISITS.slice(0, 2)), []);
  t.deepEqual(targetsOf('first-visit-mc', [7, 7], [...VISITS, ...VISITS]), [[1, 4.7], [0, 5.23], [1, 4.7], [0, 5.23]]);
});

test('the return of a truncated episode bootstraps from the value of its last state', (t) => {
  t.deepEqual(targetsOf('every-visit-mc', [10, 20], [[0, 0, { state: 1, reward: 1, truncated: true }]]), [[0, 19]]);
});

test('in one episode C, D, E, right of the random walk TD(0) moves the value of E alone, from 0.5 to 0.55', (t) => {
  const table = createValueTable(7, 0.5);
  const learner = createLearner({ method: 'td', model: { states: 7, actions: 2 }, discount: 1, policy: greedy, table, update: (entry, target) => { updateEntry(table, entry, target, 0.1); }, stream: createStream(1, 'test') });
  const rest = { truncated: false, reset: () => undefined, step: () => undefined };
  for (const state of [3, 4]) learner.learn(state, 1, { ...rest, state: state + 1, reward: 0, terminated: false }, 0);
  learner.learn(5, 1, { ...rest, state: 6, reward: 1, terminated: true }, 0);
  t.deepEqual([...table.values], [0.5, 0.5, 0.5, 0.5, 0.5, 0.55, 0.5]);
});

test('an entry with steps of 1/n is the mean of its targets, and a constant step weighs the last ones most', (t) => {
  const table = createValueTable(2, 100);
  for (const target of [1, 2, 6]) {
    updateEntry(table, 0, target, '1/n');
    updateEntry(table, 1, target, 0.5);
  }
  t.deepEqual([...table.values], [3, 16.125]);
  t.deepEqual([...table.counts], [3, 3]);
});

test('a walk plays the episodes that the environment of the same seed plays', (t) => {
  const model = modelOf('FrozenLake8x8-v1');
  const environment = createEnvironment(tableTask('Lake', model), 5);
  const walk = createWalk(model, createStream(5, 'environment'));
  const actions = createStream(1, 'test');
  environment.reset();
  walk.reset();
  for (let step = 0; step < 3000; step += 1) {
    const action = actions.integer(4);
    const { observation, reward, terminated, truncated } = environment.step(action);
    walk.step(action);
    t.deepEqual([walk.state, walk.reward, walk.terminated, walk.truncated], [observation.indexOf(1), reward, terminated, truncated]);
    if (!terminated && !truncated) continue;
    environment.reset();
    walk.reset();
  }
});

test('SARSA takes the action that its target was built on', (t) => {
  const model = modelOf('CliffWalking-v1');
  const learning: Learning = { method: 'sarsa', model, discount: 1, policy: epsilonGreedy(0.5), stepSize: 1, seed: 3 };
  const table = createValueTable(entriesOf('sarsa', 48, 4), 0);
  table.values.forEach((_, entry) => { table.values[entry] = entry * 1e-3; }); // every entry is known by its value
  const updates: [number, number][] = [];
  const start = table.values.slice();
  const actor = createActor(learning, table, 0, (entry, target) => { updates.push([entry, target]); });
  for (let step = 0; step < 12; step += 1) {
    table.values.set(start);
    actor.step();
  }
  updates.slice(0, -1).forEach(([, target], i) => {
    const rewards = [-1, -100].map((reward) => Math.round((target - reward) * 1e3));
    t.true(rewards.includes(updates[i + 1][0]), `${target} is followed by ${updates[i + 1][0]}`);
  });
  t.is(actor.updates, 12);
});

test('a table of action values represents the best of them, or for their mean under the policy', (t) => {
  const model = { ...modelOf('RandomWalk-v0'), states: 1 };
  const read = (method: LearnerName, values: readonly number[]) => {
    const table = createValueTable(values.length, 0);
    table.values.set(values);
    return createReader({ method, model, discount: 1, policy: epsilonGreedy(0.5), stepSize: 0.1, seed: 1 }, table)().values[0];
  };
  t.is(read('q-learning', [1, 3]), 3);
  t.is(read('sarsa', [1, 3]), 2.5);
  t.is(read('double-q-learning', [1, 3, 3, 2]), 2.5);
});
