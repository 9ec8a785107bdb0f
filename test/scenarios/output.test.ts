import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { newFolder as folder } from './command.js';

const SMALL = ['ddpg', '--hidden', '4', '--warmup', '100', '--batch', '8', '--replay', '400', '--episodes', '1'];

type Stdio = number | 'ignore' | 'pipe';

function start(options: readonly string[], stdout: Stdio, stderr: Stdio) {
  const child = spawn(process.execPath, ['scenarios/run', ...options], { stdio: ['ignore', stdout, stderr] });
  return { child, status: new Promise<number | NodeJS.Signals | null>((resolve) => { child.on('exit', (code, signal) => { resolve(code ?? signal); }); }) };
}

const onFullDisk = existsSync('/dev/full') ? test : test.skip;

onFullDisk('a run whose stderr is on a full disk is saved', async (t) => {
  const out = folder();
  const full = openSync('/dev/full', 'w');
  t.is(await start([...SMALL, '--steps', '300', '--out', out], 'ignore', full).status, 0);
  closeSync(full);
  t.true(existsSync(join(out, 'result.json')));
});

onFullDisk('a run whose result cannot be printed is saved, and has failed', async (t) => {
  const out = folder();
  const full = openSync('/dev/full', 'w');
  const { child, status } = start([...SMALL, '--steps', '300', '--json', '--out', out], full, 'pipe');
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => { errors += text.toString(); });
  t.is(await status, 1);
  closeSync(full);
  t.regex(errors, /\nstdout cannot be written to: ENOSPC.*\n$/);
  t.true(existsSync(join(out, 'result.json')));
});

test('a reader that closes its pipe ends nothing', async (t) => {
  const out = folder();
  const { child, status } = start([...SMALL, '--steps', '300', '--json', '--out', out], 'pipe', 'pipe');
  child.stdout?.destroy();
  child.stderr?.destroy();
  t.is(await status, 0);
  t.true(existsSync(join(out, 'result.json')));
});

for (const [signal, status] of [['SIGHUP', 129], ['SIGTERM', 130], ['SIGINT', 130]] as const) {
  test(`${signal} while checkpoints are written ends the run, saved, with status ${status}`, async (t) => {
    const out = folder();
    const run = start([...SMALL, '--steps', '100000000', '--checkpoint-every', '5', '--out', out], 'ignore', 'ignore');
    const writes = () => existsSync(out) && readdirSync(out).some((name) => /^checkpoint-\d\d+\.bin$/.test(name));
    while (!writes() && run.child.exitCode === null) await new Promise((resolve) => { setTimeout(resolve, 5); });
    run.child.kill(signal);
    if (signal === 'SIGHUP') setTimeout(() => { run.child.kill(signal); }, 20); // as where a terminal is closed
    t.is(await run.status, status);
    t.true(existsSync(join(out, 'weights.safetensors')) && existsSync(join(out, 'result.json')));
  });
}

test('a signal before the run begins ends the process with one line and the status of a stopped run', async (t) => {
  const program = "import('./dist/scenarios/interruption.js').then(({ endAtSignals }) => { endAtSignals(); console.log('ready'); setInterval(() => {}, 1000); })";
  const child = spawn(process.execPath, ['-e', program]);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  child.stdout.once('data', () => child.kill('SIGTERM'));
  t.is(await new Promise((resolve) => { child.on('close', resolve); }), 130);
  t.is(errors, 'stopped before the run began: nothing was saved\n');
});
