import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const FILES = ['config.json', 'errors.csv', 'errors.svg', 'result.json', 'values.csv', 'values.svg'];

test('a method from samples leaves values, errors and pictures, and prints both grids', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run('tabular', '--steps', '20000', '--actors', '3', '--schedule', 'synchronous', '--episodes', '50', '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), FILES);
  const result = JSON.parse(stdout) as Record<string, unknown>;
  t.like(result, { scenario: 'tabular', status: 'finished', environment: 'FrozenLake-v1', method: 'q-learning', steps: 20_000, updates: 20_000, lostUpdates: 0, repeatable: true });
  t.like(result.evaluation, { episodes: 50 });
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  for (const words of ['q-learning, synchronous with 3 actors on 2 threads, seed 1, finished', 'found', '0.863 ↓', '0.5420259320 exactly', 'error over time', 'random policy']) t.true(stderr.includes(words), words);
  const values = readFileSync(join(out, 'values.csv'), 'utf8').split('\n');
  t.is(values[0], 'state,reachable,value,exact,best,exact best,value of ←,value of ↓,value of →,value of ↑');
  t.regex(values[1], /^0,1,0\.\d+,0\.54202593\d+,/);
  t.is(values.length, 1 + 16 + 1);
  const errors = readFileSync(join(out, 'errors.csv'), 'utf8').trimEnd().split('\n');
  t.is(errors[0], 'step,rms,max,start');
  t.is(errors.at(-1)?.split(',')[0], '20000');
  t.regex(readFileSync(join(out, 'values.svg'), 'utf8'), /^<svg[\s\S]*→[\s\S]*<\/svg>$/);

  const again = newFolder();
  await run('tabular', '--config', join(out, 'config.json'), '--threads', '1', '--out', again);
  for (const file of ['values.csv', 'errors.csv']) t.deepEqual(readFileSync(join(again, file)), readFileSync(join(out, file)));
});

test('a table of one\'s own is planned, by the path of its module', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run('tabular', '--environment', 'examples/own-table.js', '--method', 'policy-iteration', '--out', out, '--json');
  t.is(status, 0, stderr);
  const { startValue, exactStartValue, error } = JSON.parse(stdout) as { startValue: number; exactStartValue: number; error: { max: number } };
  t.true(Math.abs(startValue - 670.8294735) < 1e-6 && Math.abs(exactStartValue - startValue) < 1e-9 && error.max < 1e-9);
  t.true(stderr.includes('Machine-v0: policy-iteration, finished') && stderr.includes('655.0 repair'));
});

const REFUSED: [string[], RegExp][] = [
  [['--environment', 'CartPole-v1'], /^"--environment" expected a task with a table of transitions \(FrozenLake-v1, .*, got "CartPole-v1"$/],
  [['--environment', 'examples/ball.js'], /^"--environment" expected a task with a table of transitions/],
  [['--method', 'qlearning'], /^"--method" expected one of .*, got "qlearning"; did you mean "q-learning"\?$/],
  [['--method', 'value-iteration', '--steps', '5'], /^"--steps" expected no value for a method that takes no samples, got "value-iteration"$/],
  [['--step-size', '2'], /^"--step-size" expected a number > 0 and <= 1, or "1\/n", got 2$/],
  [['--policy', 'boltzmann', '--epsilon', '0.1'], /^"--epsilon" expected no value under another policy than epsilon-greedy, got "boltzmann"$/],
  [['--threads', '3'], /^"--threads" expected a whole number <= 2, the number of actors, got 3$/],
];

for (const [options, message] of REFUSED) {
  test(`${options.join(' ')} is refused`, async (t) => {
    const { status, stderr } = await run('tabular', ...options);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), message);
  });
}

test('a folder that holds a run is left as it is', async (t) => {
  const out = newFolder();
  mkdirSync(out);
  writeFileSync(join(out, 'values.csv'), 'mine');
  const { status, stderr } = await run('tabular', '--method', 'value-iteration', '--out', out);
  t.is(status, 2);
  t.regex(stderr, /^"--out" expected a folder that holds no run yet, got .*; it has values\.csv/);
  t.deepEqual(readdirSync(out), ['values.csv']);
});
