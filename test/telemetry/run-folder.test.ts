import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { FileError, OptionRangeError } from '../../src/errors.js';
import { openStudyFolder } from '../../src/study/store.js';
import { freeRunPath } from '../../src/files/folder.js';
import { createRunFolder, runFolderName } from '../../src/telemetry/run-folder.js';
import { fullDisk } from '../files/fixture.js';

const parent = () => mkdtempSync(join(tmpdir(), 'ganglion-'));

test('a run folder is named by scenario, time and seed', (t) => {
  t.is(runFolderName('train', 7, new Date('2026-03-04T05:06:07Z')), 'train-20260304-050607-seed7');
});

test('runs that start within one second get folders of their own', (t) => {
  const folder = parent();
  createRunFolder(freeRunPath(folder, 'train-x'));
  t.is(freeRunPath(folder, 'train-x'), join(folder, 'train-x-2'));
});

const WITHOUT_ROOM: [string, () => string][] = [
  ['a file', () => file()],
  ['a folder in a file', () => join(file(), 'run')],
  ...(process.platform === 'linux' ? ['/proc/run', '/proc/sys'].map((path): [string, () => string] => [path, () => path]) : []), // not even for root
];

const file = () => {
  const path = join(parent(), 'file');
  writeFileSync(path, '');
  return path;
};

for (const [what, path] of WITHOUT_ROOM) {
  test(`${what} cannot be the folder of a run or of a study`, (t) => {
    const refused = { instanceOf: OptionRangeError, message: /^"out" expected a folder that can be created and written to, got ".*" \([A-Z]+: .*\)$/ };
    t.throws(() => createRunFolder(path()), refused);
    t.throws(() => openStudyFolder(path(), {}, () => undefined), refused);
  });
}

test('lines are appended whole, and only when flushed', (t) => {
  const folder = createRunFolder(join(parent(), 'a', 'b'));
  const file = join(folder.path, 'metrics.jsonl');
  folder.log('metrics', { step: 1 });
  t.false(existsSync(file));
  folder.flush();
  folder.log('metrics', { step: 2 });
  folder.flush();
  folder.flush();
  t.is(readFileSync(file, 'utf8'), '{"step":1}\n{"step":2}\n');
});

const CHECKPOINTS = [100, 200, 300, 400].map((step) => ({ step, bytes: Buffer.alloc(50 + step / 10, step / 100) }));

/** What a run does, one write after another, each with the name of its file. */
const WRITES: [string, (folder: ReturnType<typeof createRunFolder>) => void][] = [
  ['config.json', (folder) => { folder.write('config', { seed: 1 }); }],
  ...CHECKPOINTS.flatMap(({ step, bytes }): typeof WRITES => [
    ['metrics.jsonl', (folder) => { for (const part of [1, 2, 3]) folder.log('metrics', { step, part }); folder.flush(); }],
    [`checkpoint-${step}.bin`, (folder) => { folder.saveCheckpoint(step, bytes); }],
  ]),
  ['weights.safetensors', (folder) => { folder.write('weights', Buffer.alloc(70, 9)); }],
  ['result.json', (folder) => { folder.settle(); folder.write('result', { status: 'finished' }); }],
];

/** Does the writes up to the first that fails. @returns how many did not, and what was thrown */
function fillFolder(path: string, room: number): { written: number; error: unknown } {
  const folder = createRunFolder(path, { disk: fullDisk(room) });
  let written = 0;
  try {
    for (const [, write] of WRITES) {
      write(folder);
      written += 1;
    }
    return { written, error: undefined };
  } catch (error) {
    return { written, error };
  } finally {
    close(folder);
  }
}

function close(folder: ReturnType<typeof createRunFolder>): void {
  try {
    folder.close();
  } catch (error) {
    if (!(error instanceof FileError)) throw error; // the lines that did not fit
  }
}

test('wherever a disk fills, the error names the file, every file is whole, and the last two checkpoints written are there', (t) => {
  fc.assert(
    fc.property(fc.nat(1000), (room) => {
      const path = join(parent(), 'run');
      const { written, error } = fillFolder(path, room);
      if (written < WRITES.length) t.true(error instanceof FileError && error.path === join(path, WRITES[written][0]) && error.code === 'ENOSPC', String(error));
      const saved = CHECKPOINTS.filter(({ step }) => WRITES.findIndex(([name]) => name === `checkpoint-${step}.bin`) < written).slice(-2);
      const names = readdirSync(path);
      t.deepEqual(names.filter((name) => name.startsWith('checkpoint')), saved.map(({ step }) => `checkpoint-${step}.bin`));
      for (const { step, bytes } of saved) t.deepEqual(readFileSync(join(path, `checkpoint-${step}.bin`)), bytes);
      for (const name of names.filter((each) => each.endsWith('.jsonl'))) for (const line of readFileSync(join(path, name), 'utf8').split('\n').slice(0, -1)) t.truthy(JSON.parse(line));
      t.true(names.every((name) => WRITES.some(([known]) => known === name)), names.join());
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('a folder removes no checkpoint that it has not written', (t) => {
  const folder = createRunFolder(join(parent(), 'run'));
  writeFileSync(join(folder.path, 'checkpoint-7.bin'), 'mine');
  for (const { step, bytes } of CHECKPOINTS) folder.saveCheckpoint(step, bytes);
  folder.close();
  t.deepEqual(readdirSync(folder.path), ['checkpoint-300.bin', 'checkpoint-400.bin', 'checkpoint-7.bin']);
});
