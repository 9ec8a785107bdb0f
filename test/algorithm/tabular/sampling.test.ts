import test from 'ava';

import { createActor } from '../../../src/algorithm/tabular/actor.js';
import { greedy } from '../../../src/algorithm/tabular/policy.js';
import type { TabularOptions } from '../../../src/algorithm/tabular/settings.js';
import { runTabular } from '../../../src/algorithm/tabular/tabular.js';
import { createValueTable } from '../../../src/algorithm/tabular/value-table.js';
import { modelOf } from './fixture.js';

const SEEDS = [1, 2, 3];

/** The root mean square error over states that docs/how-to/tabular.md states for a method, as the most of it. */
const STATED: [Required<Pick<TabularOptions, 'method' | 'environment'>> & TabularOptions, number][] = [
  [{ method: 'td', environment: 'RandomWalk-v0', steps: 200_000, stepSize: 0.01 }, 0.03],
  [{ method: 'every-visit-mc', environment: 'RandomWalk-v0', steps: 200_000 }, 0.01],
  [{ method: 'td', environment: 'FrozenLake-v1', epsilon: 0.5, stepSize: 0.01 }, 0.015],
  [{ method: 'first-visit-mc', environment: 'FrozenLake-v1', epsilon: 0.5 }, 0.005],
  [{ method: 'every-visit-mc', environment: 'FrozenLake-v1', epsilon: 0.5 }, 0.005],
  [{ method: 'sarsa', environment: 'FrozenLake-v1' }, 0.06],
  [{ method: 'expected-sarsa', environment: 'FrozenLake-v1' }, 0.06],
  [{ method: 'q-learning', environment: 'FrozenLake-v1' }, 0.06],
  [{ method: 'double-q-learning', environment: 'FrozenLake-v1' }, 0.1],
  [{ method: 'model-estimate', environment: 'FrozenLake-v1' }, 0.02],
  [{ method: 'sarsa', environment: 'CliffWalking-v1', stepSize: 0.01 }, 1.1],
  [{ method: 'expected-sarsa', environment: 'CliffWalking-v1' }, 0.05],
  [{ method: 'q-learning', environment: 'CliffWalking-v1' }, 0.04],
];

for (const [options, stated] of STATED) {
  test.serial(`${options.method} on ${options.environment} ends within its stated error of ${stated}`, async (t) => {
    for (const seed of SEEDS) {
      const { errors } = await runTabular({ ...options, seed, ...(options.method !== 'model-estimate' && { actors: 1 }) }, { episodes: 1 });
      const [first, last] = [errors[0].rms, errors.at(-1)?.rms ?? NaN];
      t.true(last <= stated, `seed ${seed}: ${last}`);
      t.true(first > last, `seed ${seed}: ${first} at first`);
    }
  });
}

test('SARSA that explores with 0.1 for ever ends on the middle row of CliffWalking-v1, and Q-learning at the edge', async (t) => {
  const returnOf = async (options: TabularOptions) => (await runTabular({ environment: 'CliffWalking-v1', actors: 1, ...options }, { episodes: 1 })).evaluation.meanReturn;
  t.is(await returnOf({ method: 'sarsa', stepSize: 0.01 }), -15);
  t.is(await returnOf({ method: 'expected-sarsa' }), -15);
  t.is(await returnOf({ method: 'q-learning', steps: 300_000 }), -13);
});

test('first-visit Monte Carlo is within four of its own standard errors in every state of the random walk', (t) => {
  const model = modelOf('RandomWalk-v0');
  for (const seed of SEEDS) {
    const table = createValueTable(model.states, 0);
    const fixed = new Float64Array(2 * model.states).fill(0.5);
    const actor = createActor({ method: 'first-visit-mc', model, discount: 1, policy: greedy, stepSize: '1/n', seed, fixed }, table, 0);
    while (actor.episodes < 10_000) actor.step();
    for (let state = 1; state <= 5; state += 1) {
      const value = state / 6; // the probability of a return of 1
      t.true(Math.abs(table.values[state] - value) <= 4 * Math.sqrt((value * (1 - value)) / table.counts[state]), `seed ${seed}, state ${state}`);
    }
  }
});

test.serial('without locks, two threads end within the stated error of one', async (t) => {
  const { errors, updates, lostUpdates } = await runTabular({ method: 'expected-sarsa', environment: 'CliffWalking-v1', actors: 2, threads: 2 }, { episodes: 1 });
  t.true((errors.at(-1)?.rms ?? NaN) <= 0.1);
  t.true(lostUpdates < updates / 2);
});
