import { existsSync, readFileSync } from 'node:fs';

import test from 'ava';
import fc from 'fast-check';

import { FileError } from '../../src/errors.js';
import { appendTo, createGrowing, lineOf } from '../../src/files/append.js';
import { DISK } from '../../src/files/disk.js';
import { fullDisk, newPath, slowDisk, systemError } from './fixture.js';

const TEXTS = fc.array(fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')), { minLength: 1, maxLength: 12 });
const whole = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');

test('on a full disk a file of lines ends in a whole line, and the rest is written once there is space', (t) => {
  fc.assert(
    fc.property(TEXTS, TEXTS, fc.nat(200), (first, second, room) => {
      const path = newPath();
      appendTo(path, first.map(lineOf));
      const before = whole(first);
      const lines = second.map(lineOf);
      const fits = room >= Buffer.byteLength(whole(second));
      const append = () => { appendTo(path, lines, { disk: fullDisk(room) }); };
      if (fits) append();
      else t.throws(append, { instanceOf: FileError, message: `${path} cannot be written (ENOSPC: no space left on device)` });
      const kept = second.slice(0, second.length - lines.length);
      t.is(readFileSync(path, 'utf8'), before + whole(kept));
      t.true(Buffer.byteLength(whole(second.slice(0, kept.length + 1))) > room || kept.length === second.length);
      appendTo(path, lines);
      t.is(readFileSync(path, 'utf8'), before + whole(second));
    }),
    { seed: 1 },
  );
});

test('lines are whole, whatever part of them the system takes at a time', (t) => {
  const path = newPath();
  for (const most of [1, 2, 7]) appendTo(path, ['abc', 'defgh'].map(lineOf), { durable: true, disk: slowDisk(most) });
  t.is(readFileSync(path, 'utf8'), 'abc\ndefgh\n'.repeat(3));
});

test('without lines there is no file', (t) => {
  const path = newPath();
  appendTo(path, []);
  t.false(existsSync(path));
});

test('a file that cannot be truncated is an error', (t) => {
  const disk = { ...fullDisk(6), truncate: () => { throw systemError('EIO', 'i/o error'); } };
  const path = newPath();
  t.throws(() => { appendTo(path, ['abc', 'def'].map(lineOf), { disk }); }, {
    instanceOf: FileError,
    message: `${path} cannot be written (ENOSPC: no space left on device), and cannot be cut back to its 4 whole bytes`,
  });
});

test('a growing file counts its whole units, continues after a failure, and is closed once', (t) => {
  const path = newPath();
  let closed = 0;
  const full = fullDisk(7);
  let disk = full;
  const file = createGrowing(path, { ...DISK, write: (...given) => disk.write(...given), close: (descriptor) => { closed += 1; DISK.close(descriptor); } });
  file.append(Buffer.from('1234'));
  t.throws(() => { file.append(Buffer.from('56'), Buffer.from('789')); }, { instanceOf: FileError, code: 'ENOSPC' });
  t.is(file.length, 6);
  t.is(readFileSync(path, 'utf8'), '123456');
  disk = DISK;
  file.append(Buffer.from('abc'));
  t.is(readFileSync(path, 'utf8'), '123456abc');
  file.close();
  file.close();
  t.throws(() => { file.append(Buffer.from('x')); }, { instanceOf: FileError, message: `${path} cannot be written (it is closed)` });
  t.throws(() => createGrowing(path), { instanceOf: FileError, code: 'EEXIST' });
  t.is(closed, 2); // its folder was opened and closed, too
});
