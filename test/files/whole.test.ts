import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { FileError } from '../../src/errors.js';
import { DISK, type Disk } from '../../src/files/disk.js';
import { removeTemporaries, replaceFile } from '../../src/files/whole.js';
import { fullDisk, newPath, slowDisk, systemError } from './fixture.js';

test('a file is replaced whole, whatever part of it the system takes at a time', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bytes, most) => {
      const path = newPath();
      writeFileSync(path, 'old');
      replaceFile(path, bytes, slowDisk(most));
      t.deepEqual(new Uint8Array(readFileSync(path)), bytes);
      t.deepEqual(readdirSync(dirname(path)), ['file']);
    }),
    { seed: 1 },
  );
});

test('on a disk without room the old file stays, nothing is left beside it, and the error names file and reason', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 199 }), (room) => {
      const path = newPath();
      writeFileSync(path, 'old');
      t.throws(() => { replaceFile(path, new Uint8Array(200), fullDisk(room)); }, { instanceOf: FileError, message: `${path} cannot be written (ENOSPC: no space left on device)`, code: 'ENOSPC' });
      t.is(readFileSync(path, 'utf8'), 'old');
      t.deepEqual(readdirSync(dirname(path)), ['file']);
    }),
    { seed: 1 },
  );
});

const refuse = () => { throw systemError('EIO', 'i/o error'); };
const flipped: Disk['read'] = (file, into, position) => {
  const read = DISK.read(file, into, position);
  into[0] ^= 1;
  return read;
};

const FAULTS: [string, Partial<Disk>, RegExp][] = [
  ['cannot be created', { open: refuse }, /\(EIO: i\/o error\)$/],
  ['takes nothing and says nothing', { write: () => 0 }, /\(none of 3 bytes were taken\)$/],
  ['cannot be brought to the device', { sync: refuse }, /\(EIO: i\/o error\)$/],
  ['fails when it is closed', { close: (file) => { DISK.close(file); refuse(); } }, /\(EIO: i\/o error\)$/],
  ['cannot be renamed', { rename: refuse }, /\(EIO: i\/o error\)$/],
  ['is read back with another bit', { read: flipped }, /\(it was read back otherwise than it had been written\)$/],
  ['is read back shorter', { read: () => 0 }, /\(it was read back otherwise than it had been written\)$/],
];

for (const [fault, change, message] of FAULTS) {
  test(`a file that ${fault} leaves the old one, and nothing else`, (t) => {
    const path = newPath();
    writeFileSync(path, 'old');
    t.throws(() => { replaceFile(path, 'new', { ...DISK, ...change }); }, { instanceOf: FileError, message });
    t.is(readFileSync(path, 'utf8'), 'old');
    t.deepEqual(readdirSync(dirname(path)), ['file']);
  });
}

test('only files that this project was writing are tidied up', (t) => {
  const folder = dirname(newPath());
  const foreign = ['config.json.123', 'weights.safetensors.77', 'a.ganglion-temporary', 'checkpoint-5.bin', 'notes.tmp'];
  for (const name of [...foreign, 'config.json.12-1.ganglion-temporary']) writeFileSync(join(folder, name), '');
  removeTemporaries(folder);
  t.deepEqual(readdirSync(folder), foreign.toSorted());
  t.false(existsSync(join(folder, 'config.json.12-1.ganglion-temporary')));
});
