import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { createStream } from '../../src/random/stream.js';
import { newFolder as folder, run } from './command.js';

const SAME = ['metrics.jsonl', 'weights.safetensors', 'config.json'];
const checkpoints = (path: string) => readdirSync(path).filter((name) => /^checkpoint-\d+\.bin$/.test(name)).toSorted();
const result = (path: string) => JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as Record<string, unknown>;

/** Runs it until a checkpoint of some step is there, and some milliseconds more, and then sends the signal. @returns the exit status */
async function runUntil(signal: 'SIGKILL' | 'SIGINT', path: string, step: number, milliseconds: number, ...options: string[]): Promise<number | null> {
  const child = spawn(process.execPath, ['scenarios/run', ...options], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => { child.on('exit', resolve); });
  const there = () => existsSync(path) && checkpoints(path).some((name) => Number(/\d+/.exec(name)?.[0]) >= step);
  while (!there() && child.exitCode === null) await new Promise((resolve) => { setTimeout(resolve, 2); });
  await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
  child.kill(signal);
  return ended;
}

const KINDS: [string, string[], number][] = [
  ['train', ['--schedule', 'synchronous', '--partitions', '1', '--steps', '4045', '--hidden', '8', '--warmup', '100', '--batch', '16'], 3],
  ['ddpg', ['--steps', '4045', '--hidden', '8', '--warmup', '100', '--batch', '16'], 2],
];

for (const [scenario, options, kills] of KINDS) {
  test.serial(`a run of ${scenario} killed at random moments and resumed leaves the files of the uninterrupted one`, async (t) => {
    const settings = [...options, '--episodes', '2', '--checkpoint-every', '300'];
    const [whole, killed] = [folder(), folder()];
    t.is((await run(scenario, ...settings, '--out', whole)).status, 0);
    t.deepEqual(checkpoints(whole), ['checkpoint-3900.bin', 'checkpoint-4045.bin']);
    const stream = createStream(5, scenario);
    const command = () => (existsSync(killed) ? ['--resume', killed] : [scenario, ...settings, '--out', killed]);
    const over = () => existsSync(join(killed, 'result.json')); // where the kill came too late
    for (let kill = 0; kill < kills && !over(); kill += 1) {
      await runUntil('SIGKILL', killed, 900 * kill, stream.integer(40), ...command());
      t.true(checkpoints(killed).length > 0);
    }
    if (!over()) t.is((await run('--resume', killed)).status, 0);
    t.true(Number(result(killed).resumedAt) >= 0 && result(killed).resumedAt !== null);
    for (const file of SAME) t.deepEqual(readFileSync(join(killed, file)), readFileSync(join(whole, file)), file);
    t.deepEqual(result(killed).evaluation, result(whole).evaluation);
    t.deepEqual([result(killed).scenario, result(killed).steps, result(killed).status], [scenario, 4045, 'finished']);
    t.deepEqual(readdirSync(killed).toSorted(), readdirSync(whole).toSorted());
  });
}

test.serial('an interrupted run of two partitions ends as an uninterrupted one, a killed evaluation included', async (t) => {
  const settings = ['--schedule', 'synchronous', '--steps', '1700', '--hidden', '8', '--warmup', '100', '--batch', '16', '--episodes', '3', '--checkpoint-every', '800'];
  const [whole, stopped] = [folder(), folder()];
  await run(...settings, '--out', whole);
  t.is(await runUntil('SIGINT', stopped, 0, 100, ...settings, '--out', stopped), 130);
  const { resumedAt, steps, status } = result(stopped);
  t.deepEqual([resumedAt, status], [null, 'interrupted']);
  t.true(checkpoints(stopped).includes(`checkpoint-${String(steps)}.bin`));
  t.is((await run('--resume', stopped)).status, 0);
  t.is(result(stopped).resumedAt, steps);
  rmSync(join(stopped, 'result.json')); // as if it had been killed while it was evaluated
  rmSync(join(stopped, 'weights.safetensors'));
  t.is((await run('--resume', stopped)).status, 0);
  for (const file of SAME) t.deepEqual(readFileSync(join(stopped, file)), readFileSync(join(whole, file)), file);
  t.deepEqual(result(stopped).evaluation, result(whole).evaluation);
});

test.serial('a damaged newest checkpoint is reported in one line and the one before is used; a finished run continues only with more steps', async (t) => {
  const whole = folder();
  await run('ddpg', '--steps', '450', '--hidden', '8', '--warmup', '100', '--batch', '16', '--episodes', '2', '--checkpoint-every', '200', '--out', whole);
  t.deepEqual(checkpoints(whole), ['checkpoint-400.bin', 'checkpoint-450.bin']);
  const newest = join(whole, 'checkpoint-450.bin');
  const bytes = readFileSync(newest);
  const damages: [() => void, RegExp][] = [
    [() => { truncateSync(newest, bytes.length - 1); }, /^warning: checkpoint-450\.bin cannot be used: it is too short: \d+ bytes, of \d+; going on from step 400\n/],
    [() => { writeFileSync(newest, bytes.map((byte, i) => (i === 3000 ? byte ^ 1 : byte))); }, /^warning: checkpoint-450\.bin cannot be used: its bytes do not give the SHA-256 .*; going on from step 400\n/],
    [() => { writeFileSync(newest, ''); }, /^warning: checkpoint-450\.bin cannot be used: it does not begin as a checkpoint does; going on from step 400\n/],
  ];
  for (const [damage, warning] of damages) {
    const damaged = folder();
    damage();
    cpSync(whole, damaged, { recursive: true });
    const { status, stderr } = await run('--resume', damaged);
    t.is(status, 0, stderr);
    t.regex(stderr, warning);
    for (const file of SAME) t.deepEqual(readFileSync(join(damaged, file)), readFileSync(join(whole, file)), file);
    t.deepEqual(checkpoints(damaged), checkpoints(whole));
  }
  writeFileSync(join(whole, 'checkpoint-400.bin'), 'nothing');
  const none = await run('--resume', whole);
  t.is(none.status, 2);
  t.regex(none.stderr, /^"--resume" expected a run folder with a checkpoint that can be used, got ".*" \(checkpoint-450\.bin cannot be used: .*; checkpoint-400\.bin cannot be used: [^\n]*\)\n$/);
  writeFileSync(newest, bytes);
  const finished = await run('--resume', whole);
  t.is(finished.status, 2);
  t.regex(finished.stderr, /^"--resume" expected a run that is not finished, got ".*" \(450 steps taken; --steps <more in all> takes it further\)\n$/);
  t.regex((await run('--resume', whole, '--steps', '450')).stderr, /^"--steps" expected more steps in all than the 450 that the run has taken, got 450\n$/);
  t.regex((await run('train', '--resume', whole, '--steps', '500')).stderr, /^"scenario" expected ddpg, whose run is in the folder, got "train"\n$/);
  t.is((await run('--resume', whole, '--steps', '500')).status, 0);
  t.like(result(whole), { steps: 500, resumedAt: 450, status: 'finished' });
  truncateSync(join(whole, 'metrics.jsonl'), 10);
  t.regex((await run('--resume', whole, '--steps', '550')).stderr, /^"--resume" expected a run folder whose metrics\.jsonl has the \d+ bytes it had at step 500, got ".*": it has 10\n$/);
});

test.serial('without checkpoints there is nothing to resume from', async (t) => {
  const out = folder();
  await run('ddpg', '--steps', '120', '--hidden', '8', '--warmup', '100', '--checkpoint-every', '0', '--episodes', '1', '--out', out);
  t.deepEqual(checkpoints(out), []);
  const { status, stderr } = await run('--resume', out);
  t.is(status, 2);
  t.regex(stderr, /^"--resume" expected a run folder with a checkpoint that can be used, got ".*" \(it has none\)\n$/);
});

/** Each is refused with one line. */
const USAGE_ERRORS: [string[], RegExp][] = [
  [['--resume', 'x', '--seed', '3'], /^"--seed" expected no setting beside --resume, which takes them from the checkpoint, got "3"$/],
  [['--resume', 'x', '--out', 'y'], /^"--out" expected no setting beside --resume/],
  [['--resume', '/no/such/folder'], /^"--resume" expected a run folder, got "\/no\/such\/folder" \(ENOENT: .*\)$/],
  [['certificate', '--resume', 'x'], /^"--resume" expected an option of the scenario certificate \(--help lists them\), got "--resume"$/],
  [['--checkpoint-every', '-1'], /^"--checkpoint-every" expected a whole number >= 0, got -1$/],
];

for (const [options, expected] of USAGE_ERRORS) {
  test.serial(`${options.join(' ')} is refused in one line: ${expected.source}`, async (t) => {
    const { status, stderr } = await run(...options);
    t.is(status, 2);
    t.regex(stderr.trimEnd(), expected);
    t.false(stderr.trimEnd().includes('\n'));
  });
}
