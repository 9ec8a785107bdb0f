import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { loadEnvironment } from '../../src/environment/registry.js';
import { environmentContract } from '../../src/testing/environment-contract.js';

/** Writes a module of a task, with some of it otherwise. */
function taskOf(changes: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'task.mjs');
  writeFileSync(file, `
    let count = 0;
    export default { id: 'Odd-v0', observationSpace: { kind: 'box', low: [-1], high: [1] }, actionSpace: { kind: 'discrete', count: 2 }, maxSteps: 30,
      reset: (random) => ({ x: random.uniformBetween(-0.5, 0.5) }), step: (state, action) => ({ reward: action, terminated: false }), observe: ({ x }) => [x], ${changes} };\n`);
  return file;
}

/** The facts that do not hold. */
async function broken(changes: string): Promise<string[]> {
  const name = taskOf(changes);
  await loadEnvironment(name);
  return environmentContract(name).flatMap(({ title, check }) => {
    try {
      check();
      return [];
    } catch {
      return [title.slice(name.length + 2)];
    }
  });
}

const SOUND: readonly (readonly [string, string])[] = [
  ['draws its first state', ''],
  ['always starts alike', 'reset: () => ({ x: 0 })'],
  ['ends in its first step', 'step: () => ({ reward: 1, terminated: true })'],
  ['has no state at all', 'reset: () => ({}), observe: () => [0]'],
  ['has one step', 'maxSteps: 1'],
  ['has very many steps', 'maxSteps: 123456789'],
  ['shows a picture of bytes', 'observationSpace: { kind: "box", shape: [2, 2], type: "uint8", low: [0, 0, 0, 0], high: [255, 255, 255, 255] }, observe: () => [0, 1, 2, 255]'],
  ['takes actions without bounds', 'actionSpace: { kind: "box", low: [-Infinity, 0], high: [Infinity, 1] }, step: () => ({ reward: 0, terminated: false })'],
];

for (const [what, changes] of SOUND) {
  test(`a task that ${what} keeps the contract`, async (t) => {
    t.deepEqual(await broken(changes), []);
  });
}

const INSIDE = 'observes inside its space, in numbers of its type, and rewards with finite numbers';
const REPEATS = 'repeats its episodes for the same seed';
const STREAM = 'goes on along its random stream at a reset, and back to the start with a seed';
const RESUMES = 'resumes exactly from a state, in an environment of another seed and across resets';

test('a task that draws from elsewhere does not keep the contract', async (t) => {
  t.deepEqual(await broken('reset: () => ({ x: Math.random() - 0.5 })'), [REPEATS, STREAM, RESUMES]);
});

test('a task that keeps something outside its state does not keep the contract', async (t) => {
  t.deepEqual(await broken('step: () => ({ reward: count++, terminated: false })'), [REPEATS, RESUMES]);
});

test('a task that observes out of its bounds does not keep the contract', async (t) => {
  t.deepEqual(await broken('observe: ({ x }) => [3 * x]'), [INSIDE]);
});

test('a task whose reward becomes infinite does not keep the contract', async (t) => {
  const found = await broken('actionSpace: { kind: "box", low: [0], high: [1] }, step: (state, [push]) => ({ reward: 1 / Math.max(0, 1 - push), terminated: false })');
  t.true(found.includes(INSIDE), found.join());
});

test('a failing check names its draw', async (t) => {
  const name = taskOf('observe: ({ x }) => [x > 0 ? 2 : 0]');
  await loadEnvironment(name);
  const [inside] = environmentContract(name).filter(({ title }) => title.endsWith(INSIDE));
  t.throws(() => { inside.check(); }, { name: 'AssertionError', message: /^draw \d+ of 20: observed 2 at index 0, out of -1 to 1$/ });
});

test('a check takes no callback, and counts as an assertion', (t) => {
  const [{ check }] = environmentContract('CartPole-v1');
  t.is(check.length, 0); // a runner that passes a callback to what takes one waits for it
  let passed = 0;
  check({ pass: () => { passed += 1; } });
  check(() => undefined);
  check();
  t.is(passed, 1);
});
