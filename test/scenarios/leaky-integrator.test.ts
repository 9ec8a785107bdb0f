import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const STUDY = ['leaky-integrator', '--environment', 'TMaze-v0(length=1)', '--time-constants', '8', '--densities', '0.5', '--schedules', 'hogwild', '--seeds', '1', '--steps', '150', '--hidden', '4', '--partitions', '2', '--evaluate-every', '75', '--episodes', '2'];

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('a study of leaky integrators ends with tables, pictures and a page, and continues without repeating anything', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...STUDY, '--parallel', '1', '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['activity.svg', 'config.json', 'connections.svg', 'episode.json', 'learning-curves.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'returns.svg', 'schedules.svg', 'trials.jsonl', 'voltages.svg']);
  const result = JSON.parse(lastLine(stdout)) as { results: { label: string }[] };
  t.like(result, { scenario: 'leaky-integrator', status: 'finished', environment: 'TMaze-v0(length=1)', rule: { name: 'sarsa' }, timeConstants: [8], densities: [0.5], seeds: 1, trials: { planned: 5, ended: 5 }, failures: [] });
  const LEAKY = 'density 50 %, time constant 8';
  t.deepEqual(result.results.map(({ label }) => label), ['memoryless', 'observation traces', LEAKY, 'hogwild: memoryless', `hogwild: ${LEAKY}`]);
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  for (const words of ['Return by density and time constant', 'at most 1.95', 'over memoryless', 'too few seeds', `report: ${out}/report.html`]) t.true(stderr.includes(words), words);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['How to read the tables', 'Activity of a trained network', '∫hidden1[1]', 'network.recurrent', 'seeds, 2 to 2']) t.true(page.includes(words), words);
  t.is(page.match(/<svg/g)?.length, 6);

  const lines = readFileSync(join(out, 'trials.jsonl'), 'utf8').trimEnd().split('\n');
  writeFileSync(join(out, 'trials.jsonl'), `${lines.slice(0, 4).join('\n')}\n`); // as if it had been interrupted
  const command = /node scenarios\/run (leaky-integrator [^<\n]*)/.exec(page)?.[1].replaceAll('&quot;', '') ?? '';
  const again = await run(...command.trim().split(' '), '--parallel', '1', '--out', out, '--json');
  t.is(again.status, 0, again.stderr);
  for (const words of ['3 trials, all of them known already', '2 trials, 1 of them known already; the others']) t.true(again.stderr.includes(words), again.stderr);
  t.false(again.stderr.includes('to record its activity')); // the folder has the episode
  t.is(lastLine(again.stdout), lastLine(stdout));
});

test('a usage error is one line', async (t) => {
  const { status, stdout, stderr } = await run('leaky-integrator', '--densities', '0.5,2');
  t.is(status, 2);
  t.is(stdout, '');
  t.is(stderr.trimEnd(), '"--densities" expected a number > 0 and <= 1, got 2');
});
