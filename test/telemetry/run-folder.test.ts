import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';

import { OptionRangeError } from '../../src/errors.js';
import { openStudyFolder } from '../../src/study/store.js';
import { freeRunPath } from '../../src/files/folder.js';
import { createRunFolder, runFolderName } from '../../src/telemetry/run-folder.js';

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
  test(`${what} is no place for a run, nor for a study`, (t) => {
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
