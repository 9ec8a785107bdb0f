import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

import { FileError } from '../errors.js';
import { DISK, naming, withFile, writeAll, type Disk } from './disk.js';
import { syncFolder } from './whole.js';

/** A file that grows by whole units: lines, records or frames. */
export interface GrowingFile {
  readonly path: string;
  /** Bytes of the units written so far. */
  readonly length: number;
  /**
   * Adds units, in one write. Where that fails, the file ends in the last unit that was written whole.
   *
   * @throws FileError naming the file
   */
  append(...units: Uint8Array[]): void;
  /** Waits until the device has the file, and closes it. Closing twice does nothing. @throws FileError naming the file */
  close(): void;
}

/** Creates a file that is not there yet. @throws FileError naming it, whose cause has the code EEXIST where it is */
export function createGrowing(path: string, disk: Disk = DISK): GrowingFile {
  const file = naming(path, () => disk.open(path, 'ax'));
  let length = 0;
  let open = true;
  return {
    path,
    get length() {
      return length;
    },
    append(...units) {
      naming(path, () => {
        if (!open) throw new Error('it is closed');
        const rest = [...units];
        try {
          appendUnits(path, file, length, rest, disk);
        } finally {
          length += bytesOf(units) - bytesOf(rest);
        }
      });
    },
    close() {
      if (!open) return;
      open = false;
      naming(path, () => {
        try {
          disk.sync(file);
          syncFolder(dirname(path), disk);
        } finally {
          disk.close(file);
        }
      });
    },
  };
}

/**
 * Appends units to a file, which is created where it is missing. The units that were written whole are taken off the list, so that what is left of it can be
 * tried again.
 *
 * @param durable true where this is to return only once the device has them
 * @throws FileError naming the file, which then ends in the last unit that was written whole
 */
export function appendTo(path: string, units: Uint8Array[], { durable = false, disk = DISK }: { durable?: boolean; disk?: Disk } = {}): void {
  if (units.length === 0) return;
  naming(path, () => {
    const isNew = !existsSync(path);
    withFile(disk, path, 'a', (file) => {
      appendUnits(path, file, disk.size(file), units, disk);
      if (durable) disk.sync(file);
    });
    if (durable && isNew) syncFolder(dirname(path), disk);
  });
}

/** A line of a file of lines. */
export function lineOf(text: string): Uint8Array {
  return Buffer.from(`${text}\n`);
}

const bytesOf = (units: readonly Uint8Array[]) => units.reduce((sum, unit) => sum + unit.length, 0);

/** @param end where the file ends */
function appendUnits(path: string, file: number, end: number, units: Uint8Array[], disk: Disk): void {
  let written = 0;
  try {
    writeAll(disk, file, Buffer.concat(units), (taken) => { written = taken; });
    units.length = 0;
  } catch (error) {
    const whole = units.findIndex((_, i) => bytesOf(units.slice(0, i + 1)) > written);
    const kept = end + bytesOf(units.splice(0, whole));
    try {
      disk.truncate(file, kept);
    } catch {
      throw new FileError(path, error, `, and cannot be cut back to its ${kept} whole bytes`);
    }
    throw error;
  }
}
