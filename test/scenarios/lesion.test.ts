import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

const STUDY = ['lesion', '--algorithms', 'broadcast,frozen', '--fractions', '0.5', '--seeds', '2', '--steps', '1200', '--hidden', '4', '--lesion-step', '1100', '--evaluate-every', '50', '--reinitialise-after', '20', '--episodes', '2'];

interface Row {
  readonly label: string;
  readonly seeds: number;
  readonly before: number | null;
  readonly loss: object | null;
  readonly final: number | null;
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('a study of lesions ends with a table, pictures and a page, and continues without repeating anything', async (t) => {
  const out = newFolder();
  const { status, stdout, stderr } = await run(...STUDY, '--out', out, '--json');
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'learning-curves.svg', 'losses.svg', 'recoveries.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'trials.jsonl']);
  const result = JSON.parse(lastLine(stdout)) as { results: Row[] };
  t.like(result, { scenario: 'lesion', status: 'finished', environment: 'Pendulum-v1', algorithms: ['broadcast', 'frozen'], fractions: [0.5], seeds: 2, trials: { planned: 8, ended: 8 }, failures: [] });
  t.deepEqual(result.results.map(({ label, seeds }) => [label, seeds]), [['broadcast, 50 % silent', 2], ['frozen, 50 % silent', 2], ['broadcast, 50 % reinitialised', 2], ['frozen, 50 % reinitialised', 2]]);
  const [dead, , born] = result.results;
  t.deepEqual([born.before, born.loss], [dead.before, dead.loss]); // the same run until then
  t.not(born.final, dead.final);
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  for (const words of ['algorithm', 'silent', 'reinitialised', 'steps to recovery', 'random policy', `report: ${out}/report.html`]) t.true(stderr.includes(words), words);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['Returns around the lesion', 'What was lost', 'How long recovery took', 'within 5 %', 'How local each is', 'lesion.fraction', '50 % lesioned, reinitialised 20 steps later']) t.true(page.includes(words), words);
  t.is(page.match(/<svg/g)?.length, 3);

  const command = /node scenarios\/run (lesion [^<\n]*)/.exec(page)?.[1] ?? '';
  const again = await run(...command.trim().split(' '), '--out', out, '--json');
  t.is(again.status, 0, again.stderr);
  t.true(again.stderr.includes('8 trials, all of them known already'));
  t.is(lastLine(again.stdout), lastLine(stdout));
});

test('the former name is refused with the present one', async (t) => {
  const { status, stderr } = await run('neuron-death');
  t.is(status, 2);
  t.is(stderr, '"neuron-death" is now "lesion"\n');
});

const USAGE_ERRORS: [string[], RegExp][] = [
  [['--fractions', '0.1,2'], /^"--fractions" expected a number > 0 and <= 1, got 2$/],
  [['--algorithms', 'frozne'], /^"--algorithms" expected one of .*, got "frozne"; did you mean "frozen"\?$/],
  [['--steps', '100', '--lesion-step', '100'], /^"--lesion-step" expected a whole number >= 1 and <= 99, got 100$/],
  [['--steps', '100', '--reinitialise-after', '50'], /^"--reinitialise-after" expected a whole number >= 0 and <= 49, got 50$/],
  [['--hidden', 'none'], /^"--hidden" expected a hidden layer: its neurons are lesioned, got \[\]$/],
  [['--lesion', '0.1@5'], /^"--lesion" expected an option of the scenario lesion/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stdout, stderr } = await run('lesion', ...options);
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
