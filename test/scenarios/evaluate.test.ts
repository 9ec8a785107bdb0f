import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder, run } from './command.js';

interface Result {
  readonly status: string;
  readonly step: number;
  readonly seed: number;
  readonly evaluation: { readonly meanReturn: number; readonly episodes: number; readonly returns: number[] };
  readonly random: { readonly meanReturn: number };
}
const lastLine = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;

for (const scenario of [[], ['ddpg'], ['a3c', '--workers', '1']]) {
  test(`a run of ${scenario[0] ?? 'neurons'} is evaluated as it evaluated itself, and on other episodes`, async (t) => {
    const folder = newFolder();
    const trained = await run(...scenario, '--steps', '300', '--hidden', '8', '--episodes', '3', '--out', folder, '--json');
    t.is(trained.status, 0, trained.stderr);
    const before = lastLine(trained.stdout);
    const again = await run('evaluate', folder, '--episodes', '3', '--json');
    t.is(again.status, 0, again.stderr);
    t.like(lastLine(again.stdout), { scenario: 'evaluate', status: 'finished', evaluation: before.evaluation, random: { meanReturn: before.random.meanReturn } } as unknown as Result);
    t.regex(again.stderr, /mean return .+ \(95 % over episodes: .+\)\n/);
    const out = newFolder();
    const others = lastLine((await run('evaluate', folder, '--episodes', '2', '--seed', '99', '--out', out, '--json')).stdout);
    t.is(others.evaluation.episodes, 2);
    t.is(others.seed, 99);
    t.notDeepEqual(others.evaluation.returns, before.evaluation.returns.slice(0, 2));
    t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), others);
  });
}

const REFUSED: [string[], RegExp][] = [
  [['evaluate'], /^"run folder" expected the folder of a run; usage: node scenarios\/run evaluate <run folder>$/],
  [['evaluate', 'nowhere'], /^"run folder" expected a run folder, got "nowhere" \(ENOENT/],
  [['evaluate', 'test'], /^"run folder" expected a run folder with a checkpoint that can be used, got "test" \(it has none\)$/],
  [['evaluate', 'test', '--seed', 'x'], /^"--seed" expected a whole number/],
  [['compare'], /^"run folders" expected the folders of runs; usage: node scenarios\/run compare runs\/\*$/],
  [['compare', 'nowhere'], /^"run folders" expected the folder of a run, got "nowhere"$/],
  [['compare', 'test'], /^"run folders" expected the folder of a run that has ended, got "test" \(it has no result\.json\)$/],
];

for (const [words, message] of REFUSED) {
  test(`${words.join(' ')} is refused in one line`, async (t) => {
    const { status, stderr } = await run(...words);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), message);
  });
}

test('folders without a run are left out of a comparison with a warning', async (t) => {
  const folder = newFolder();
  await run('ddpg', '--steps', '300', '--hidden', '8', '--episodes', '2', '--out', folder);
  const out = newFolder();
  const { status, stderr, stdout } = await run('compare', folder, 'test', '--out', out, '--json');
  t.is(status, 0, stderr);
  t.regex(stderr, /^warning: "run folders" expected .+ got "test" \(it has no result\.json\); it is left out\n/);
  t.like(JSON.parse(stdout), { scenario: 'compare', groups: [{ label: 'ddpg, backprop', environment: 'Pendulum-v1', seeds: [1] }] });
  t.true(['curves.svg', 'report.html', 'result.json'].every((file) => existsSync(join(out, file))));
});
