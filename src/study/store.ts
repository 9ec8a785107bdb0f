import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { checkString, isRecord, wrongValue } from '../check.js';
import { makeFolder } from '../files/folder.js';
import { lockFolder } from '../files/lock.js';
import { removeTemporaries, replaceFile } from '../files/whole.js';
import { readJson } from '../json.js';
import { checkpointStep, RUN_FILES, TRIALS_FILE } from '../telemetry/run-folder.js';
import { openTrialStore, type TrialStore } from './trial-store.js';
import { canonical } from './trial.js';

/** The files of a study. Each is whole or absent, save for the end of the trials, which may be cut off by a crash. */
export const STUDY_FILES = {
  /** What is compared, resolved. */
  config: 'config.json',
  /** One line for each trial that has ended. */
  trials: TRIALS_FILE,
  /** The table, as `--json` prints it. */
  result: 'result.json',
  curves: 'learning-curves.svg',
  returns: 'returns.svg',
  losses: 'losses.svg',
  recoveries: 'recoveries.svg',
  speeds: 'speeds.svg',
  staleness: 'staleness.svg',
  /** Speeds beside a busy process, and their picture. */
  neighbour: 'neighbour.json',
  neighbourPicture: 'neighbour.svg',
  times: 'times.svg',
  halves: 'half-gains.svg',
  schedules: 'schedules.svg',
  /** An episode of a network that has learned, seen from inside. */
  episode: 'episode.json',
  voltages: 'voltages.svg',
  activity: 'activity.svg',
  connections: 'connections.svg',
  report: 'report.html',
} as const;

/** The folder of a study, new or continued. */
export interface StudyFolder {
  readonly path: string;
  readonly store: TrialStore;
  /** Replaces a file by a rename: a reader sees the old one or the new one, never half of one. */
  write(file: Exclude<keyof typeof STUDY_FILES, 'trials'>, content: string | object): void;
  /** What a file of JSON holds; undefined where it is not there, or not whole. */
  read(file: keyof typeof STUDY_FILES): unknown;
  /** Lets other processes write. Closing twice does nothing. */
  close(): void;
}

/**
 * Creates the folder of a study, or opens it to go on where it was stopped. No other process writes to it until it is closed.
 *
 * @param config what decides the study's results; a folder with another one is refused
 * @param warn gets one line for whatever was not read, and where the lock of a process that has ended is taken over
 * @throws RangeError naming `out` where the folder holds something else, is written to by another process, or cannot be created or written to: nothing is
 *   overwritten; FileError where its files cannot be written
 */
export function openStudyFolder(path: string, config: object, warn: (line: string) => void): StudyFolder {
  const folder = resolve(checkString('out', path));
  const at = (file: keyof typeof STUDY_FILES) => join(folder, STUDY_FILES[file]);
  const write: StudyFolder['write'] = (file, content) => {
    replaceFile(at(file), typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  };
  makeFolder(path);
  const lock = lockFolder('out', folder, warn);
  try {
    if (existsSync(at('config'))) refuseOther(path, at('config'), config);
    else {
      refuseFiles(path, folder);
      write('config', config);
    }
    removeTemporaries(folder);
    return { path: folder, store: openTrialStore(at('trials'), warn), write, read: (file) => readOwn(at(file)), close: () => { lock.release(); } };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** @throws RangeError where a folder without settings holds files of a run or a study */
function refuseFiles(path: string, folder: string): void {
  const names = new Set<string>([...Object.values(STUDY_FILES), ...Object.values(RUN_FILES)]);
  const found = readdirSync(folder).find((name) => names.has(name) || checkpointStep(name) >= 0);
  if (found !== undefined) throw wrongValue('out', 'a folder that holds nothing else', path, `; it has ${found}`);
}

/** What a file of the study holds; undefined where it is not there, or is no sound JSON. */
function readOwn(file: string): unknown {
  try {
    return readJson('out', file);
  } catch {
    return undefined;
  }
}

function refuseOther(path: string, file: string, config: object): void {
  const found = readOwn(file); // undefined: in any case not this study's
  if (canonical(found) === canonical(JSON.parse(JSON.stringify(config)))) return;
  const known = isRecord(found) ? found : {};
  const differing = Object.entries(config).filter(([key, value]) => canonical(known[key]) !== canonical(value));
  const names = differing.map(([key]) => key).join(', ');
  throw wrongValue('out', 'a new folder, or one of this very study', path, `; its config.json differs${names === '' ? '' : ` in ${names}`}`);
}
