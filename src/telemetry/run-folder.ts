import { createHash } from 'node:crypto';
import { accessSync, appendFileSync, closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
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
  /** What a recorded run read and when it acted: with the settings, all that it takes to repeat it. */
  journal: 'journal.bin',
  /** A network that was watched: voltages of some neurons over time, of all of them, and the connection matrix. */
  voltages: 'voltages.svg',
  activity: 'activity.svg',
  connections: 'connections.svg',
  /** A certificate: all that was measured, one picture of it, and a page. */
  certificate: 'certificate.json',
  picture: 'certificate.svg',
  report: 'report.html',
} as const;

const LINE_FILES = ['metrics', 'timing'] as const;

/** Lengths of the line files, in bytes. */
export type LineLengths = Readonly<Record<(typeof LINE_FILES)[number], number>>;

/** Name of the checkpoint at an environment step. */
const checkpointName = (step: number) => `checkpoint-${step}.bin`;

/** The environment step in the name of a checkpoint; -1 where a file is none. */
export function checkpointStep(name: string): number {
  return Number(/^checkpoint-(\d+)\.bin$/.exec(name)?.[1] ?? -1);
}

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
  log(file: keyof LineLengths, line: object): void;
  /** Appends the lines put aside. */
  flush(): void;
  /** Appends the lines put aside and waits until the disk has them. @returns the lengths of the line files then */
  settle(): LineLengths;
  /** Writes the checkpoint of an environment step. It and the one before it are kept, all others go. */
  saveCheckpoint(step: number, checkpoint: Uint8Array): void;
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
  return attachRunFolder(folder);
}

/**
 * Opens the folder of a run that goes on from a checkpoint: what the line files got after it is cut off, and what was being written
 * when the run was killed goes.
 *
 * @param step of the checkpoint
 * @param lengths of the line files then
 * @throws RangeError naming `resume` where a line file is shorter than it was
 */
export function reopenRunFolder(path: string, step: number, lengths: LineLengths): RunFolder {
  const folder = resolve(path);
  for (const file of LINE_FILES) {
    const size = statSync(join(folder, RUN_FILES[file]), { throwIfNoEntry: false })?.size ?? 0;
    if (size < lengths[file]) throw wrongValue('resume', `a run folder whose ${RUN_FILES[file]} has the ${lengths[file]} bytes it had at step ${step}`, path, `: it has ${size}`);
  }
  for (const file of LINE_FILES) if (existsSync(join(folder, RUN_FILES[file]))) truncateSync(join(folder, RUN_FILES[file]), lengths[file]);
  for (const name of readdirSync(folder)) if (/\.(json|bin|safetensors)\.\d+$/.test(name)) rmSync(join(folder, name)); // write-file-atomic's
  return attachRunFolder(folder, step);
}

/** @param lastCheckpoint step of the checkpoint before the next, where there is one */
function attachRunFolder(folder: string, lastCheckpoint?: number): RunFolder {
  const pending = { metrics: '', timing: '' };
  let kept = lastCheckpoint === undefined ? [] : [lastCheckpoint];

  function flush(): void {
    for (const file of LINE_FILES) {
      if (pending[file] === '') continue;
      appendFileSync(join(folder, RUN_FILES[file]), pending[file]);
      pending[file] = '';
    }
  }

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
    flush,
    settle() {
      flush();
      return { metrics: settledLength(join(folder, RUN_FILES.metrics)), timing: settledLength(join(folder, RUN_FILES.timing)) };
    },
    saveCheckpoint(step, checkpoint) {
      writeFileAtomic(join(folder, checkpointName(step)), Buffer.from(checkpoint.buffer, checkpoint.byteOffset, checkpoint.byteLength));
      if (!kept.includes(step)) kept = [...kept.slice(-1), step];
      for (const name of readdirSync(folder)) {
        if (checkpointStep(name) >= 0 && !kept.includes(checkpointStep(name))) rmSync(join(folder, name));
      }
    },
  };
}

/** The length of a file, all of it on the disk; 0 where there is none. */
function settledLength(file: string): number {
  if (!existsSync(file)) return 0;
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
  return statSync(file).size;
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
