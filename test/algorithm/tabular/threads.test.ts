import { Worker } from 'node:worker_threads';

import test from 'ava';

import { createActor, type Learning } from '../../../src/algorithm/tabular/actor.js';
import { entriesOf, METHOD_NAMES, isLearner } from '../../../src/algorithm/tabular/methods.js';
import { epsilonGreedy } from '../../../src/algorithm/tabular/policy.js';
import type { TabularOptions } from '../../../src/algorithm/tabular/settings.js';
import { runTabular, type TabularReport } from '../../../src/algorithm/tabular/tabular.js';
import { createValueTable, updateEntry } from '../../../src/algorithm/tabular/value-table.js';
import { modelOf } from './fixture.js';

const LEARNERS = METHOD_NAMES.filter(isLearner);
const SMALL: TabularOptions = { environment: 'FrozenLake-v1', steps: 3001, seed: 3 };

/** What a run learned, bit for bit. */
const bitsOf = ({ values, actionValues, errors, updates, episodes, steps, lostUpdates }: TabularReport) => ({ values, actionValues, errors, updates, episodes, steps, lostUpdates });

for (const method of LEARNERS) {
  test.serial(`${method}: one actor on one thread learns the same bits with and without rounds, and as a plain loop does`, async (t) => {
    const free = await runTabular({ ...SMALL, method, actors: 1 });
    const learning: Learning = { method, model: modelOf('FrozenLake-v1'), discount: 0.99, policy: epsilonGreedy(free.settings.epsilon ?? 0), stepSize: free.settings.stepSize ?? 0, seed: 3, fixed: free.reference.fixed };
    const table = createValueTable(entriesOf(method, 16, 4), 0);
    const actor = createActor(learning, table, 0);
    for (let step = 0; step < 3001; step += 1) actor.step();
    t.is(free.updates, actor.updates);
    t.deepEqual(free.lostUpdates, 0);
    if (method === 'td' || method.endsWith('mc')) t.deepEqual(Float64Array.from(free.values), table.values);
    if (method === 'sarsa' || method === 'q-learning' || method === 'expected-sarsa') t.deepEqual(free.actionValues, table.values);
    const { errors, ...rounds } = bitsOf(await runTabular({ ...SMALL, method, actors: 1, schedule: 'synchronous', rollout: 7 }));
    const { errors: points, ...own } = bitsOf(free);
    t.deepEqual(rounds, own);
    t.deepEqual(errors.at(-1), points.at(-1));
  });
}

test.serial('in rounds, five actors learn the same bits on one, two and three threads', async (t) => {
  for (const [method, policy] of [['q-learning', 'epsilon-greedy'], ['sarsa', 'boltzmann'], ['every-visit-mc', 'epsilon-greedy']] as const) {
    const options: TabularOptions = { ...SMALL, method, policy, actors: 5, schedule: 'synchronous', rollout: 16 };
    const one = bitsOf(await runTabular({ ...options, threads: 1 }));
    t.deepEqual([one.steps, one.lostUpdates], [3001, 0]);
    for (const threads of [2, 3]) t.deepEqual(bitsOf(await runTabular({ ...options, threads })), one);
    t.notDeepEqual(bitsOf(await runTabular({ ...options, threads: 1, seed: 4 })).values, one.values);
  }
});

test.serial('without locks, threads take the steps of the run together, and the table holds every update that is not lost', async (t) => {
  const { steps, updates, lostUpdates, errors } = await runTabular({ environment: 'RandomWalk-v0(states=1)', method: 'td', steps: 200_000, actors: 3, threads: 3, initialValue: 0.5 });
  t.deepEqual([steps, updates], [200_000, 200_000]);
  t.true(lostUpdates >= 0 && lostUpdates < updates);
  t.is(errors.at(-1)?.step, 200_000);
});

test('an update that another thread overwrites is counted as lost', (t) => {
  const { values, counts } = createValueTable(1, 0);
  let others = 3;
  const interrupted = new Proxy(values, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      while (key === '0' && others > 0) {
        others -= 1;
        updateEntry({ values, counts }, 0, 100, 1); // another thread, between our read and our write
      }
      return value;
    },
    set: (target, key, value) => Reflect.set(target, key, value),
  });
  updateEntry({ values: interrupted, counts }, 0, 1, 1);
  t.deepEqual([values[0], counts[0]], [1, 1]); // 4 updates were made: 3 are lost
  updateEntry({ values, counts }, 0, 2, 1);
  t.is(counts[0], 2);
});

/** Adds 1 to each of the shared elements, many times over: atomically, or by a plain read and a plain write. */
const ADDER = `
  const { workerData: { plain, atomic, times } } = require('node:worker_threads');
  for (let time = 0; time < times; time += 1) {
    for (let i = 0; i < plain.length; i += 1) {
      plain[i] = plain[i] + 1;
      Atomics.add(atomic, i, 1);
    }
  }`;

test('threads that add without locks end below the sum or at it, with atomic additions at it', async (t) => {
  const [plain, atomic] = [0, 1].map(() => new Int32Array(new SharedArrayBuffer(4 * 8)));
  const [threads, times] = [2, 20_000];
  await Promise.all(Array.from({ length: threads }, () => new Promise((resolve, reject) => {
    new Worker(ADDER, { eval: true, workerData: { plain, atomic, times } }).once('exit', resolve).once('error', reject);
  })));
  t.true(atomic.every((sum) => sum === threads * times));
  t.true(plain.every((sum) => sum >= times && sum <= threads * times));
});

test.serial('a signal ends a run early with a report of the table so far', async (t) => {
  for (const schedule of ['hogwild', 'synchronous'] as const) {
    const abort = new AbortController();
    const running = runTabular({ ...SMALL, steps: 100_000_000, schedule }, { signal: abort.signal, onProgress: (step) => { if (step > 0) abort.abort(); } });
    const { stopped, steps, updates, values, evaluation } = await running;
    t.true(stopped && steps > 0 && steps < 100_000_000 && updates === steps, `${schedule}: ${steps}`);
    t.true(values.some((value) => value > 0));
    t.deepEqual([evaluation.episodes, evaluation.meanReturn], [0, NaN]);
  }
  const { stopped, steps } = await runTabular(SMALL, { signal: AbortSignal.abort() });
  t.deepEqual([stopped, steps], [true, 0]);
});
