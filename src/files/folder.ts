import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { wrongValue } from '../check.js';
import { FileError } from '../errors.js';
import { SHORTAGES } from './disk.js';

/**
 * Makes sure of a folder for results, with those that lead to it.
 *
 * @throws RangeError naming `out` where it cannot be created, or nothing can be written to it; FileError where there is no room for it
 */
export function makeFolder(path: string): void {
  refusing(path, () => {
    createMissing(resolve(path));
    accessSync(path, constants.W_OK);
  });
}

/**
 * Creates the folder `name` in `parent`, or `name-2`, `name-3`, … where runs started within one second: each is one run's alone.
 *
 * @returns its path
 * @throws RangeError naming `out` where it cannot be created
 */
export function freeRunPath(parent: string, name: string): string {
  makeFolder(parent);
  for (let count = 1; ; count += 1) {
    const path = join(parent, count === 1 ? name : `${name}-${count}`);
    if (existsSync(path)) continue;
    if (refusing(path, () => createNew(path))) return path;
  }
}

/** @returns false where another process was faster */
function createNew(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** One level after the other: where a file system like /proc refuses, `recursive` of Node 20's mkdir never returns. */
function createMissing(folder: string): void {
  if (isFolder(folder)) return;
  createMissing(dirname(folder));
  if (!createNew(folder) && !isFolder(folder)) throw new Error(`EEXIST: file already exists, mkdir '${folder}'`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function refusing<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && SHORTAGES.has(String(error.code))) throw new FileError(path, error);
    throw wrongValue('out', 'a folder that can be created and written to', path, ` (${error instanceof Error ? error.message : String(error)})`);
  }
}
