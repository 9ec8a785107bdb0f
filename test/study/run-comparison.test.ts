import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { groupRuns, probabilityOfImprovement, readRun } from '../../src/study/run-comparison.js';

/** A run folder with returns of episodes of 10 steps each. */
function folderOf(name: string, seed: number, returns: readonly number[], { hidden = 8, evaluation = 0 } = {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'ganglion-compare-')), name);
  mkdirSync(folder);
  const steps = 10 * returns.length;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ environment: 'CartPole-v1', seed, network: { hidden: [hidden] } }));
  writeFileSync(join(folder, 'result.json'), JSON.stringify({ environment: 'CartPole-v1', algorithm: 'a3c', rule: 'a3c', credit: 'broadcast', seed, steps, seconds: 1, stepsPerSecond: 10, evaluation: { meanReturn: evaluation }, random: { meanReturn: 5 } }));
  const lines = returns.map((each, i) => JSON.stringify({ type: 'episode', step: 10 * (i + 1), episode: i + 1, return: each, length: 10 }));
  writeFileSync(join(folder, 'metrics.jsonl'), [...lines, '{"type":"episode","st'].join('\n'));
  return folder;
}

test('the curve of a run is the mean of its last 20 episodes', (t) => {
  const { curve, algorithm, steps } = readRun('folders', folderOf('a', 1, Array.from({ length: 40 }, (_, i) => i)));
  t.deepEqual([algorithm, steps], ['a3c, broadcast', 400]);
  t.is(curve.at(-1)?.meanReturn, 29.5); // of 20 to 39
  t.is(curve.find(({ step }) => step === 12)?.meanReturn, 0);
  t.is(curve.find(({ step }) => step === 20)?.meanReturn, 0.5); // the second ends there
  t.is(curve.find(({ step }) => step === 28)?.meanReturn, 0.5);
});

test('runs that differ in their seed alone are one group; others are named by what differs', (t) => {
  const runs = [folderOf('a', 1, [1], { evaluation: 10 }), folderOf('b', 2, [1], { evaluation: 20 }), folderOf('c', 1, [1], { hidden: 16, evaluation: 30 })].map((folder) => readRun('folders', folder));
  const groups = groupRuns(runs);
  t.deepEqual(groups.map(({ label, returns: { mean } }) => [label, mean]), [['a3c, broadcast (hidden [8])', 15], ['a3c, broadcast (hidden [16])', 30]]);
  t.deepEqual(groupRuns(runs.slice(0, 2)).map(({ label }) => label), ['a3c, broadcast']);
});

test('probability of improvement counts pairs, equal ones one half', (t) => {
  t.is(probabilityOfImprovement([1, 2], [0, 2]).mean, (1 + 0 + 1 + 0.5) / 4);
  t.deepEqual(probabilityOfImprovement([5, 6, 7], [1, 2, 3]).interval, [1, 1]);
});

test('a run whose result is damaged is refused', (t) => {
  const folder = folderOf('a', 1, [1]);
  writeFileSync(join(folder, 'result.json'), '{"environment":');
  t.throws(() => readRun('folders', folder), { message: /^"folders" expected the folder of a run, got ".+" \(its result\.json is damaged\)$/ });
});
