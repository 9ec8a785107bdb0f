import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import test from 'ava';

import { newFolder, run } from './command.js';

const STUDY = 'examples/noise-study.js';

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('a study of the user\'s runs by its path, with options of its own, and continues', async (t) => {
  const out = newFolder();
  const options = [STUDY, '--deviations', '0.3,1', '--seeds', '1', '--steps', '300', '--episodes', '1', '--out', out, '--json'];
  const { status, stdout, stderr } = await run(...options);
  t.is(status, 0, stderr);
  t.deepEqual(readdirSync(out).toSorted(), ['config.json', 'learning-curves.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'returns.svg', 'trials.jsonl']);
  const result = JSON.parse(lastLine(stdout)) as { results: { deviation: number; gain: { mean: number } }[]; findings: string[] };
  t.like(result, { scenario: 'noise', status: 'finished', deviations: [0.3, 1], trials: { planned: 2, ended: 2 } });
  t.deepEqual(result.results.map(({ deviation }) => deviation), [0.3, 1]);
  t.true(Number.isFinite(result.results[0].gain.mean));
  t.regex(readFileSync(join(out, 'results.csv'), 'utf8'), /^environment,label,algorithm,deviation,.*gain\.mean,gain\.low,gain\.high/);
  t.true(readFileSync(join(out, 'report.html'), 'utf8').includes(`node scenarios/run ${STUDY} --environment Pendulum-v1 --deviations 0.3,1`));
  const again = await run(...options);
  t.true(again.stderr.includes('2 trials, all of them known already'));
  t.is(lastLine(again.stdout), lastLine(stdout));
});

test('--resume refuses a study with the way to continue it', async (t) => {
  const out = newFolder();
  mkdirSync(out);
  writeFileSync(join(out, 'trials.jsonl'), '');
  const ending = /; a study continues by the same command with --out <folder>\n$/;
  for (const [words, start] of [[[], /^"--resume" expected the folder of a run, got ".*", which is a study's/], [[STUDY], /^"--resume" expected an option of the scenario examples\/noise-study\.js /]] as const) {
    const { status, stderr } = await run(...words, '--resume', out);
    t.is(status, 2);
    t.regex(stderr, start);
    t.regex(stderr, ending);
  }
});

test('the how-to page shows the file as it is', (t) => {
  t.true(readFileSync('docs/how-to/study-and-compare.md', 'utf8').includes(`\`\`\`js\n${readFileSync(STUDY, 'utf8')}\`\`\``));
});

const REFUSED: [string[], RegExp][] = [
  [['./missing.js'], /^"scenario" expected a module that can be loaded, got "\.\/missing\.js"/],
  [['examples/ball.js'], /^"scenario" expected a module whose default export is a study of defineStudy, got "examples\/ball\.js"$/],
  [[STUDY, '--deviations', '-1'], /^"--deviations" expected a number >= 0, got -1$/],
];

for (const [options, expected] of REFUSED) {
  test(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stderr } = await run(...options);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}

/** Path of a study with these keys instead of a whole one's. */
function studyFile(keys: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'own.js');
  writeFileSync(file, `
    import { defineStudy, ENVIRONMENT, SEEDS, STEPS } from '${pathToFileURL('dist/src/entries/study.js').href}';
    const whole = { name: 'own', summary: 's', title: 't', question: 'q?', options: [ENVIRONMENT, SEEDS], arms: () => [{ label: 'a', algorithm: 'broadcast' }] };
    export default defineStudy({ ...whole, ${keys} });
  `);
  return file;
}

const MALFORMED: [string, RegExp][] = [
  ['title: undefined', /^"scenario" expected a module that can be loaded, got ".*" \("title" expected a string, got undefined\)$/],
  ['arms: () => [{ algorithm: "broadcast" }]', /^"arms\[0\]\.label" expected a string, got undefined$/],
  ['arms: () => [{ label: "a", algorithm: "nope" }]', /^"arms\[a\]\.algorithm" expected one of /],
  ['arms() { throw new Error("boom"); }', /^study "own": arms\(\) failed: boom \(own\.js:\d+:\d+\)$/],
];

for (const [keys, expected] of MALFORMED) {
  test(`a study with ${keys} is refused in one line with exit status 2, before anything trains`, async (t) => {
    const out = newFolder();
    const { status, stderr } = await run(studyFile(keys), '--seeds', '1', '--out', out);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
    t.false(existsSync(out));
  });
}

test('an error in a column of a table is one line', async (t) => {
  const { status, stderr } = await run(studyFile('options: [ENVIRONMENT, SEEDS, STEPS], tables: () => [{ title: "x", names: [["a", () => { throw new Error("boom"); }]], numbers: [] }]'), '--seeds', '1', '--steps', '200', '--out', newFolder());
  t.is(status, 2);
  t.regex(stderr, /\nstudy "own": tables\(\) failed: boom \(own\.js:\d+:\d+\)\n$/);
});

test('an error in row() is one line, before anything trains', async (t) => {
  const { status, stderr } = await run(studyFile('row() { throw new Error("boom"); }'), '--seeds', '1', '--out', newFolder());
  t.is(status, 2);
  t.regex(stderr, /^folder: .*\nstudy "own": row\(\) failed: boom \(own\.js:\d+:\d+\)\n$/);
});

test('an error in a figure is one line that names study and figure', async (t) => {
  const figure = 'figures: () => [{ file: "curve", title: "t", x: "x", y: "y", lines() { throw new Error("boom"); } }]';
  const { status, stderr } = await run(studyFile(`options: [ENVIRONMENT, SEEDS, STEPS], ${figure}`), '--seeds', '1', '--steps', '200', '--out', newFolder());
  t.is(status, 2);
  t.regex(stderr, /\nstudy "own": figures\[curve\]\.lines\(\) failed: boom \(own\.js:\d+:\d+\)\n$/);
});
