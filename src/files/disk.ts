import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

import { FileError } from '../errors.js';

/** The file system calls of this room. Tests replace them by a disk that is full or fails. */
export interface Disk {
  /** @returns a file descriptor */
  open(path: string, flags: 'w+' | 'ax' | 'a' | 'r' | 'r+'): number;
  /** @returns bytes that were taken, from `offset` on: perhaps not all of them */
  write(file: number, bytes: Uint8Array, offset: number): number;
  /** @returns bytes that were read from `position` on: perhaps fewer than `into` holds */
  read(file: number, into: Uint8Array, position: number): number;
  /** Waits until the device has the file. */
  sync(file: number): void;
  size(file: number): number;
  truncate(file: number, length: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
}

/** Error codes of a system without resources for the call. */
export const SHORTAGES: ReadonlySet<string> = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM']);

export const DISK: Disk = {
  open: openSync,
  write: (file, bytes, offset) => writeSync(file, bytes, offset),
  read: (file, into, position) => readSync(file, into, 0, into.length, position),
  sync: fsyncSync,
  size: (file) => fstatSync(file).size,
  truncate: ftruncateSync,
  close: closeSync,
  rename: renameSync,
};

/**
 * Writes until all bytes are taken. A system that is short of room first takes fewer than it is given, and refuses the next ones.
 *
 * @param onTaken called with the bytes taken so far
 */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array, onTaken?: (written: number) => void): void {
  for (let written = 0; written < bytes.length;) {
    const taken = disk.write(file, bytes, written);
    if (!(taken > 0)) throw new Error(`none of ${bytes.length - written} bytes were taken`);
    written += taken;
    onTaken?.(written);
  }
}

/** Runs an action on an open file and closes it, whatever happens. The action's own failure counts before that of closing. */
export function withFile<Result>(disk: Disk, path: string, flags: Parameters<Disk['open']>[1], action: (file: number) => Result): Result {
  const file = disk.open(path, flags);
  let result: Result;
  try {
    result = action(file);
  } catch (error) {
    ignore(() => { disk.close(file); });
    throw error;
  }
  disk.close(file);
  return result;
}

/** For what is tried after a failure that will be reported. */
export function ignore(action: () => void): void {
  try {
    action();
  } catch {
    // the first failure is the one to report
  }
}

/** Runs an action. @throws FileError naming the file in place of what the action throws */
export function naming<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(path, error);
  }
}
