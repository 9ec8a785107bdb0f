import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import test from 'ava';

import { OptionRangeError } from '../../src/errors.js';
import { lockFolder } from '../../src/files/lock.js';
import { ownIdentity, stateOf } from '../../src/files/process.js';

const newFolder = () => mkdtempSync(join(tmpdir(), 'ganglion-'));
const silent = () => undefined;
const MODULE = new URL('../../src/files/lock.js', import.meta.url).href;
const SINCE = '2026-01-02T03:04:05.678Z';

/** What a process left that has ended: it had this process's number, and another start. */
const ended = (changes: object = {}) => JSON.stringify({ ...ownIdentity(), pid: 2 ** 22 + 1, since: SINCE, ...changes });

test('a folder has one holder; its lock goes when it is released, once', (t) => {
  const folder = newFolder();
  const lock = lockFolder('out', folder, (line) => t.fail(line));
  t.deepEqual(readdirSync(folder), ['ganglion.1.lock']);
  t.throws(() => lockFolder('resume', folder, silent), {
    instanceOf: OptionRangeError,
    message: new RegExp(`^"resume" expected a folder that no other process writes to, got "${folder}"; process ${process.pid} has held it since \\d{4}-.*Z$`),
  });
  lock.release();
  t.deepEqual(readdirSync(folder), []);
  const next = lockFolder('out', folder, silent);
  lock.release();
  t.deepEqual(readdirSync(folder), ['ganglion.1.lock']);
  next.release();
});

test('the lock of a process that has ended is taken over with a warning', (t) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'ganglion.7.lock'), ended());
  const warnings: string[] = [];
  const lock = lockFolder('out', folder, (line) => warnings.push(line));
  t.deepEqual(warnings, [`${folder}: the lock of process 4194305, which has ended, is taken over`]);
  t.deepEqual(readdirSync(folder), ['ganglion.8.lock']);
  lock.release();
  t.deepEqual(readdirSync(folder), []);
});

test('a lock of another machine and an unreadable lock stay; the message has the remedy', (t) => {
  const folder = newFolder();
  const path = join(folder, 'ganglion.1.lock');
  for (const [text, who] of [[ended({ host: 'elsewhere' }), `process 4194305 on elsewhere has held it since ${SINCE}`], ['{', 'its lock cannot be read'], ['{"pid":"1"}', 'its lock cannot be read']]) {
    writeFileSync(path, text);
    t.throws(() => lockFolder('out', folder, silent), { message: `"out" expected a folder that no other process writes to, got "${folder}"; ${who}; if no process writes to it any more, remove ${path}` });
    t.is(readFileSync(path, 'utf8'), text);
  }
});

test('a process is distinguished from another with its number, from one before a reboot, and from none', (t) => {
  const own = ownIdentity();
  t.is(stateOf(own), 'running');
  t.is(stateOf({ ...own, pid: 2 ** 22 + 1 }), 'ended');
  t.is(stateOf({ ...own, boot: 'another' }), 'ended');
  t.is(stateOf({ ...own, host: `${hostname()}x` }), 'unknown');
  t.is(stateOf({ ...own, namespace: 'another' }), 'unknown');
  t.is(stateOf({ ...own, started: null }), 'running'); // systems without /proc
  if (own.started !== null) t.is(stateOf({ ...own, started: '1' }), 'ended');
});

/** A program that takes the lock of a folder, says so, and holds it. */
const holding = (folder: string, then: string) => ['--input-type=module', '-e', `
  const { lockFolder } = await import(${JSON.stringify(MODULE)});
  try {
    lockFolder('out', ${JSON.stringify(folder)}, () => {});
    console.log('held');
  } catch (error) {
    console.log(error.message);
    process.exit(2);
  }
  ${then}`];

test('of processes that race for the lock of one that has ended, exactly one wins', async (t) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'ganglion.1.lock'), ended());
  const gate = newFolder(); // they begin together, once all are at it
  const racers = Array.from({ length: 4 }, async (_, racer) => {
    const [flag, e, program] = holding(folder, 'setTimeout(() => {}, 2500);');
    const wait = `const { existsSync, writeFileSync } = await import('node:fs');
      writeFileSync(${JSON.stringify(join(gate, String(racer)))}, '');
      while (!existsSync(${JSON.stringify(join(gate, 'go'))}));
      try {`;
    return (await promisify(execFile)(process.execPath, [flag, e, program.replace('try {', () => wait)]).catch((error: unknown) => error as { stdout: string })).stdout.trim();
  });
  while (readdirSync(gate).length < racers.length) await new Promise((resolve) => { setTimeout(resolve, 10); });
  writeFileSync(join(gate, 'go'), '');
  const said = await Promise.all(racers);
  t.is(said.filter((line) => line === 'held').length, 1, said.join('\n'));
  t.deepEqual(readdirSync(folder), []);
});

test('a lock goes with its process, but for one that is killed, whose lock is taken over', async (t) => {
  const folder = newFolder();
  await promisify(execFile)(process.execPath, holding(folder, ''));
  await t.throwsAsync(promisify(execFile)(process.execPath, holding(folder, 'throw new Error("a fault");')));
  t.deepEqual(readdirSync(folder), []);
  const child = spawn(process.execPath, holding(folder, 'setInterval(() => {}, 1000);'));
  await new Promise((resolve) => { child.stdout.once('data', resolve); });
  child.kill('SIGKILL');
  await new Promise((resolve) => { child.once('close', resolve); });
  const warnings: string[] = [];
  lockFolder('out', folder, (line) => warnings.push(line)).release();
  t.deepEqual(warnings, [`${folder}: the lock of process ${child.pid ?? 0}, which has ended, is taken over`]);
});
