import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import type { WorldComparison } from '../../src/entries/study.js';
import { newFolder, run } from './command.js';

const CHECK = ['virtual-check', '--seeds', '1', '--steps', '1200', '--hidden', '4', '--evaluate-every', '600', '--episodes', '1'];

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('the check of virtual time prints both worlds side by side, with limits and a verdict, and repeats nothing', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...CHECK, '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'learning-curves.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'staleness.svg', 'trials.jsonl']);
  const result = JSON.parse(lastLine(stdout)) as { results: { comparison: WorldComparison | null }[] };
  t.like(result, { scenario: 'virtual-check', status: 'finished', partitions: 2, trials: { planned: 3, ended: 3 }, failures: [] });
  const comparison = result.results.at(-1)?.comparison;
  if (comparison === undefined || comparison === null) throw new Error('no comparison');
  const { verdict, comparisons, ages, curves } = comparison;
  t.is(verdict, comparisons.every(({ difference, limit }) => Math.abs(difference) <= limit) ? 'agrees' : 'differs');
  t.is(comparisons.length, 6);
  for (const { reads } of [...ages.real, ages.virtual]) t.true(reads > 0);
  t.deepEqual(curves.real.map(({ step }) => step), [0, 600, 1200]);
  for (const words of [verdict, 'total variation', 'computed instead', 'Mean returns', 'limit']) t.true(stderr.includes(words), words);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['How to read the tables', 'Real and virtual', 'Ages of the voltages read', 'timing.measureDurations']) t.true(page.includes(words), words);

  const again = await run(...CHECK, '--out', out, '--json');
  t.true(again.stderr.includes('2 trials, all of them known already'));
  t.is(lastLine(again.stdout), lastLine(stdout));
});

test('one partition has no peer to read from, and is refused', async (t) => {
  const { status, stderr } = await run('virtual-check', '--partitions', '1');
  t.is(status, 2);
  t.regex(stderr, /^"--partitions" expected a whole number >= 2/);
});
