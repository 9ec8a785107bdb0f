import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { OptionRangeError } from '../../src/errors.js';
import { openStudyFolder } from '../../src/study/store.js';
import { createRunFolder, freeRunPath, runFolderName } from '../../src/telemetry/run-folder.js';
import { encodeSafetensors } from '../../src/telemetry/safetensors.js';

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

test('safetensors files hold what was put in, as the format describes it', (t) => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 20 }), fc.string(), (numbers, note) => {
      const values = Float32Array.from(numbers);
      const file = encodeSafetensors({ a: { shape: [values.length], values }, b: { shape: [1, 1], values: Float32Array.of(2) } }, { note });
      const view = new DataView(file.buffer);
      const headerLength = Number(view.getBigUint64(0, true));
      t.is((8 + headerLength) % 8, 0);
      const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
      const end = values.length * 4;
      t.deepEqual(header, {
        __metadata__: { note },
        a: { dtype: 'F32', shape: [values.length], data_offsets: [0, end] },
        b: { dtype: 'F32', shape: [1, 1], data_offsets: [end, end + 4] },
      });
      t.deepEqual(new Float32Array(file.buffer.slice(8 + headerLength, 8 + headerLength + end)), values);
      t.is(file.length, 8 + headerLength + end + 4);
    }),
    { seed: 1 },
  );
});
