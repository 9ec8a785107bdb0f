import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const STUDY = ['async-vs-sync', '--algorithms', 'broadcast,ddpg', '--critics', 'shared', '--delays', '0,4', '--seeds', '1', '--steps', '1200', '--hidden', '4', '--evaluate-every', '600', '--episodes', '1'];

interface Row {
  readonly algorithm: string;
  readonly delay: number | null;
  readonly returns: { readonly mean: number } | null;
  readonly time: number | null;
  readonly barrierTime: number | null;
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('a study of delays ends with tables, pictures and a page, and continues without repeating anything', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...STUDY, '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'half-gains.svg', 'learning-curves.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'returns.svg', 'times.svg', 'trials.jsonl']);
  const result = JSON.parse(lastLine(stdout)) as { results: Row[]; findings: string[] };
  t.like(result, { scenario: 'async-vs-sync', status: 'finished', environment: 'Pendulum-v1', algorithms: ['broadcast', 'ddpg'], delays: [0, 4], seeds: 1, trials: { planned: 8, ended: 8 }, failures: [] });
  t.deepEqual(result.results.map(({ algorithm, delay }) => [algorithm, delay]), ['broadcast', 'ddpg'].flatMap((algorithm) => [null, 0, 4].map((delay) => [algorithm, delay])));
  const [broadcast, early, late, ddpg, same, lateDdpg] = result.results;
  t.deepEqual(ddpg.returns, same.returns); // the same trial
  t.not(late.returns?.mean, early.returns?.mean);
  t.deepEqual([broadcast.time, late.barrierTime].map((time) => Math.round(time ?? NaN)), [200, 200 * (1 + 3 * 4)]); // three gates an update
  t.like(lateDdpg, { time: 200, barrierTime: 1000 });
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  for (const words of ['half lost at delay', 'gain kept', 'with barriers', `report: ${out}/report.html`]) t.true(stderr.includes(words), words);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['Return against delay', 'How to read the tables', 'parameter-server', 'not the same thing', 'How local each is', 'Only 1 seed', 'What was found', 'virtual.learningMessageDelay.value', 'learning.gradientDelay']) t.true(page.includes(words), words);
  t.is(page.match(/<svg/g)?.length, 4);
  t.true(stderr.trimEnd().endsWith(result.findings.join('\n')));

  const lines = readFileSync(join(out, 'trials.jsonl'), 'utf8').trimEnd().split('\n');
  t.is(lines.length, 7); // DDPG without delay is there once
  writeFileSync(join(out, 'trials.jsonl'), `${lines.slice(0, 6).join('\n')}\n`); // as if it had been interrupted
  const command = /node scenarios\/run (async-vs-sync [^<\n]*)/.exec(page)?.[1] ?? '';
  const again = await run(...command.trim().split(' '), '--out', out, '--json');
  t.is(again.status, 0, again.stderr);
  t.true(again.stderr.includes('8 trials, 7 of them known already; the others'), again.stderr);
  t.is(lastLine(again.stdout), lastLine(stdout)); // whatever ran before is what would have run
});

const USAGE_ERRORS: [string[], RegExp][] = [
  [['--delays', '0,x'], /^"--delays" expected a whole number >= 0 and <= 4096, got "x"$/],
  [['--algorithms', 'exact'], /^"--algorithms" expected one of .*, got "exact"/],
  [['--partitions', '1'], /^"--partitions" expected a whole number >= 2 and <= 64, got 1$/],
  [['--hidden', 'none'], /^"--hidden" expected a hidden layer: partitions share its neurons, got \[\]$/],
  [['--gradient-delay', '3'], /^"--gradient-delay" expected an option of the scenario async-vs-sync/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stdout, stderr } = await run('async-vs-sync', ...options);
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
