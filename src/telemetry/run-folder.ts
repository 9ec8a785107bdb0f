import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { checkString, wrongValue } from '../check.js';
import { appendTo, lineOf } from '../files/append.js';
import { DISK, naming, withFile, type Disk } from '../files/disk.js';
import { attemptAll } from '../files/finish.js';
import { makeFolder } from '../files/folder.js';
import { lockFolder, type FolderLock } from '../files/lock.js';
import { removeTemporaries, replaceFile } from '../files/whole.js';

/** The files of a run. Each is whole or absent; the line files end in a whole line, unless the process was killed during a write. */
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
  /** Learning curves of several runs. */
  curves: 'curves.svg',
  /** A table that was learned: values and policy, beside the exact ones, and the error over time. */
  values: 'values.csv',
  grid: 'values.svg',
  errors: 'errors.csv',
  errorCurve: 'errors.svg',
} as const;

/** The results of a study, one line for each trial that has ended. */
export const TRIALS_FILE = 'trials.jsonl';

const LINE_FILES = ['metrics', 'timing'] as const;

/** Lengths of the line files, in bytes. */
export type LineLengths = Readonly<Record<(typeof LINE_FILES)[number], number>>;

/** Name of the checkpoint at an environment step. */
const checkpointName = (step: number) => `checkpoint-${step}.bin`;

/** The environment step in the name of a checkpoint; -1 for other files. */
export function checkpointStep(name: string): number {
  return Number(/^checkpoint-(\d+)\.bin$/.exec(name)?.[1] ?? -1);
}

/** The folder that a run leaves behind. No other process writes to it until it is closed. What cannot be written is a FileError that names the file. */
export interface RunFolder {
  readonly path: string;
  /** Steps of the checkpoints in the folder that are the run's own, in the order in which they were written. */
  readonly checkpoints: readonly number[];
  /**
   * Replaces a file by a rename: a reader gets the old file or the new one, never a part.
   *
   * @returns the SHA-256 of its bytes, in hexadecimal
   */
  write(file: keyof typeof RUN_FILES, content: Uint8Array | string | object): string;
  /** Puts lines aside for a line file. */
  log(file: keyof LineLengths, line: object): void;
  /** Appends the lines put aside. Where that fails, the file ends in a whole line, and the other lines stay put aside. */
  flush(): void;
  /** Appends the lines put aside and waits until the disk has them. @returns the lengths of the line files then */
  settle(): LineLengths;
  /** Writes the checkpoint of an environment step. It and the one before it are kept; the run's older ones go once it has been read back. */
  saveCheckpoint(step: number, checkpoint: Uint8Array): void;
  /** Appends the lines put aside, and lets other processes write. Closing twice does nothing. */
  close(): void;
}

/** Files of the folder besides the run's own, and how it is opened. */
export interface FolderOptions {
  /** Gets one line where the lock of a process that has ended is taken over. */
  readonly warn?: (line: string) => void;
  readonly disk?: Disk;
}

/** `<scenario>-<time>-seed<seed>`, the time in UTC, down to the second; without a seed where there are many. */
export function runFolderName(scenario: string, seed: number | undefined, time: Date): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return seed === undefined ? `${scenario}-${stamp}` : `${scenario}-${stamp}-seed${seed}`;
}

/**
 * Creates a run folder.
 *
 * @throws RangeError naming `out` where the folder holds files of a run or a study already, is written to by another process, or cannot be created or
 *   written to: nothing is overwritten, and nothing removed
 */
export function createRunFolder(path: string, { warn = () => undefined, disk = DISK }: FolderOptions = {}): RunFolder {
  const folder = resolve(checkString('out', path));
  makeFolder(path);
  const lock = lockFolder('out', folder, warn);
  const found = readdirSync(folder).find(isOwnFile);
  if (found === undefined) return attachRunFolder(folder, lock, [], disk);
  lock.release();
  throw wrongValue('out', 'a folder that holds no run yet', path, `; it has ${found}`);
}

/** Whether a name is that of a file which runs or studies write. */
function isOwnFile(name: string): boolean {
  return Object.values<string>(RUN_FILES).includes(name) || name === TRIALS_FILE || checkpointStep(name) >= 0;
}

/**
 * Opens the folder of a run that continues from a checkpoint: later lines of the line files are cut off, and unfinished files of a
 * killed process are removed.
 *
 * @param lock of the folder, taken before the checkpoint was read
 * @param step of the checkpoint
 * @param lengths of the line files then
 * @param checkpoints steps of the run's own checkpoints, of which this one is the last
 * @throws RangeError naming `resume` where a line file is shorter than it was
 */
export function reopenRunFolder(lock: FolderLock, step: number, lengths: LineLengths, checkpoints: readonly number[] = [step], disk = DISK): RunFolder {
  const folder = resolve(lock.folder);
  for (const file of LINE_FILES) {
    const size = statSync(join(folder, RUN_FILES[file]), { throwIfNoEntry: false })?.size ?? 0;
    if (size < lengths[file]) throw wrongValue('resume', `a run folder whose ${RUN_FILES[file]} has the ${lengths[file]} bytes it had at step ${step}`, lock.folder, `: it has ${size}`);
  }
  for (const file of LINE_FILES) cutFile(join(folder, RUN_FILES[file]), lengths[file], disk);
  removeTemporaries(folder);
  return attachRunFolder(folder, lock, checkpoints, disk);
}

function cutFile(path: string, length: number, disk: Disk): void {
  if (existsSync(path)) naming(path, () => { withFile(disk, path, 'r+', (file) => { disk.truncate(file, length); }); });
}

/** @param own steps of the run's checkpoints that are there already */
function attachRunFolder(folder: string, lock: FolderLock, own: readonly number[], disk: Disk): RunFolder {
  const pending: Record<keyof LineLengths, Uint8Array[]> = { metrics: [], timing: [] };
  const pathOf = (file: keyof typeof RUN_FILES) => join(folder, RUN_FILES[file]);
  let checkpoints = [...own];

  function flush(): void {
    attemptAll(...LINE_FILES.map((file) => () => { appendTo(pathOf(file), pending[file], { disk }); }));
  }

  function settle(): LineLengths {
    flush();
    return { metrics: settledLength(pathOf('metrics'), disk), timing: settledLength(pathOf('timing'), disk) };
  }

  return {
    path: folder,
    get checkpoints() {
      return checkpoints;
    },
    write(file, content) {
      const data = content instanceof Uint8Array || typeof content === 'string' ? Buffer.from(content) : `${JSON.stringify(content, undefined, 2)}\n`;
      replaceFile(pathOf(file), data, disk);
      return createHash('sha256').update(data).digest('hex');
    },
    log(file, line) {
      pending[file].push(lineOf(JSON.stringify(line)));
    },
    flush,
    settle,
    saveCheckpoint(step, checkpoint) {
      replaceFile(join(folder, checkpointName(step)), checkpoint, disk);
      const kept = [...checkpoints.filter((each) => each !== step).slice(-1), step];
      for (const old of checkpoints) if (!kept.includes(old)) rmSync(join(folder, checkpointName(old)), { force: true });
      checkpoints = kept;
    },
    close() {
      attemptAll(settle, () => { lock.release(); });
    },
  };
}

/** The length of a file, all of it on the disk; 0 where there is none. */
function settledLength(path: string, disk: Disk): number {
  if (!existsSync(path)) return 0;
  return naming(path, () => withFile(disk, path, 'r+', (file) => {
    disk.sync(file);
    return disk.size(file);
  }));
}
