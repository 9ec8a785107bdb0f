import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import type { LesionReport } from '../../src/index.js';
import { newFolder as folder, run, withValues } from './command.js';

const readLines = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

const SHORT = ['--steps', '400', '--warmup', '100', '--hidden', '8', '--episodes', '2'];

test('a run leaves its settings, metrics, timing, weights and result, and prints them as JSON', async (t) => {
  const out = folder();
  const { status, stdout, stderr } = await run(...SHORT, '--seed', '5', '--out', out, '--json');
  t.is(status, 0, stderr);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  t.like(result, { scenario: 'train', environment: 'Pendulum-v1', rule: 'broadcast', schedule: 'hogwild', partitions: 2, seed: 5, steps: 400, status: 'finished', runFolder: out });
  t.like(result, { evaluation: { episodes: 2 } });
  for (const key of ['stepsPerSecond', 'updatesPerSecond', 'weightsSha256', 'random', 'staleness']) t.true(key in result, key);
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  t.like(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), { seed: 5, network: { hidden: [8] } });
  t.true(readLines(join(out, 'metrics.jsonl')).some(({ type }) => type === 'episode'));
  t.true(readLines(join(out, 'timing.jsonl')).every(({ seconds }) => typeof seconds === 'number'));
  for (const words of ['evaluation', 'random policy', 'env steps/s', 'updates/s', 'partition 1']) t.true(stderr.includes(words), words);
});

test('a graph of firing and leaky neurons is trained from a file, and its network watched', async (t) => {
  const [out, graph] = [folder(), `${folder()}.json`];
  const layers = [{ name: 'near', size: 5, neuronModel: 'leaky', membraneTimeConstant: 4 }, { name: 'far', size: 4, neuronModel: 'spiking' }];
  const blocks = [{ from: 'input', to: 'near' }, { from: 'near', to: 'far', density: 0.5 }, { from: 'far', to: 'near' }, { from: 'near', to: 'output' }];
  writeFileSync(graph, JSON.stringify({ layers, blocks }));
  const { status, stdout, stderr } = await run('--graph', graph, '--record-activity', '--steps', '300', '--warmup', '100', '--episodes', '2', '--out', out, '--json');
  t.is(status, 0, stderr);
  t.like(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''), { status: 'finished', pictures: ['voltages.svg', 'activity.svg', 'connections.svg'] });
  for (const [picture, words] of [['voltages', 'leaky integrators'], ['activity', 'far[3]'], ['connections', '∫far[0]']] as const) {
    t.true(readFileSync(join(out, `${picture}.svg`), 'utf8').includes(words), picture);
  }
  const { network } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as { network: object };
  t.like(network, { hidden: [5, 4], blocks });
  writeFileSync(graph, JSON.stringify({ layers, blocks: [{ from: 'input', to: 'nowhere' }] }));
  const wrong = await run('--graph', graph);
  t.deepEqual([wrong.status, wrong.stderr.trim()], [2, '"network.blocks[0].to" expected one of near, far, output, got "nowhere"']);
});

test('a run of ddpg leaves the same files and the same fields, and its config.json repeats it', async (t) => {
  const [out, again] = [folder(), folder()];
  const { status, stdout, stderr } = await run('ddpg', ...SHORT, '--actor-rate', '0.002', '--critic-rate', '0.003', '--out', out, '--json');
  t.is(status, 0, stderr);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  t.like(result, { scenario: 'ddpg', environment: 'Pendulum-v1', rule: 'ddpg', schedule: 'synchronous', partitions: 1, seed: 1, steps: 400, status: 'finished', evaluation: { episodes: 2 }, staleness: { median: 0, max: 0 } });
  for (const key of ['stepsPerSecond', 'updatesPerSecond', 'weightsSha256', 'random', 'perPartition']) t.true(key in result, key);
  t.like(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), { learning: { actorRate: 0.002, criticRate: 0.003 }, network: { hidden: [8] } });
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
  t.true(readLines(join(out, 'timing.jsonl')).every(({ seconds }) => typeof seconds === 'number'));
  for (const words of ['evaluation', 'random policy', 'env steps/s', 'updates/s', 'ddpg']) t.true(stderr.includes(words), words);
  t.is((await run('ddpg', '--config', join(out, 'config.json'), '--episodes', '2', '--out', again)).status, 0);
  for (const file of ['metrics.jsonl', 'weights.safetensors', 'config.json']) t.deepEqual(readFileSync(join(again, file)), readFileSync(join(out, file)));
});

test('the config.json of a synchronous run repeats it bit for bit, on other partitions too', async (t) => {
  const [first, second] = [folder(), folder()];
  await run(...SHORT, '--schedule', 'synchronous', '--out', first);
  const again = await run('--config', join(first, 'config.json'), '--partitions', '3', '--episodes', '2', '--out', second);
  t.is(again.status, 0, again.stderr);
  for (const file of ['metrics.jsonl', 'weights.safetensors']) t.deepEqual(readFileSync(join(second, file)), readFileSync(join(first, file)));
});

test('a run with a lesion reports the return drop and the duration of recovery, and its config.json repeats it', async (t) => {
  const [out, again] = [folder(), folder()];
  const { status, stdout, stderr } = await run(...SHORT, '--schedule', 'synchronous', '--lesion', '0.25@200', '--reinitialise-at', '300', '--out', out, '--json');
  t.is(status, 0, stderr);
  const { lesion, evaluation } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { lesion: LesionReport; evaluation: { meanReturn: number } };
  t.like(lesion, { fraction: 0.25, step: 200, reinitialisedAt: 300, episodes: 2 });
  t.is(lesion.neurons.length, 2);
  t.deepEqual(lesion.points.at(-1), { step: 400, meanReturn: evaluation.meanReturn });
  t.true(stderr.includes('2 hidden neurons (25 %) at step 200: ') && stderr.includes('re-initialised at step 300') && stderr.includes('recovery'));
  t.deepEqual((JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { lesion: LesionReport }).lesion, lesion);
  const repeated = await run('--config', join(out, 'config.json'), '--lesion', '0.5@200', '--episodes', '2', '--out', again, '--json');
  const other = (JSON.parse(repeated.stdout.trim().split('\n').at(-1) ?? '') as { lesion: LesionReport }).lesion;
  t.like(other, { fraction: 0.5, reinitialisedAt: 300, before: lesion.before }); // a flag replaces what it says, and no more
});

test('a run folder that is taken away ends the run with one line', async (t) => {
  const out = folder();
  const child = spawn(process.execPath, ['scenarios/run', '--steps', '10000000', '--hidden', '8', '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  while (!existsSync(join(out, 'metrics.jsonl'))) await new Promise((resolve) => { setTimeout(resolve, 20); });
  rmSync(out, { recursive: true, maxRetries: 5 }); // the run may be writing
  t.is(await new Promise((resolve) => { child.on('exit', resolve); }), 1);
  t.regex(stderr.trimEnd().split('\n').at(-1) ?? '', / cannot be written \(ENOENT: no such file or directory\)$/);
});

test('--list names the scenarios, one line each', async (t) => {
  const { status, stdout } = await run('--list');
  t.is(status, 0);
  t.regex(stdout, /^train +\S.*\nddpg +\S.*\n/);
});

test('--help all explains every option with the default that a run really takes', async (t) => {
  const { status, stdout } = await run('--help', 'all');
  t.is(status, 0);
  for (const option of ['--environment', '--rule', '--schedule', '--partitions', '--environments', '--steps', '--seed', '--hidden', '--out', '--config', '--json', '--list', '--critic-rate', '--update-window']) {
    t.true(stdout.includes(option), option);
  }
  const out = folder();
  await run(...SHORT, '--out', out);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as { rule: { criticRate: number }; learning: { discount: number } };
  const words = stdout.replaceAll(/\s+/g, ' ');
  t.true(words.includes(`learning rate of critics (default: ${config.rule.criticRate})`));
  t.true(words.includes(`discount factor γ (default: ${config.learning.discount})`));
  t.notRegex(words, /\(default: (undefined|null|NaN|\[object|\))/);
});

const config = (content: string) => {
  const file = `${folder()}.json`;
  writeFileSync(file, content);
  return file;
};

/** Each is refused with one line on stderr that names the option, what was expected and what came, and exit status 2. */
const USAGE_ERRORS: [string[], RegExp][] = [
  [['juggle'], /^"scenario" expected one of train, ddpg.*, got "juggle"$/],
  [['train', 'twice'], /^"scenario" expected one scenario, got 2: train twice$/],
  [['--environment', 'Pendulum-v7'], /^"--environment" expected one of .*, got "Pendulum-v7"; did you mean "Pendulum-v1"\?$/],
  [['--rule', 'hebb'], /^"--rule" expected one of .*, got "hebb"$/],
  [['--stepps', '5'], /^"--stepps" expected a known option \(--help lists them\), got "--stepps"; did you mean "--steps"\?$/],
  [['--steps'], /^"--steps" expected a value \(<count>\), got nothing$/],
  [['--steps', 'many'], /^"--steps" expected a whole number .*, got "many"$/],
  [['--partitions', '0'], /^"--partitions" expected a whole number >= 1 .*, got 0$/],
  [['--partitions', '66'], /^"--partitions" expected at most one partition per hidden and output neuron \(<= 65\), got 66$/],
  [['ddpg', '--actor-rate', '-1'], /^"--actor-rate" expected a number >= 0, got -1$/],
  [['ddpg', '--critic-rate', '-1'], /^"--critic-rate" expected a number >= 0, got -1$/],
  [['ddpg', '--rule', 'broadcast'], /^"--rule" expected an option of the scenario ddpg \(--help lists them\), got "--rule"$/],
  [['--actor-rate', '1'], /^"--actor-rate" expected an option of the scenario train/],
  [['--critic-rate', '-1'], /^"--critic-rate" expected a number >= 0, got -1$/],
  [['oscillation', '--episodes', '3'], /^"--episodes" expected an option of the scenario oscillation \(--help lists them\), got "--episodes"$/],
  [['rerun', '--episodes', '3'], /^"--episodes" expected an option of the scenario rerun/],
  [['virtual-check', '--config', config('{"parallel": 2}')], /^"parallel" expected a known option/],
  [['--hidden', '8,zwei'], /^"--hidden" expected a whole number .*, got "zwei"$/],
  [['--episodes', 'all'], /^"--episodes" expected a whole number >= 1, got "all"$/],
  [['--lesion', '1.5@100'], /^"--lesion" expected a number > 0 and <= 1, got 1\.5$/],
  [['--lesion', '0@100'], /^"--lesion" expected a number > 0 and <= 1, got 0$/],
  [['--lesion', '0.1'], /^"--lesion" expected <fraction>@<step>, such as 0\.1@10000, or <fraction>@evaluation, got "0\.1"$/],
  [['--lesion', '0.1@soon'], /^"--lesion" expected a whole number >= 1 and <= 39999, or "evaluation", got "soon"$/],
  [['--lesion', '0.1@500', '--steps', '500'], /^"--lesion" expected a whole number >= 1 and <= 499, or "evaluation", got 500; the run has 500 steps$/],
  [['--lesion', '0.1@100', '--hidden', 'none'], /^"--lesion" expected 0, got 0\.1; there are no hidden neurons$/],
  [['--lesion', '0.1@200', '--reinitialise-at', '100'], /^"--reinitialise-at" expected a whole number >= 200 and <= 39999, got 100; from the lesion on, and before the last step$/],
  [['--lesion', '0.1@evaluation', '--reinitialise-at', '100'], /^"--reinitialise-at" expected nothing: the lesion is for an evaluation only, got 100$/],
  [['--reinitialise-at', '100'], /^"--reinitialise-at" expected nothing: the run has no lesion, got 100$/],
  [['ddpg', '--lesion', '0.1@100'], /^"--lesion" expected an option of the scenario ddpg/],
  [['--config', '/no/such/file.json'], /^"--config" expected a file that can be read, got "\/no\/such\/file.json"/],
  [['--config', config('{"steps": 1e')], /^"--config" expected a file of JSON/],
  [['--config', config('{"rule": 5}'), '--critic-rate', '0.1'], /^"rule" expected an object, got 5$/],
  [['--config', config('{"stepps": 5}')], /^"stepps" expected a known option .*; did you mean "steps"\?$/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test(`${options.join(' ').replace(/\S*ganglion-\S*/, 'a file')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stdout, stderr } = await run(...options);
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}

test('a folder that holds a run is refused and left as it is', async (t) => {
  const out = folder();
  await run(...SHORT, '--out', out);
  const before = readFileSync(join(out, 'config.json'), 'utf8');
  const { status, stderr } = await run(...SHORT, '--seed', '9', '--out', out);
  t.is(status, 2);
  t.regex(stderr, /^"--out" expected a folder that holds no run yet, got /);
  t.is(readFileSync(join(out, 'config.json'), 'utf8'), before);
});

for (const scenario of ['train', 'ddpg']) test(`Ctrl-C ends a run of ${scenario}, which saves its weights and results`, async (t) => {
  const out = folder();
  const child = spawn(process.execPath, ['scenarios/run', scenario, '--steps', '10000000', '--hidden', '8', '--episodes', '2', '--out', out, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  while (!existsSync(join(out, 'metrics.jsonl'))) await new Promise((resolve) => { setTimeout(resolve, 20); });
  child.kill('SIGINT');
  const status = await new Promise((resolve) => { child.on('exit', resolve); });
  t.is(status, 130);
  const result = JSON.parse(stdout) as { status: string; steps: number };
  t.is(result.status, 'interrupted');
  t.true(result.steps >= 1000 && result.steps < 10_000_000);
  t.true(existsSync(join(out, 'weights.safetensors')));
  t.deepEqual(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), result);
});

test('config.json of ddpg names its algorithm, and a run shorter than its warm-up warns in one line', async (t) => {
  const [first, second] = [folder(), folder()];
  const { stderr } = await run('ddpg', '--hidden', '4', '--steps', '200', '--warmup', '5000', '--episodes', '1', '--out', first);
  t.deepEqual(stderr.match(/warning: .*/g), ['warning: no update was made: 5,000 environment steps come before the first update (--warmup), and the run had 200 (--steps)']);
  const again = await run('--config', join(first, 'config.json'), '--warmup', '100', '--out', second);
  t.is(again.status, 0, again.stderr);
  t.like(JSON.parse(readFileSync(join(second, 'result.json'), 'utf8')), { scenario: 'ddpg', algorithm: 'ddpg', steps: 200 });
  t.notRegex(again.stderr, /warning/);
});

test('a result of actor-learners has workers and actors in place of partitions', async (t) => {
  const out = folder();
  const { status, stdout, stderr } = await run('a3c', '--hidden', '4', '--actors', '3', '--workers', '2', '--steps', '1000', '--episodes', '1', '--json', '--out', out);
  t.is(status, 0, stderr);
  const result = JSON.parse(stdout) as { perWorker: { worker: number; actors: number; updates: number }[] };
  t.like(result, { scenario: 'a3c', workers: 2, actors: { count: 3 } });
  t.deepEqual(result.perWorker.map(({ worker, actors }) => [worker, actors]).toSorted(), [[0, 2], [1, 1]]);
  for (const key of ['partitions', 'environments', 'perPartition']) t.false(key in result, key);
  t.deepEqual(Object.keys(JSON.parse(readFileSync(join(out, 'timing.jsonl'), 'utf8').split('\n')[0]) as object), ['step', 'seconds', 'staleness', 'workers']);
});

test('Ctrl-C during the evaluation ends it after the episode at hand', async (t) => {
  const out = folder();
  const child = spawn(process.execPath, ['scenarios/run', '--steps', '200', '--warmup', '100', '--hidden', '8', '--episodes', '1000000', '--out', out], { stdio: 'ignore' });
  while (!existsSync(join(out, 'weights.safetensors'))) await new Promise((resolve) => { setTimeout(resolve, 20); });
  child.kill('SIGINT');
  t.is(await new Promise((resolve) => { child.on('exit', resolve); }), 130);
  t.like(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')), { status: 'interrupted', steps: 200 });
});

test('numbers that diverge in the very last update are found', async (t) => {
  const options = ['--optimiser', 'sgd', '--critic-rate', '1e300', '--warmup', '100', '--steps', '101', '--schedule', 'synchronous'];
  const { status, stderr } = await run(...options, '--out', folder());
  t.is(status, 1);
  t.regex(stderr.trimEnd().split('\n').at(-1) ?? '', /^partition \d failed at step 101: critic of neuron (bias|\w+\[\d+\]) became (NaN|-?Infinity);/);
});

test('a run of ddpg that diverges ends with one line naming the neuron, and leaves a readable folder', async (t) => {
  const out = folder();
  const { status, stderr } = await run('ddpg', ...withValues(SHORT, { '--warmup': '300' }), '--optimiser', 'sgd', '--critic-rate', '1e30', '--out', out);
  t.is(status, 1);
  t.regex(stderr.trimEnd().split('\n').at(-1) ?? '', /^(TD error|weighted input) of neuron (critic\.)?\w+\[\d+\] became .+; a smaller learning rate usually prevents this$/);
  t.true(readLines(join(out, 'metrics.jsonl')).length > 0 && existsSync(join(out, 'weights.safetensors')));
});

test('a run that diverges ends with one line naming partition, step and neuron, and leaves a readable folder', async (t) => {
  const out = folder();
  const { status, stderr } = await run('--steps', '2000', '--optimiser', 'sgd', '--critic-rate', '1e30', '--out', out);
  t.is(status, 1);
  t.regex(stderr.trimEnd().split('\n').at(-1) ?? '', /^partition \d failed at step \d+: (TD error.*|weighted input) of neuron (bias|\w+\[\d+\]) became .+; a smaller learning rate usually prevents this$/);
  t.true(readLines(join(out, 'metrics.jsonl')).length > 0);
  t.true(existsSync(join(out, 'config.json')) && existsSync(join(out, 'weights.safetensors')));
});

test('the summary of ddpg speaks of threads, and of no partition and no staleness', async (t) => {
  const { status, stderr } = await run('ddpg', '--steps', '50', '--episodes', '1', '--checkpoint-every', '0', '--out', folder());
  t.is(status, 0);
  t.regex(stderr, /Pendulum-v1: ddpg on 1 thread, seed 1, finished/);
  t.notRegex(stderr, /partition|staleness/);
});
