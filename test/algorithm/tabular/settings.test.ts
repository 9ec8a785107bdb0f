import test from 'ava';

import { METHOD_NAMES } from '../../../src/algorithm/tabular/methods.js';
import { resolveTabularSettings, type TabularOptions } from '../../../src/algorithm/tabular/settings.js';
import { runTabular } from '../../../src/algorithm/tabular/tabular.js';

test('settings resolve to themselves, so that a run folder\'s config.json repeats its run', (t) => {
  for (const method of METHOD_NAMES) {
    const settings = resolveTabularSettings({ method, environment: 'Taxi-v4', seed: 7 });
    t.deepEqual(resolveTabularSettings(JSON.parse(JSON.stringify(settings)) as TabularOptions), settings);
  }
});

test('a method has the options that it reads, and defaults of its own', (t) => {
  t.deepEqual(resolveTabularSettings({ method: 'value-iteration' }), { environment: 'FrozenLake-v1', method: 'value-iteration', discount: 0.99, policy: 'epsilon-greedy', epsilon: 0, tolerance: 1e-10, seed: 1 });
  t.like(resolveTabularSettings({ method: 'td', environment: 'RandomWalk-v0' }), { discount: 1, epsilon: 1, stepSize: 0.1, schedule: 'hogwild', actors: 2, threads: 2 });
  t.like(resolveTabularSettings({ method: 'first-visit-mc', actors: 1 }), { stepSize: '1/n', threads: 1 });
  t.like(resolveTabularSettings({ policy: 'boltzmann' }), { method: 'q-learning', temperature: 1 });
  t.false('epsilon' in resolveTabularSettings({ policy: 'boltzmann' }));
});

const BAD: [object, string][] = [
  [{ environment: 'Pendulum-v1' }, '"environment" expected a task with a table of transitions (FrozenLake-v1, '],
  [{ environment: 'FrozenLake-v2' }, '"environment" expected one of '],
  [{ method: 'q-lerning' }, '"method" expected one of '],
  [{ stepSize: 0 }, '"stepSize" expected a number > 0 and <= 1, or "1/n", got 0'],
  [{ stepSize: '1/m' }, '"stepSize" expected a number > 0 and <= 1, or "1/n", got "1/m"'],
  [{ discount: 1.1 }, '"discount" expected a number >= 0 and <= 1, got 1.1'],
  [{ epsilon: -1 }, '"epsilon" expected a number >= 0 and <= 1, got -1'],
  [{ temperature: 1 }, '"temperature" expected no value under another policy than boltzmann, got "epsilon-greedy"'],
  [{ policy: 'boltzmann', epsilon: 0.1 }, '"epsilon" expected no value under another policy than epsilon-greedy, got "boltzmann"'],
  [{ policy: 'boltzmann', temperature: 0 }, '"temperature" expected a number > 0, got 0'],
  [{ method: 'policy-iteration', policy: 'boltzmann' }, '"policy" expected epsilon-greedy for a method that improves policies, got "boltzmann"'],
  [{ method: 'value-iteration', steps: 10 }, '"steps" expected no value for a method that takes no samples, got "value-iteration"'],
  [{ method: 'value-iteration', threads: 1 }, '"threads" expected no value for a method that learns no table from samples, got "value-iteration"'],
  [{ sweeps: 3 }, '"sweeps" expected no value for another method than modified-policy-iteration, got "q-learning"'],
  [{ rollout: 3 }, '"rollout" expected no value under another schedule than synchronous, got "hogwild"'],
  [{ actors: 2, threads: 3 }, '"threads" expected a whole number <= 2, the number of actors, got 3'],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused: ${message}`, (t) => {
    const error = t.throws(() => resolveTabularSettings(options));
    t.true(error instanceof TypeError || error instanceof RangeError);
    t.true(error.message.startsWith(message), error.message);
  });
}

const BAD_RUNS: [object, string][] = [
  [{ episodes: 0 }, '"episodes" expected a whole number >= 1 and <= 1000000, got 0'],
  [{ signal: {} }, '"signal" expected an AbortSignal, got {}'],
  [{ onProgress: 3 }, '"onProgress" expected a function, got 3'],
  [{ episods: 3 }, '"episods" expected a known option (signal, episodes, onProgress), got "episods"; did you mean "episodes"?'],
];

for (const [how, message] of BAD_RUNS) {
  test(`a run with ${JSON.stringify(how)} is refused`, async (t) => {
    const error = await t.throwsAsync(() => runTabular({}, how));
    t.is(error.message, message);
  });
}

test('a run loads the module of its task', async (t) => {
  const { task, values, reference } = await runTabular({ environment: './examples/own-table.js', method: 'value-iteration' });
  t.is(task, 'Machine-v0');
  t.true(Math.abs(values[0] - 670.8294735) < 1e-6 && Math.abs(values[0] - reference.values[0]) < 1e-9);
});
