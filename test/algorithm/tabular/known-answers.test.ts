import test from 'ava';

import type { TransitionModel } from '../../../src/environment/model.js';
import { reachableStates } from '../../../src/environment/model.js';
import { policyAbout } from '../../../src/algorithm/tabular/backup.js';
import { iterate, iterativeEvaluation, modifiedPolicyIteration, policyIteration, soften, valueIteration, type Sweeps } from '../../../src/algorithm/tabular/dynamic-programming.js';
import { signsOf } from '../../../src/algorithm/tabular/grid.js';
import { solvePolicy } from '../../../src/algorithm/tabular/linear-system.js';
import { createCounts } from '../../../src/algorithm/tabular/model-estimate.js';
import { epsilonGreedy, greedy } from '../../../src/algorithm/tabular/policy.js';
import { runTabular } from '../../../src/algorithm/tabular/tabular.js';
import { createValueTable, updateEntry } from '../../../src/algorithm/tabular/value-table.js';
import { modelOf, startOf, tableModel } from './fixture.js';

const TOLERANCE = 1e-9;

const optimum = (model: TransitionModel, discount: number) => iterate(valueIteration({ model, discount }, greedy, 1e-13), model.states);
const close = (a: number, b: number, tolerance = TOLERANCE) => Math.abs(a - b) <= tolerance;

/** The values after so many sweeps: from 0, those of a horizon of so many steps. */
function horizon(sweeps: Sweeps, steps: number): Float64Array {
  let values = new Float64Array(0);
  for (let step = 0; step < steps; step += 1) values = Float64Array.from(sweeps.next().value ?? values);
  return values;
}

const LAKES: [string, number, number][] = [
  ['FrozenLake-v1', 0.9, 0.0688909049], ['FrozenLake-v1', 0.95, 0.1804715784], ['FrozenLake-v1', 0.99, 0.542025932], ['FrozenLake-v1', 1, 14 / 17],
  ['FrozenLake8x8-v1', 0.9, 0.0064111143], ['FrozenLake8x8-v1', 0.99, 0.4146403618],
];

for (const [name, discount, expected] of LAKES) {
  test(`${name}, discount ${discount}: every way of planning finds ${expected} for the start`, (t) => {
    const model = modelOf(name);
    const problem = { model, discount };
    const start = startOf(model);
    for (const sweeps of [valueIteration(problem, greedy, 1e-13), policyIteration(problem, 0), modifiedPolicyIteration(problem, 0, 7, 1e-13)]) {
      const value = iterate(sweeps, model.states)[start];
      t.true(close(value, expected), String(value));
    }
  });
}

test('the values of FrozenLake-v1 at 0.99 are the published ones, and its greedy policy too', (t) => {
  const model = modelOf('FrozenLake-v1');
  const values = optimum(model, 0.99);
  const expected = [0.542026, 0.498803, 0.470696, 0.456852, 0.558451, 0, 0.358348, 0, 0.591799, 0.64308, 0.615208, 0, 0, 0.74172, 0.862837, 0];
  t.true(expected.every((value, state) => close(values[state], value, 6e-7)));
  const policy = policyAbout(model, values, 0.99, greedy);
  const signs = Array.from({ length: 16 }, (_, state) => (model.layout.marks[state] === '' ? signsOf(model, state, policy) : '.'));
  t.deepEqual(signs.join(' '), '← ↑ ↑ ↑ ← . ←→ . ↑ ↓ ← . . → ↓ .');
});

const WITHIN_LIMIT: [string, number, number][] = [['FrozenLake-v1', 0.7401649, 0.7441903], ['FrozenLake8x8-v1', 0.8629554, 0.9132201502]];

for (const [name, stationary, best] of WITHIN_LIMIT) {
  test(`${name}: the 0.99-greedy policy reaches the goal in time with probability ${stationary}, and the best one that counts its steps with ${best}`, (t) => {
    const model = modelOf(name);
    const problem = { model, discount: 1 };
    const policy = policyAbout(model, optimum(model, 0.99), 0.99, greedy);
    const start = startOf(model);
    t.true(close(horizon(iterativeEvaluation(problem, policy, 0), model.timeLimit)[start], stationary, 6e-8));
    t.true(close(horizon(valueIteration(problem, greedy, 0), model.timeLimit)[start], best, 6e-8));
  });
}

test('without a limit the 0.99-greedy policy of FrozenLake-v1 reaches the goal with probability 14/17', (t) => {
  const model = modelOf('FrozenLake-v1');
  t.true(close(solvePolicy(model, policyAbout(model, optimum(model, 0.99), 0.99, greedy), 1)[0], 14 / 17));
});

const [UP, RIGHT, DOWN] = [0, 1, 2];

/** The choices of a walk along a row of CliffWalking: up to it, right in it and above, and down at the end. */
function along(row: number): Int32Array {
  return Int32Array.from({ length: 48 }, (_, state) => {
    const [r, column] = [Math.floor(state / 12), state % 12];
    if (r > row) return column === 11 ? DOWN : UP;
    return column === 11 ? DOWN : RIGHT;
  });
}

const PATHS: [string, number, number, number][] = [['edge', 2, -13, -45.803], ['middle', 1, -15, -20.813], ['top', 0, -17, -22.273]];

for (const [name, row, certain, soft] of PATHS) {
  test(`CliffWalking-v1: the ${name} path is worth ${certain}, and ${soft} with an exploration of 0.1`, (t) => {
    const model = modelOf('CliffWalking-v1');
    t.true(close(solvePolicy(model, soften(along(row), 4, 0), 1)[36], certain));
    const value = solvePolicy(model, soften(along(row), 4, 0.1), 1)[36];
    t.true(close(value, soft, 5e-4), String(value));
  });
}

test('CliffWalking-v1: the best policy is worth -13, and the best that explores with 0.1 is worth -20.7077 and walks the middle row', (t) => {
  const model = modelOf('CliffWalking-v1');
  t.is(optimum(model, 1)[36], -13);
  const problem = { model, discount: 1 };
  const soft = [valueIteration(problem, epsilonGreedy(0.1), 1e-13), policyIteration(problem, 0.1), modifiedPolicyIteration(problem, 0.1, 5, 1e-13)].map((sweeps) => iterate(sweeps, 48));
  for (const values of soft) t.true(close(values[36], -20.7076773987), String(values[36]));
  const policy = policyAbout(model, soft[0], 1, greedy);
  const path = [36];
  for (let state = 36, steps = 0; state !== 47 && steps < 99; steps += 1) path.push((state = model.next[model.offset[state * 4 + policy.subarray(state * 4, state * 4 + 4).indexOf(1)]]));
  t.is(path.length - 1, 15);
  t.deepEqual(path.slice(2, -2), Array.from({ length: 12 }, (_, column) => 12 + column));
});

test('Taxi-v4: the best mean return of its 300 first states is 7.93, from 3 to 15, and 9.555 where the passenger may be there already', (t) => {
  const model = modelOf('Taxi-v4');
  const values = optimum(model, 1);
  const firsts = [...values].filter((_, state) => model.initial[state] > 0);
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  t.deepEqual([firsts.length, Math.min(...firsts), Math.max(...firsts)], [300, 3, 15]);
  t.true(close(mean(firsts), 7.93));
  const waiting = [...values].filter((_, state) => Math.floor(state / 4) % 5 !== 4);
  t.true(close(mean(waiting), 9.555));
  t.is(reachableStates(model).reduce((sum, each) => sum + each, 0), 400);
});

test('RandomWalk-v0: equal chances are worth 1/6 to 5/6', (t) => {
  const model = modelOf('RandomWalk-v0');
  const uniform = new Float64Array(14).fill(0.5);
  for (const values of [solvePolicy(model, uniform, 1), iterate(iterativeEvaluation({ model, discount: 1 }, uniform, 1e-13), 7)]) {
    for (let i = 1; i <= 5; i += 1) t.true(close(values[i], i / 6));
  }
});

/** Three episodes of the random walk, A to E as 0 to 4. */
const EPISODES: { readonly states: readonly number[]; readonly reward: number }[] = [{ states: [2, 1, 0], reward: 0 }, { states: [2, 3, 4], reward: 1 }, { states: [2, 3, 2, 1, 0], reward: 0 }];

/** Each step of the episodes: state, reward, next state, end. */
const STEPS = EPISODES.flatMap(({ states, reward }) => states.map((state, i) => (i === states.length - 1 ? [state, reward, 0, true] as const : [state, 0, states[i + 1], false] as const)));

test('a batch of three episodes: the estimated model and batch TD(0) agree on 0, 0, 1/3, 2/3, 1, and Monte Carlo finds 0, 0, 1/4, 1/2, 1', (t) => {
  const chain = tableModel(Array.from({ length: 5 }, () => [[[1, 0, 0, false]]]));
  const counts = createCounts(chain);
  for (const [state, reward, next, ended] of STEPS) counts.record(state, 0, reward, next, ended);
  const certain = [0, 0, 1 / 3, 2 / 3, 1];
  t.true(certain.every((value, state) => close(solvePolicy(counts.estimate(), new Float64Array(5).fill(1), 1)[state], value, 1e-12)));

  const values = new Float64Array(5).fill(0.5);
  for (let sweep = 0; sweep < 3019; sweep += 1) {
    const change = new Float64Array(5);
    for (const [state, reward, next, ended] of STEPS) change[state] += 0.01 * (reward + (ended ? 0 : values[next]) - values[state]);
    change.forEach((each, state) => { values[state] += each; });
  }
  t.true(certain.every((value, state) => close(values[state], value, 1e-12)));

  const table = createValueTable(5, 0);
  for (const { states, reward } of EPISODES) for (const state of states) updateEntry(table, state, reward, '1/n');
  t.deepEqual([...table.values], [0, 0, 0.25, 0.5, 1]);
});

test('a run reports the exact solution that it is held against', async (t) => {
  const report = await runTabular({ environment: 'FrozenLake-v1', method: 'value-iteration' });
  t.true(close(report.values[0], 0.542025932) && close(report.reference.values[0], 0.542025932));
  t.true((report.errors.at(-1)?.max ?? 1) < TOLERANCE);
  t.deepEqual(report.errors.slice(0, 100).map(({ step }) => step), Array.from({ length: 100 }, (_, i) => i + 1));
});
