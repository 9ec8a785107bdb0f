import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import test from 'ava';

import { lockFolder } from '../../src/files/lock.js';
import { ownIdentity } from '../../src/files/process.js';
import { newFolder, run } from './command.js';

const TINY = ['--schedule', 'synchronous', '--partitions', '1', '--hidden', '4', '--warmup', '50', '--batch', '8', '--replay', '1000', '--episodes', '1', '--checkpoint-every', '100'];
const folder = newFolder();
const silent = () => undefined;

test.before(async (t) => {
  t.is((await run('--steps', '200', ...TINY, '--out', folder)).status, 0);
  t.deepEqual(readdirSync(folder), ['checkpoint-100.bin', 'checkpoint-200.bin', 'config.json', 'metrics.jsonl', 'result.json', 'timing.jsonl', 'weights.safetensors']);
});

test.serial('a folder with another run\'s checkpoints alone is no place for a run, nor for a study, and keeps them', async (t) => {
  const backup = newFolder();
  mkdirSync(backup);
  copyFileSync(join(folder, 'checkpoint-100.bin'), join(backup, 'checkpoint-100.bin'));
  const refused = await run('--steps', '100', ...TINY, '--out', backup);
  t.is(refused.status, 2);
  t.is(refused.stderr, `"--out" expected a folder that holds no run yet, got "${backup}"; it has checkpoint-100.bin\n`);
  const study = await run('oscillation', '--out', backup);
  t.is(study.status, 2);
  t.is(study.stderr, `"--out" expected a folder that holds nothing else, got "${backup}"; it has checkpoint-100.bin\n`);
  t.deepEqual(readdirSync(backup), ['checkpoint-100.bin']);
});

test.serial('a folder that another process writes to is refused to every command', async (t) => {
  const lock = lockFolder('out', folder, silent);
  const free = dirname(newFolder());
  const studied = lockFolder('out', free, silent);
  for (const [options, flag] of [[['--resume', folder, '--steps', '300'], '--resume'], [['--steps', '100', ...TINY, '--out', free], '--out'], [['oscillation', '--out', free], '--out'], [['certificate', '--steps', '100', '--out', free], '--out']] as const) {
    const { status, stderr } = await run(...options);
    t.is(status, 2);
    t.regex(stderr, new RegExp(`^"${flag}" expected a folder that no other process writes to, got "[^"]*"; process ${process.pid} has held it since [^\\n]*\\n$`));
  }
  lock.release();
  studied.release();
});

test.serial('a run takes over the folder of a killed process with a warning, and removes no file but its own', async (t) => {
  writeFileSync(join(folder, 'ganglion.1.lock'), JSON.stringify({ ...ownIdentity(), pid: 2 ** 22 + 1, since: '2026-01-02T03:04:05.678Z' }));
  writeFileSync(join(folder, 'config.json.5-1.ganglion-temporary'), 'half');
  for (const foreign of ['checkpoint-50.bin', 'weights.safetensors.123']) writeFileSync(join(folder, foreign), 'mine');
  const { status, stderr } = await run('--resume', folder, '--steps', '400');
  t.is(status, 0, stderr);
  t.true(stderr.includes(`warning: ${folder}: the lock of process 4194305, which has ended, is taken over\n`));
  t.deepEqual(readdirSync(folder), ['checkpoint-300.bin', 'checkpoint-400.bin', 'checkpoint-50.bin', 'config.json', 'metrics.jsonl', 'result.json', 'timing.jsonl', 'weights.safetensors', 'weights.safetensors.123']);
  t.is(readFileSync(join(folder, 'checkpoint-50.bin'), 'utf8'), 'mine');
});

const limited = process.platform === 'win32' ? test.skip : test.serial;

limited('too few file descriptors are told in one line', async (t) => {
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile('sh', ['-c', 'ulimit -n 40; exec "$0" scenarios/run --list', process.execPath], (error, _, stderr) => { resolve({ code: error?.code, stderr }); });
  });
  t.is(code, 1);
  t.is(stderr, 'the system does not give the 120 file descriptors to start with (raise the limit: ulimit -n 1024)\n');
});
