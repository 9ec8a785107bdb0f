import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DISK, type Disk } from '../../src/files/disk.js';

/** A path in a new folder. */
export const newPath = (name = 'file') => join(mkdtempSync(join(tmpdir(), 'ganglion-')), name);

export function systemError(code: string, words: string): Error {
  return Object.assign(new Error(`${code}: ${words}, write`), { code, syscall: 'write' });
}

/** A disk with room for so many further bytes. As a real one, it takes what fits, and refuses the rest. */
export function fullDisk(room: number): Disk {
  let left = room;
  return {
    ...DISK,
    write(file, bytes, offset) {
      const fitting = Math.min(left, bytes.length - offset);
      if (fitting === 0) throw systemError('ENOSPC', 'no space left on device');
      left -= fitting;
      return DISK.write(file, bytes.subarray(0, offset + fitting), offset);
    },
  };
}

/** A disk that takes at most so many bytes at a time. */
export function slowDisk(most: number): Disk {
  return { ...DISK, write: (file, bytes, offset) => DISK.write(file, bytes.subarray(0, Math.min(bytes.length, offset + most)), offset) };
}
