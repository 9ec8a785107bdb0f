import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isRecord, wrongValue } from '../check.js';
import { ignore, naming } from './disk.js';
import { ownIdentity, stateOf, type ProcessIdentity } from './process.js';
import { writeTemporary } from './whole.js';

/** A folder that no other process writes to. */
export interface FolderLock {
  readonly folder: string;
  /** Lets other processes write. Doing so twice does nothing; the end of the process does it, too. */
  release(): void;
}

/** The process that holds a lock, as in its file. */
interface Holder extends ProcessIdentity {
  readonly since: string;
}

/** A lock file as it was read. */
interface Found {
  readonly generation: number;
  readonly text: string;
}

const nameOf = (generation: number) => `ganglion.${generation}.lock`;
const LOCK = /^ganglion\.([1-9]\d{0,14})\.lock$/;

/** Others may come and go meanwhile, but not that often. */
const ATTEMPTS = 100;

/** Codes of file systems without hard links. */
const LINKLESS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']);

const held = new Set<FolderLock>();

process.on('exit', () => {
  for (const lock of held) ignore(() => { lock.release(); });
});

/**
 * Takes the lock of a folder, which is a file in it, `ganglion.<generation>.lock`. A lock whose process has ended is taken over by creating the next
 * generation, which only one process can do. A generation counts only if the one before it is still the ended one that was read: a holder removes older
 * generations before its own, so a process that comes late finds them gone, and begins again.
 *
 * @param option that named the folder
 * @param warn gets one line where a lock was taken over
 * @throws RangeError naming the option where another process holds the lock, FileError where the lock cannot be written
 */
export function lockFolder(option: string, folder: string, warn: (line: string) => void): FolderLock {
  const text = JSON.stringify({ ...ownIdentity(), since: new Date().toISOString() } satisfies Holder);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stale = readLocks(folder);
    const newest = stale.at(-1);
    if (newest !== undefined) refuseHeld(option, folder, newest);
    const generation = (newest?.generation ?? 0) + 1;
    if (!create(join(folder, nameOf(generation)), text)) continue;
    const lock = hold(folder, generation, text);
    if (isUnchanged(readLocks(folder), [...stale, { generation, text }])) {
      for (const old of stale) rmSync(join(folder, nameOf(old.generation)), { force: true });
      if (newest !== undefined) warn(`${folder}: the lock of process ${parseHolder(newest.text)?.pid ?? '?'}, which has ended, is taken over`);
      return lock;
    }
    lock.release();
  }
  throw wrongValue(option, 'a folder that no other process writes to', folder, '; other processes keep locking it');
}

/** The lock files of a folder, by generation: one, but for those of ended processes and for moments in between. */
function readLocks(folder: string): Found[] {
  const generations = readdirSync(folder).flatMap((name) => LOCK.exec(name)?.slice(1).map(Number) ?? []);
  return generations.toSorted((a, b) => a - b).flatMap((generation) => {
    try {
      return [{ generation, text: readFileSync(join(folder, nameOf(generation)), 'utf8') }];
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []; // just released
      throw error;
    }
  });
}

const isUnchanged = (found: readonly Found[], expected: readonly Found[]) => JSON.stringify(found) === JSON.stringify(expected);

/** @throws RangeError where the process that wrote the lock file has not ended, or may not have */
function refuseHeld(option: string, folder: string, { generation, text }: Found): void {
  const holder = parseHolder(text);
  const state = holder === undefined ? 'unknown' : stateOf(holder);
  if (state === 'ended') return;
  const who = holder === undefined ? 'its lock cannot be read' : `process ${holder.pid}${state === 'unknown' ? ` on ${holder.host}` : ''} has held it since ${holder.since}`;
  const remedy = state === 'unknown' ? `; if no process writes to it any more, remove ${join(folder, nameOf(generation))}` : '';
  throw wrongValue(option, 'a folder that no other process writes to', folder, `; ${who}${remedy}`);
}

function parseHolder(text: string): Holder | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return isHolder(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(data: unknown): data is Holder {
  if (!isRecord(data) || !Number.isSafeInteger(data.pid) || Number(data.pid) < 1) return false;
  return [data.host, data.since].every((each) => typeof each === 'string') && [data.started, data.boot, data.namespace].every((each) => each === null || typeof each === 'string');
}

/** Creates a lock file, whole from its first moment on. @returns false where there is one of this name already, or none could be made just now */
function create(path: string, text: string): boolean {
  return naming(path, () => {
    const temporary = writeTemporary(path, text);
    try {
      link(temporary, path, text);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOENT')) return false; // ENOENT: tidied up by the holder
      throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}

function link(temporary: string, path: string, text: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && LINKLESS.has(String(error.code)))) throw error;
    writeFileSync(path, text, { flag: 'wx' });
  }
}

function hold(folder: string, generation: number, text: string): FolderLock {
  const path = join(folder, nameOf(generation));
  const lock: FolderLock = {
    folder,
    release() {
      if (!held.delete(lock)) return;
      ignore(() => {
        if (readFileSync(path, 'utf8') === text) rmSync(path); // not a later lock, if this one was removed by hand
      });
    },
  };
  held.add(lock);
  return lock;
}
