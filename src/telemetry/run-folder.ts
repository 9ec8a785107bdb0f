import { createHash } from 'node:crypto';
import { accessSync, appendFileSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { sync as writeFileAtomic } from 'write-file-atomic';

import { checkString, wrongValue } from '../check.js';

/** The files of a run. Each is whole or absent, and the line files end in a whole line whenever they are read. */
export const RUN_FILES = {
  /** The complete settings. */
  config: 'config.json',
  /** What was learned: episodes and metrics. A pure function of settings and seed under the synchronous schedule. */
  metrics: 'metrics.jsonl',
  /** How it ran: seconds, rates, staleness. Different every time. */
  timing: 'timing.jsonl',
  /** The learned numbers. */
  weights: 'weights.safetensors',
  /** The summary, as `--json` prints it. */
  result: 'result.json',
  /** A certificate: all that was measured, one picture of it, and a page. */
  certificate: 'certificate.json',
  picture: 'certificate.svg',
  report: 'report.html',
} as const;

/** The folder that a run leaves behind. */
export interface RunFolder {
  readonly path: string;
  /**
   * Replaces a file by a rename: a reader sees the old one or the new one, never half of one.
   *
   * @returns the SHA-256 of its bytes, in hexadecimal
   */
  write(file: keyof typeof RUN_FILES, content: Uint8Array | string | object): string;
  /** Puts lines aside for a line file. */
  log(file: 'metrics' | 'timing', line: object): void;
  /** Appends the lines put aside. */
  flush(): void;
}

/** `<scenario>-<time>-seed<seed>`, the time in UTC, down to the second; without a seed where there are many. */
export function runFolderName(scenario: string, seed: number | undefined, time: Date): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return seed === undefined ? `${scenario}-${stamp}` : `${scenario}-${stamp}-seed${seed}`;
}

/**
 * Creates a run folder.
 *
 * @throws RangeError naming `out` where the folder holds a run already, or cannot be created or written to: nothing is overwritten
 */
export function createRunFolder(path: string): RunFolder {
  const folder = resolve(checkString('out', path));
  if (Object.values(RUN_FILES).some((file) => existsSync(join(folder, file)))) throw wrongValue('out', 'a folder that holds no run yet', path);
  makeFolder(path);
  const pending = { metrics: '', timing: '' };
  return {
    path: folder,
    write(file, content) {
      const data = content instanceof Uint8Array || typeof content === 'string' ? Buffer.from(content) : `${JSON.stringify(content, undefined, 2)}\n`;
      writeFileAtomic(join(folder, RUN_FILES[file]), data);
      return createHash('sha256').update(data).digest('hex');
    },
    log(file, line) {
      pending[file] += `${JSON.stringify(line)}\n`;
    },
    flush() {
      for (const file of ['metrics', 'timing'] as const) {
        if (pending[file] === '') continue;
        appendFileSync(join(folder, RUN_FILES[file]), pending[file]);
        pending[file] = '';
      }
    },
  };
}

/**
 * Makes sure of a folder for results, with those that lead to it.
 *
 * @throws RangeError naming `out` where it cannot be created, or nothing can be written to it
 */
export function makeFolder(path: string): void {
  try {
    createMissing(resolve(path));
    accessSync(path, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrongValue('out', 'a folder that can be created and written to', path, ` (${reason})`);
  }
}

/** One level after the other: where a file system like /proc refuses, `recursive` of Node 20's mkdir never returns. */
function createMissing(folder: string): void {
  if (isFolder(folder)) return;
  createMissing(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error; // else another process was faster
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A free path for a run in `parent`: `name`, or `name-2`, `name-3`, … where runs started within one second. */
export function freeRunPath(parent: string, name: string): string {
  for (let count = 1; ; count += 1) {
    const path = join(parent, count === 1 ? name : `${name}-${count}`);
    if (!existsSync(path)) return path;
  }
}
