import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import test from 'ava';

const { name, version, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { name: string; version: string; dependencies: Record<string, string> };
const [example = ''] = [...readFileSync('README.md', 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code.replace('40_000', '400'));

/** A project in which the packed package is installed, with its dependencies and no other package of this repository. */
function createProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  const installed = join(folder, 'node_modules', name);
  mkdirSync(installed, { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
  execFileSync('tar', ['-xzf', join(folder, `${name}-${version}.tgz`), '-C', installed, '--strip-components=1']);
  for (const dependency of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    const link = join(folder, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', dependency), link, 'dir');
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  return folder;
}

const folder = createProject();

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 120_000, env: { ...process.env, NODE_OPTIONS: '' } });
}

test('the library example of the README runs in a project that installed the package', (t) => {
  writeFileSync(join(folder, 'example.js'), example);
  const { status, stdout, stderr } = run('example.js');
  t.is(status, 0, stderr);
  t.regex(stdout, /meanReturn: -\d+/);
});

test('the command of an installed package runs', (t) => {
  const { status, stdout, stderr } = run(join('node_modules', name, 'scenarios', 'run.js'), '--help');
  t.is(status, 0, stderr);
  t.regex(stdout, /--environment/);
});

test('a task is held to the contract by the runner of Node, in a project that installed the package', (t) => {
  writeFileSync(join(folder, 'ball.js'), readFileSync('examples/ball.js'));
  writeFileSync(join(folder, 'ball.test.js'), `
    import test from 'node:test';
    import { loadEnvironment } from 'ganglion';
    import { environmentContract } from 'ganglion/testing';
    await loadEnvironment('./ball.js');
    for (const { title, check } of environmentContract('./ball.js')) test(title, check);
  `);
  const { status, stdout } = run('--test-reporter=tap', 'ball.test.js');
  t.is(status, 0, stdout);
  t.regex(stdout, /# pass 1\d\n/);
});

test('the types of every entry hold in a strict project, with those of the libraries checked', (t) => {
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: false, noEmit: true, types: ['node'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  writeFileSync(join(folder, 'example.ts'), `${example}
    import test from 'node:test';
    import { box, defineEnvironment, discrete, isOptionError, makeEnvironment, type Environment, type Evaluation, type SimulationOptions } from 'ganglion';
    import { defineStudy, mean, runStudy, SEEDS } from 'ganglion/study';
    import { environmentContract } from 'ganglion/testing';
    import { checkInteger } from 'ganglion/internals';

    const options: SimulationOptions = { environment: 'CartPole-v1', rule: 'coagent', partitions: 2 };
    const evaluate = async (): Promise<Evaluation> => (await createSimulation(options)).evaluate({ episodes: checkInteger('episodes', 2) });
    const twice = defineStudy({ name: 'twice', summary: '', title: '', question: '', options: [SEEDS], arms: () => [1, 2].map((factor) => ({ label: String(factor), algorithm: 'broadcast', factor })), row: ({ arm }) => ({ double: 2 * arm.factor }), findings: ({ rows }) => rows.map(({ double, factor }) => (double - factor).toFixed()) });
    const settings: { readonly seeds: number } = twice.resolve({ seeds: 2 });
    const again = () => runStudy(twice, { out: 'study' });
    const cart: Environment = makeEnvironment('CartPole-v1', { seed: 1 });
    const task = defineEnvironment({ id: 'Even-v0', observationSpace: box([0], [1]), actionSpace: discrete(2), maxSteps: 9,
      reset: (random) => ({ even: random.uniform() < 0.5 }),
      step: (state, action) => ({ reward: Number(state.even === (action === 0)), terminated: false }),
      observe: ({ even }) => [Number(even)] });
    for (const { title, check } of environmentContract(task.id)) test(title, check);
    const found: number = mean([cart.reset()[0], isOptionError(new Error()) ? 1 : 0]);
    // @ts-expect-error an option that does not exist
    const misspelt: SimulationOptions = { enviroment: 'CartPole-v1' };
    export { again, evaluate, settings, found, misspelt };
  `);
  const { status, stdout } = run(createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', 'tsconfig.json');
  t.is(stdout, '');
  t.is(status, 0);
});
