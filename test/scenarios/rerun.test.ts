import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder as folder, run } from './command.js';

const SMALL = ['--steps', '400', '--warmup', '100', '--hidden', '8', '--batch', '16', '--episodes', '2'];

const result = (out: string) => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Record<string, unknown>;

/** A recorded run, made once. */
const recorded = folder();
let summary = '';

test.before(async (t) => {
  const { status, stderr } = await run(...SMALL, '--record', '--out', recorded);
  t.is(status, 0, stderr);
  summary = stderr;
});

test('a recorded run leaves a journal, and its summary has the bytes of an update', (t) => {
  const { journal } = result(recorded) as { journal: { bytes: number; partitionTicks: number; bytesPerPartitionTick: number } };
  t.is(journal.bytes, readFileSync(join(recorded, 'journal.bin')).length);
  t.is(journal.bytesPerPartitionTick, journal.bytes / journal.partitionTicks);
  t.true(journal.bytesPerPartitionTick <= 16, `${journal.bytesPerPartitionTick}`);
  t.regex(summary, /journal +[\d,]+ bytes, \d+\.\d\d for each update of a partition; node scenarios\/run rerun .+\n/);
});

test('a recorded run of actor-learners is repeated from its folder', async (t) => {
  const out = folder();
  const first = await run('a3c', '--environment', 'CartPole-v1', '--steps', '600', '--hidden', '8', '--episodes', '1', '--record', '--out', out);
  t.is(first.status, 0, first.stderr);
  const { status, stdout, stderr } = await run('rerun', out, '--json');
  t.is(status, 0, stderr);
  t.like(JSON.parse(stdout), { status: 'identical', weightsSha256: result(out).weightsSha256 });
  t.regex((await run('a3c', '--record', '--gradient-delay', '2')).stderr, /^"--record" expected gradients without delay: .+, got 2\n$/);
});

for (const threads of ['1', '2', '3']) {
  test(`a rerun on ${threads} threads leaves the same metrics and weights in the given folder, and reports that they are identical`, async (t) => {
    const out = folder();
    const { status, stdout, stderr } = await run('rerun', recorded, '--threads', threads, '--json', '--out', out);
    t.is(status, 0, stderr);
    for (const file of ['metrics.jsonl', 'weights.safetensors', 'config.json']) t.deepEqual(readFileSync(join(out, file)), readFileSync(join(recorded, file)), file);
    t.like(JSON.parse(stdout), { scenario: 'rerun', status: 'identical', threads: Math.min(Number(threads), 2), steps: 400, firstDifference: null, weightsSha256: result(recorded).weightsSha256, runFolder: out });
    t.deepEqual(JSON.parse(stdout), result(out));
    t.regex(stderr, /repeated on \d threads?: identical\n/);
  });
}

/** A copy of the recorded run with one of its files changed. */
function altered(file: string, change: (bytes: Buffer) => Uint8Array | string): string {
  const copy = folder();
  cpSync(recorded, copy, { recursive: true });
  writeFileSync(join(copy, file), change(readFileSync(join(copy, file))));
  return copy;
}

const ALTERED: [string, (bytes: Buffer) => Uint8Array, RegExp][] = [
  ['with a byte changed', (bytes) => bytes.map((byte, i) => (i === bytes.length - 200 ? byte ^ 1 : byte)), /^the journal breaks at update \d+ of partition \d \(.+\)$/],
  ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1), /^the journal breaks at update \d+ of partition 0 \(cut short\)$/],
  ['cut between commands', (bytes) => bytes.subarray(0, bytes.length - 200), /^the journal breaks at update \d+ of partition \d \(cut short.*\)$/],
  ['that is empty', () => Buffer.alloc(0), /^the journal breaks in its header \(it is no journal\)$/],
];

for (const [kind, change, message] of ALTERED) {
  test(`a journal ${kind} is refused in one line with the place of the fault`, async (t) => {
    const { status, stdout, stderr } = await run('rerun', altered('journal.bin', change));
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), message);
    t.false(stderr.trimEnd().includes('\n'));
  });
}

test('metrics that are not those of the recorded run are named by their first line that differs', async (t) => {
  const { status, stderr } = await run('rerun', altered('metrics.jsonl', (bytes) => bytes.toString().replace('"episode":2', '"episode":7')), '--threads', '1');
  t.is(status, 1);
  t.regex(stderr, /repeated on 1 thread: different\n/);
  t.regex(stderr, /metrics +line 2 differs: recorded \{"type":"episode".*"episode":7.*\}, repeated \{"type":"episode".*"episode":2.*\}\n/);
  const missing = folder();
  cpSync(recorded, missing, { recursive: true });
  rmSync(join(missing, 'metrics.jsonl'));
  t.regex((await run('rerun', missing, '--threads', '1')).stderr, /metrics +line 1 differs: recorded nothing, repeated \{/);
});

for (const [kind, spoil] of [
  ['damaged', (file: string) => { writeFileSync(file, readFileSync(file).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte))); }],
  ['missing', (file: string) => { rmSync(file); }],
] as const) {
  test(`weights that are ${kind} in the recorded folder are named, and the run is not identical`, async (t) => {
    const copy = altered('weights.safetensors', (bytes) => bytes);
    spoil(join(copy, 'weights.safetensors'));
    const { status, stdout, stderr } = await run('rerun', copy, '--json');
    t.is(status, 1);
    t.like(JSON.parse(stdout), { status: 'different', firstDifference: null, differentFiles: ['weights.safetensors'] });
    t.regex(stderr, /weights +SHA-256 \w+, as recorded\n.*\n +files +weights\.safetensors in .+: missing, damaged, or of another run\n/);
  });
}

test('a run that Ctrl-C ended is repeated up to there', async (t) => {
  const out = folder();
  const child = spawn(process.execPath, ['scenarios/run', ...SMALL.slice(2), '--steps', '10000000', '--record', '--out', out], { stdio: 'ignore' });
  while (!existsSync(join(out, 'metrics.jsonl'))) await new Promise((resolve) => { setTimeout(resolve, 20); });
  child.kill('SIGINT');
  t.is(await new Promise((resolve) => { child.on('exit', resolve); }), 130);
  const { status, stdout, stderr } = await run('rerun', out, '--json');
  t.is(status, 0, stderr);
  t.like(JSON.parse(stdout), { status: 'identical', steps: result(out).steps });
});

const configless = () => altered('config.json', (bytes) => bytes.toString().replace('"seed": 1', '"seed": 2'));

/** Each is refused with one line. */
const USAGE_ERRORS: [string, () => string[], RegExp][] = [
  ['a synchronous run', () => ['--record', '--schedule', 'synchronous'], /^"--record" expected another schedule: a synchronous run repeats itself without a journal, got "synchronous"$/],
  ['an oracle', () => ['--record', '--rule', 'exact'], /^"--record" expected a rule other than exact, which reads all weights while they change, got "exact"$/],
  ['clocks of neurons', () => ['--record', '--schedule', 'poisson', '--clocks', 'neuron'], /^"--record" expected clocks of partitions: the journal does not hold which neurons learned in an update, got "neuron"$/],
  ['a run of ddpg', () => ['ddpg', '--record'], /^"--record" expected an option of the scenario ddpg/],
  ['a run that goes on', () => ['--record', '--resume', recorded], /^"--record" expected no --resume beside it: a run is recorded from its first step on, got /],
  ['going on with a recorded run', () => ['--resume', recorded], /^"--resume" expected a run that was not recorded, got ".*"; without its journal\.bin it goes on unrecorded$/],
  ['a rerun of nothing', () => ['rerun'], /^"run folder" expected the folder of a run made with --record; usage: node scenarios\/run rerun <run folder>$/],
  ['a rerun of two', () => ['rerun', recorded, recorded], /^"scenario" expected rerun and one run folder, got 3: /],
  ['a folder without a journal', () => ['rerun', join(recorded, '..')], /^"run folder" expected the folder of a run made with --record, got ".*" \(ENOENT: .*\)$/],
  ['other settings beside the journal', () => ['rerun', configless()], /^"run folder" expected a folder whose config\.json has the settings of its journal, got /],
  ['no thread', () => ['rerun', recorded, '--threads', '0'], /^"--threads" expected a whole number >= 1, got 0$/],
  ['some threads', () => ['rerun', recorded, '--threads', 'two'], /^"--threads" expected a whole number >= 1, got "two"$/],
  ['settings of a rerun', () => ['rerun', recorded, '--seed', '3'], /^"--seed" expected an option of the scenario rerun/],
  ['episodes of a rerun', () => ['rerun', recorded, '--episodes', '3'], /^"--episodes" expected an option of the scenario rerun/],
  ['a configured rerun', () => ['rerun', recorded, '--config', join(recorded, 'config.json')], /^"--config" expected an option of the scenario rerun/],
];

for (const [kind, options, expected] of USAGE_ERRORS) {
  test(`${kind} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stdout, stderr } = await run(...options());
    t.is(status, 2);
    t.is(stdout, '');
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}

test('--help of rerun names the run folder and the threads', async (t) => {
  const { status, stdout } = await run('rerun', '--help');
  t.is(status, 0);
  t.regex(stdout, /\[scenario\] \[run folder\]/);
  t.regex(stdout, /--threads <count> +worker threads \(default:\s+one\s+per\s+partition;/);
  t.false(stdout.includes('--episodes') || stdout.includes('--config'));
  t.true((await run('--help', 'all')).stdout.includes('--record'));
});
