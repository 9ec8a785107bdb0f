import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import test, { type ExecutionContext } from 'ava';

import { createDdpg, createSimulation, EnvironmentError, loadEnvironment, makeEnvironment, registerEnvironment, resumeSimulation, type SimulationOptions } from '../../src/index.js';
import { environmentContract } from '../../src/entries/testing.js';
import { numbersOf } from '../simulation/numbers.js';

const BALL = resolve('examples/ball.js');
const SMALL: SimulationOptions = { schedule: 'synchronous', network: { hidden: [6] }, learning: { warmup: 20, batch: 8, replay: 500 }, steps: 200 };

registerEnvironment('Ball-v0', pathToFileURL(BALL));
await loadEnvironment('Ball-v0');
await loadEnvironment(BALL);
for (const { title, check } of ['Ball-v0', './examples/ball.js'].flatMap((name) => environmentContract(name))) test(title, check);

async function weightsOf(options: SimulationOptions): Promise<number[]> {
  const simulation = await createSimulation({ ...SMALL, ...options });
  await simulation.run({ steps: 80 });
  const weights = numbersOf(simulation.encodeWeights());
  await simulation.close();
  return weights;
}

test('a module of the user\'s own learns on one and on two threads, by its path and by its id, with the same bits', async (t) => {
  const weights = await weightsOf({ environment: BALL, partitions: 1 });
  t.deepEqual(await weightsOf({ environment: BALL, partitions: 2 }), weights);
  t.deepEqual(await weightsOf({ environment: 'Ball-v0', partitions: 2 }), weights);
  t.deepEqual(await weightsOf({ environment: './examples/ball.js', partitions: 1, environments: 1 }), weights);
});

test('a module continues exactly from its checkpoint', async (t) => {
  const whole = await weightsOf({ environment: BALL, partitions: 1 });
  const simulation = await createSimulation({ ...SMALL, environment: BALL, partitions: 1 });
  await simulation.run({ steps: 37 });
  const checkpoint = simulation.encodeCheckpoint();
  await simulation.close();
  const resumed = await resumeSimulation(checkpoint);
  await resumed.run({ steps: 43 });
  t.deepEqual(numbersOf(resumed.encodeWeights()), whole);
  await resumed.close();
});

test('DDPG and virtual time take a module too', async (t) => {
  const training = await createDdpg({ environment: 'Ball-v0', network: { hidden: [6] }, learning: { warmup: 20, batch: 8, replay: 500 }, steps: 100 });
  t.is((await training.run({ steps: 60 })).stopped, false);
  await training.close();
  t.is((await weightsOf({ environment: 'Ball-v0', time: 'virtual', partitions: 2 })).length, (await weightsOf({ environment: BALL })).length);
});

test('a recorded run of a module is repeated, and a study runs it, on the command line', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
  const run = (...args: string[]) => execFileSync('node', ['scenarios/run', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const common = ['--environment', 'examples/ball.js', '--steps', '300', '--warmup', '64', '--hidden', '6', '--episodes', '2'];
  run(...common, '--record', '--out', join(folder, 'run'));
  t.is((JSON.parse(readFileSync(join(folder, 'run', 'config.json'), 'utf8')) as { environment: string }).environment, BALL);
  const repeated = JSON.parse(run('rerun', join(folder, 'run'), '--json').trim().split('\n').at(-1) ?? '') as { status: string };
  t.is(repeated.status, 'identical');
  const study = run('decentralised-vs-ddpg', '--environments', 'examples/ball.js', '--algorithms', 'broadcast,ddpg', '--seeds', '1', '--steps', '300', '--hidden', '6', '--out', join(folder, 'study'), '--json');
  t.true(study.includes(BALL));
});

/** Writes a module that is a plain definition, with some of it otherwise. */
function moduleOf(changes: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'task.mjs');
  writeFileSync(file, `export default { id: 'Odd-v0', observationSpace: { kind: 'box', low: [-1, -1], high: [1, 1] }, actionSpace: { kind: 'discrete', count: 2 }, maxSteps: 30,
    reset: () => ({ x: 0, seen: [true] }), step: (state) => ({ state, reward: 0, terminated: false }), observe: () => [0, 0], ${changes} };\n`);
  return file;
}

test('a plain definition needs no import', async (t) => {
  const file = moduleOf('');
  await loadEnvironment(file);
  const environment = makeEnvironment(file);
  t.deepEqual(environment.reset(), Float64Array.of(0, 0));
  t.deepEqual(environment.getState().slice(0, 2), [0, 1]);
  t.is(environment.id, 'Odd-v0');
});

const faults: readonly (readonly [string, string, number])[] = [
  ['observe: () => [0]', 'expected an observation of 2 finite numbers, got 1 of them', 0],
  ['observe: ({ x }) => [x, NaN]', 'expected an observation of 2 finite numbers, got NaN at index 1', 0],
  ['step: (state) => ({ state, reward: NaN, terminated: false })', 'expected a finite reward, got NaN', 1],
  ['step: (state) => ({ state, reward: 1 })', 'expected terminated to be true or false, got undefined', 1],
  ['step: () => 7', 'expected step() to give { state, reward, terminated }, got 7', 1],
  ['step: () => { throw new Error("no more") }', 'step() threw Error: no more', 1],
  ['step: () => ({ state: { x: 1, seen: [1] }, reward: 0, terminated: false })', 'expected state.seen[0] to be a boolean, got 1', 1],
  ['step: () => ({ state: { x: 1, seen: [true, true] }, reward: 0, terminated: false })', 'expected state.seen to have 1 entries, got 2', 1],
  ['reset: () => "start"', 'expected a state of numbers, booleans, lists and objects of these, got "start"', 0],
];

for (const [changes, problem, step] of faults) {
  test(`an error of a task with ${changes} has its name, the step and the expected value`, async (t) => {
    const file = moduleOf(changes);
    await loadEnvironment(file);
    const error = t.throws(() => {
      const environment = makeEnvironment(file);
      environment.reset();
      environment.step(0);
    }, { instanceOf: EnvironmentError });
    t.is(error.message, `environment Odd-v0 at step ${step} of an episode: ${problem}`);
  });
}

function refused(t: ExecutionContext, args: readonly string[], status: number, line: RegExp): void {
  const { status: found, stderr } = spawnSync('node', ['scenarios/run', ...args, '--out', join(mkdtempSync(join(tmpdir(), 'ganglion-')), 'run')], { encoding: 'utf8' });
  const told = stderr.split('\n').filter((text) => text !== '' && !text.includes('░') && !text.includes('█'));
  t.is(found, status, stderr);
  t.is(told.length, 1, stderr);
  t.regex(told[0], line);
}

test('a task that fails in the middle of a run ends it with one line', (t) => {
  const file = moduleOf('step: (state) => ({ state: { ...state, x: state.x + 1 }, reward: state.x > 20 ? NaN : 0, terminated: false })');
  refused(t, ['--environment', file, '--steps', '200', '--hidden', '4', '--warmup', '64'], 1, /environment Odd-v0 at step 22 of an episode: expected a finite reward, got NaN/);
});

test('a module that cannot be loaded, or exports no environment, is refused by its flag', (t) => {
  refused(t, ['--environment', './nowhere.js'], 2, /^"--environment" expected a module that can be loaded, got ".*nowhere\.js"/);
  refused(t, ['--environment', moduleOf('maxSteps: 0,')], 2, /^"definition\.maxSteps" expected a whole number >= 1, got 0/);
});

test('an id that a shipped environment has cannot be registered', (t) => {
  t.throws(() => { registerEnvironment('Pendulum-v1', pathToFileURL(BALL)); }, { message: '"id" expected an id that no shipped environment has, got "Pendulum-v1"' });
  t.throws(() => { registerEnvironment('Ball-v1', 'ball.js'); }, { instanceOf: TypeError, message: /^"url" expected the URL of a module/ });
});
