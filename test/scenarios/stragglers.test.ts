import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const STUDY = ['stragglers', '--schedules', 'synchronous,hogwild', '--slowdowns', '1,8', '--partitions', '2', '--straggler-fraction', '0.5', '--seeds', '1', '--steps', '1200', '--hidden', '4', '--evaluate-every', '600', '--episodes', '1', '--neighbour-repeats', '1', '--neighbour-seconds', '0.1', '--neighbour-hidden', '4'];

interface Row {
  readonly relativeUpdates: { readonly mean: number } | null;
  readonly staleness: { readonly max: number; readonly reads: number } | null;
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('a study of stragglers ends with tables, pictures and a page, and continues without repeating anything', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...STUDY, '--out', out, '--json');
  t.is(status, 0, stderr);
  const result = JSON.parse(lastLine(stdout)) as { results: Row[]; measured: { skipped?: string; standings?: { name: string; disturbed: boolean }[] } };
  const measured = result.measured.skipped === undefined;
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'learning-curves.svg', ...(measured ? ['neighbour.json', 'neighbour.svg'] : []), 'report.html', 'result.json', 'results.csv', 'results.md', 'returns.svg', 'speeds.svg', 'staleness.svg', 'trials.jsonl']);
  t.like(result, { scenario: 'stragglers', status: 'finished', environment: 'Pendulum-v1', schedules: ['synchronous', 'hogwild'], slowdowns: [1, 8], trials: { planned: 4, ended: 4 }, failures: [] });
  const [, barrier, , free] = result.results;
  t.true((barrier.relativeUpdates?.mean ?? 1) < 0.3, JSON.stringify(barrier.relativeUpdates)); // the world repeats itself: no chance in this
  t.is(barrier.staleness?.max, 0);
  t.true((free.staleness?.reads ?? 0) > 0);
  if (measured) t.is(result.measured.standings?.length, 8);
  for (const words of ['no straggler', '8 × slower', 'env steps', `report: ${out}/report.html`]) t.true(stderr.includes(words), words);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['What stragglers cost', 'Returns against virtual time', 'The noisy neighbour', 'How local each is', 'virtual.slowdown']) t.true(page.includes(words), words);

  const command = /node scenarios\/run (stragglers [^<\n]*)/.exec(page)?.[1].replaceAll(/&quot;|"/g, '') ?? '';
  const again = await run(...command.replaceAll(/\(([^)]*)\)/g, (inside) => inside.replaceAll(' ', '')).trim().split(' '), '--out', out, '--json');
  t.is(again.status, 0, again.stderr);
  t.true(again.stderr.includes('4 trials, all of them known already'));
  t.is(lastLine(again.stdout), lastLine(stdout));
});

const USAGE_ERRORS: [string[], RegExp][] = [
  [['--slowdowns', '0.5'], /^"--slowdowns" expected a number >= 1/],
  [['--schedules', 'hogwidl'], /^"--schedules" expected one of .*, got "hogwidl"; did you mean "hogwild"\?$/],
  [['--learning-message-delay', 'never'], /^"--learning-message-delay" expected seconds, or a distribution of them/],
  [['--noisy-neighbour', 'maybe'], /^"--noisy-neighbour" expected one of on, off, got "maybe"$/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stderr } = await run('stragglers', ...options);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
