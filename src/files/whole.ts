import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { DISK, ignore, naming, SHORTAGES, withFile, writeAll, type Disk } from './disk.js';

/** Ending of files that are being written, which nothing else is named like. */
const TEMPORARY = /\.\d+-\d+\.ganglion-temporary$/;

/** Bytes compared at a time. */
const STRETCH = 1 << 20;

let count = 0;

/**
 * Replaces a file, or creates it: a reader finds the old file or the whole new one, whenever the process is killed or the power fails. The bytes are
 * written under another name, brought to the device, read back and renamed.
 *
 * @throws FileError naming the file. The old one is still there then, and nothing is left of the new one
 */
export function replaceFile(path: string, content: Uint8Array | string, disk: Disk = DISK): void {
  naming(path, () => {
    const temporary = writeTemporary(path, content, disk);
    try {
      disk.rename(temporary, path);
    } catch (error) {
      ignore(() => { rmSync(temporary, { force: true }); });
      throw error;
    }
    syncFolder(dirname(path), disk);
  });
}

/** Writes a file under a name of its own, beside `path`, and removes it where that fails. @returns the name */
export function writeTemporary(path: string, content: Uint8Array | string, disk: Disk = DISK): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  count += 1;
  const temporary = `${path}.${process.pid}-${count}.ganglion-temporary`;
  try {
    withFile(disk, temporary, 'w+', (file) => {
      writeAll(disk, file, bytes);
      disk.sync(file);
      readBack(disk, file, bytes);
    });
  } catch (error) {
    ignore(() => { rmSync(temporary, { force: true }); });
    throw error;
  }
  return temporary;
}

/** @throws Error where the file does not hold these very bytes */
function readBack(disk: Disk, file: number, bytes: Uint8Array): void {
  const buffer = Buffer.alloc(Math.min(STRETCH, bytes.length));
  let at = 0;
  while (at < bytes.length) {
    const read = disk.read(file, buffer.subarray(0, bytes.length - at), at);
    if (read === 0 || buffer.compare(bytes, at, at + read, 0, read) !== 0) break;
    at += read;
  }
  if (at < bytes.length || disk.size(file) !== bytes.length) throw new Error('it was read back otherwise than it had been written');
}

/** Waits until the device has the names in a folder, where the system can do that: others refuse, and not for a shortage. */
export function syncFolder(folder: string, disk: Disk = DISK): void {
  try {
    withFile(disk, folder, 'r', (file) => { disk.sync(file); });
  } catch (error) {
    if (error instanceof Error && 'code' in error && !SHORTAGES.has(String(error.code))) return;
    throw error;
  }
}

/** Removes what a killed process of this project was writing in a folder. Only for the process that has the folder's lock. */
export function removeTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) if (TEMPORARY.test(name)) rmSync(join(folder, name), { force: true });
}
