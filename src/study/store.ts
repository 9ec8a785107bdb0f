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

/** The files of every study; pictures and the result of a measurement lie beside them. Each is whole or absent, save for the end of the trials, which a crash may cut off. */
export const STUDY_FILES = {
  /** The resolved settings. */
  config: 'config.json',
  /** One line for each trial that has ended. */
  trials: TRIALS_FILE,
  /** As `--json` prints it. */
  result: 'result.json',
  /** The rows of the results. */
  csv: 'results.csv',
  /** Findings and tables. */
  markdown: 'results.md',
  report: 'report.html',
} as const;

/** The folder of a study, new or continued. */
export interface StudyFolder {
  readonly path: string;
  readonly store: TrialStore;
  /** Replaces a file by a rename: a reader gets the whole old file or the whole new one. */
  write(file: string, content: string | object): void;
  /** Content of a JSON file; undefined if it is absent or not whole. */
  read(file: string): unknown;
  /** Lets other processes write. Closing twice does nothing. */
  close(): void;
}

/**
 * Creates the folder of a study, or opens it to continue. No other process writes to it until it is closed.
 *
 * @param config what decides the study's results; a folder with another one is refused
 * @param warn gets a line for each part that was not read, and one if the lock of an ended process is taken over
 * @throws RangeError naming `out` if the folder holds something else, is written to by another process, or cannot be created or written to: nothing is
 *   overwritten; FileError if its files cannot be written
 */
export function openStudyFolder(path: string, config: object, warn: (line: string) => void): StudyFolder {
  const folder = resolve(checkString('out', path));
  const at = (file: string) => join(folder, file);
  const write: StudyFolder['write'] = (file, content) => {
    replaceFile(at(file), typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  };
  makeFolder(path);
  const lock = lockFolder('out', folder, warn);
  try {
    if (existsSync(at(STUDY_FILES.config))) refuseOther(path, at(STUDY_FILES.config), config);
    else {
      refuseFiles(path, folder);
      write(STUDY_FILES.config, config);
    }
    removeTemporaries(folder);
    return { path: folder, store: openTrialStore(at(STUDY_FILES.trials), warn), write, read: (file) => readOwn(at(file)), close: () => { lock.release(); } };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** @throws RangeError if a folder without settings holds files of a run or a study */
function refuseFiles(path: string, folder: string): void {
  const names = new Set<string>([...Object.values(STUDY_FILES), ...Object.values(RUN_FILES)]);
  const found = readdirSync(folder).find((name) => names.has(name) || checkpointStep(name) >= 0);
  if (found !== undefined) throw wrongValue('out', 'a folder that holds nothing else', path, `; it has ${found}`);
}

/** Content of a file of the study; undefined if it is absent or no valid JSON. */
function readOwn(file: string): unknown {
  try {
    return readJson('out', file);
  } catch {
    return undefined;
  }
}

function refuseOther(path: string, file: string, config: object): void {
  const found = readOwn(file); // undefined: not this study's
  const known: Readonly<Record<string, unknown>> = isRecord(found) ? found : {};
  if (canonical(known) === canonical(JSON.parse(JSON.stringify(config)))) return;
  const differing = Object.entries(config).filter(([key, value]) => canonical(known[key]) !== canonical(value));
  const names = differing.map(([key]) => key).join(', ');
  throw wrongValue('out', 'a new folder, or one of this very study', path, `; its config.json differs${names === '' ? '' : ` in ${names}`}`);
}
