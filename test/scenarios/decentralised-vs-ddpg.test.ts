import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run, withValues } from './command.js';

const STUDY = ['decentralised-vs-ddpg', '--algorithms', 'broadcast,ddpg', '--seeds', '2', '--steps', '1300', '--hidden', '4', '--evaluation-episodes', '1', '--evaluate-every', '650', '--episodes', '2'];
const FILES = ['config.json', 'learning-curves.svg', 'report.html', 'result.json', 'results.csv', 'results.md', 'returns.svg', 'trials.jsonl'];

interface Result {
  readonly status: string;
  readonly trials: { readonly planned: number; readonly ended: number };
  readonly results: readonly Record<string, unknown>[];
  readonly failures: readonly Record<string, unknown>[];
}

const parse = (text: string) => JSON.parse(text) as Result;
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;

/** The table without how fast it went. */
const table = ({ results }: Result) => results.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !column.endsWith('PerSecond'))));

/** Starts a study, and interrupts it once a trial has ended. */
async function interrupted(out: string): Promise<unknown> {
  const child = spawn(process.execPath, ['scenarios/run', ...STUDY, '--parallel', '1', '--out', out], { stdio: 'ignore' });
  while (!existsSync(join(out, 'trials.jsonl'))) await new Promise((resolve) => { setTimeout(resolve, 5); });
  child.kill('SIGINT');
  return new Promise((resolve) => { child.on('exit', resolve); });
}

test('a study that is interrupted and continued has the result of an uninterrupted one', async (t) => {
  const [whole, parts] = [newFolder(), newFolder()];
  const first = await run(...STUDY, '--out', whole, '--json');
  t.is(first.status, 0, first.stderr);
  t.is(await interrupted(parts), 130);
  t.deepEqual(readdirSync(parts).toSorted(), FILES); // what there is, is reported
  const partial = parse(readFileSync(join(parts, 'result.json'), 'utf8'));
  t.is(partial.status, 'interrupted');
  t.true(partial.trials.ended >= 1 && partial.trials.ended < 4);
  appendFileSync(join(parts, 'trials.jsonl'), '{"trial":{"label":"broad'); // as a crash leaves it

  const second = await run(...STUDY, '--parallel', '2', '--out', parts, '--json');
  t.is(second.status, 0, second.stderr);
  t.true(second.stderr.includes('warning: ') && second.stderr.includes('the last line is not whole and is dropped'));
  t.true(second.stderr.includes(`4 trials, ${partial.trials.ended} of them known already`));
  const [expected, actual] = [first, second].map(({ stdout }) => parse(lastLine(stdout)));
  t.deepEqual(table(actual), table(expected));
  t.like(actual, { status: 'finished', trials: { planned: 4, ended: 4 }, failures: [] });
  t.deepEqual(actual.results.map(({ label, seeds }) => [label, seeds]), [['broadcast', 2], ['ddpg', 2]]);
  t.is(lines(join(parts, 'trials.jsonl')), 4);
  t.deepEqual(readFileSync(join(parts, 'learning-curves.svg')), readFileSync(join(whole, 'learning-curves.svg')));
  t.deepEqual(parse(readFileSync(join(parts, 'result.json'), 'utf8')), actual);
});

test('a trial that diverges is reported, and the others finish', async (t) => {
  const file = `${newFolder()}.json`;
  const options = { network: { hidden: [4] }, learning: { warmup: 100 } };
  const wild = { label: 'far too fast', algorithm: 'broadcast', options: { ...options, rule: { optimiser: 'sgd', criticRate: 1e30 } } };
  writeFileSync(file, JSON.stringify({ algorithms: [wild, { algorithm: 'ddpg', options }], seeds: 1, steps: 300, evaluation: { episodes: 1, final: 1 } }));
  const out = newFolder();
  const { status, stdout, stderr } = await run('decentralised-vs-ddpg', '--config', file, '--out', out, '--json');
  t.is(status, 0, stderr);
  const { results, failures } = parse(stdout);
  t.like(failures[0], { environment: 'Pendulum-v1', label: 'far too fast', seed: 1, kind: 'diverged' });
  t.like(results[0], { label: 'far too fast', seeds: 0, failures: 1, returns: null });
  t.like(results[1], { label: 'ddpg', seeds: 1, failures: 0 });
  t.regex(stderr, /failed: Pendulum-v1 far too fast seed 1: partition 0 failed at step \d+: /);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const words of ['far too fast', 'became', 'Learning curves', 'How local each is', '--config config.json', 'except for what the study sets for single algorithms']) t.true(page.includes(words), words);
});

test('the page has the command that repeats the study', async (t) => {
  const out = newFolder();
  const { stderr } = await run(...withValues(STUDY, { '--seeds': '1', '--steps': '100', '--evaluate-every': '50' }), '--out', out);
  t.true(stderr.includes(`report: ${out}/report.html`));
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  const command = 'node scenarios/run decentralised-vs-ddpg --environments Pendulum-v1 --algorithms broadcast,ddpg --seeds 1 --steps 100 --hidden 4 --evaluate-every 50 --evaluation-episodes 1 --episodes 2';
  t.true(page.includes(command));
  t.false(page.includes('sets for single algorithms'));
  const again = newFolder();
  await run(...command.split(' ').slice(2), '--out', again);
  t.is(readFileSync(join(again, 'config.json'), 'utf8'), readFileSync(join(out, 'config.json'), 'utf8'));
});

test('the folder of another study is refused', async (t) => {
  const out = newFolder();
  await run(...withValues(STUDY, { '--seeds': '1', '--steps': '100' }), '--out', out);
  const { status, stderr } = await run(...withValues(STUDY, { '--steps': '100' }), '--out', out);
  t.is(status, 2);
  t.regex(stderr.trimEnd(), /^"--out" expected a new folder, or one of this very study, got ".*"; its config\.json differs in seeds$/);
});

const USAGE_ERRORS: [string[], RegExp][] = [
  [['--environments', 'Pendulum-v1,CartPole-v2'], /^"--environments" expected one of .*, got "CartPole-v2"; did you mean "CartPole-v1"\?$/],
  [['--algorithms', 'linera'], /^"--algorithms" expected one of broadcast, .*ddpg, dqn, .*d4pg, async-q, .*a2c, got "linera"; did you mean "linear"\?$/],
  [['--algorithms', 'ddpg,ddpg'], /^"--algorithms" expected each name once, got "ddpg"$/],
  [['--seeds', '0'], /^"--seeds" expected a whole number >= 1 and <= 1000, got 0$/],
  [['--steps', 'many'], /^"--steps" expected a whole number .*, got "many"$/],
  [['--hidden', '8,zwei'], /^"--hidden" expected a whole number .*, got "zwei"$/],
  [['--parallel', '0'], /^"--parallel" expected a whole number >= 1 .*, got 0$/],
  [['--evaluate-every', '0'], /^"--evaluate-every" expected a whole number >= 1, got 0$/],
  [['--episodes', '10001'], /^"--episodes" expected a whole number >= 1 and <= 10000, got 10001$/],
  [['--rule', 'linear'], /^"--rule" expected an option of the scenario decentralised-vs-ddpg/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stdout, stderr } = await run('decentralised-vs-ddpg', ...options);
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
