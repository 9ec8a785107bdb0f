import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { sync as writeFileAtomic } from 'write-file-atomic';

import { checkString, isRecord, wrongValue } from '../check.js';
import { makeFolder } from '../telemetry/run-folder.js';
import { canonical, type TrialResult } from './trial.js';

/** The files of a study. Each is whole or absent, save for the end of the trials, which may be cut off by a crash. */
export const STUDY_FILES = {
  /** What is compared, resolved. */
  config: 'config.json',
  /** One line for each trial that has ended. */
  trials: 'trials.jsonl',
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

/** The results of a study on disk: what is there when it starts need not be run again. */
export interface TrialStore {
  /** The latest result of each trial, by its digest. Trials whose worker crashed are left out: they get another try. */
  readonly finished: ReadonlyMap<string, TrialResult>;
  /** Adds a result. It is on the disk when this returns. */
  append(result: TrialResult): void;
}

/**
 * Opens a file of results, or begins one. A last line that was cut off is taken away; other lines that are no results are
 * left where they are and not read.
 *
 * @param warn gets one line for whatever was not read
 */
export function openTrialStore(path: string, warn: (line: string) => void): TrialStore {
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) {
    warn(`${path}: the last line is not whole and is dropped`);
    truncateSync(path, whole);
  }
  const finished = new Map<string, TrialResult>();
  for (const [i, line] of content.subarray(0, whole).toString('utf8').split('\n').slice(0, -1).entries()) {
    const result = parseResult(line);
    if (result === undefined) warn(`${path}: line ${i + 1} is no result of a trial and is not read`);
    else if (result.failure?.kind !== 'crashed') finished.set(result.digest, result);
  }
  return {
    finished,
    append(result) {
      finished.set(result.digest, result);
      appendLine(path, JSON.stringify(result));
    },
  };
}

/** One write of a whole line, and the disk has it. */
function appendLine(path: string, line: string): void {
  const file = openSync(path, 'a');
  try {
    writeSync(file, `${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function parseResult(line: string): TrialResult | undefined {
  try {
    const data: unknown = JSON.parse(line);
    return isTrialResult(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at everything that the summary reads. */
function isTrialResult(data: unknown): data is TrialResult {
  if (!isRecord(data) || !isRecord(data.trial) || typeof data.digest !== 'string') return false;
  const { failure, curve, returns, steps, seconds, samplesPerSecond, updatesPerSecond, randomReturn, death, timing } = data;
  const failureKnown = failure === null || (isRecord(failure) && typeof failure.kind === 'string' && typeof failure.message === 'string');
  const curveKnown = isCurve(curve);
  const randomKnown = randomReturn === null || typeof randomReturn === 'number';
  const deathKnown = death === undefined || isDeathReport(death);
  const timingKnown = timing === undefined || isTimingReport(timing);
  return timingKnown && deathKnown && failureKnown && curveKnown && randomKnown && areNumbers(returns) && areNumbers([steps, seconds, samplesPerSecond, updatesPerSecond]);
}

function isCurve(data: unknown): boolean {
  return Array.isArray(data) && data.every((point) => isRecord(point) && areNumbers([point.step, point.meanReturn]));
}

function isDeathReport(data: unknown): boolean {
  if (!isRecord(data) || !isCurve(data.points)) return false;
  const { before, after, loss, randomReturn, recoverySteps } = data;
  return areNumbers([before, after, loss, randomReturn]) && (recoverySteps === null || typeof recoverySteps === 'number');
}

function isTimingReport(data: unknown): boolean {
  if (!isRecord(data) || !areNumbers(data.updates) || !isRecord(data.staleness)) return false;
  const { staleness: { reads, median, max, helped, voltages }, virtualSeconds, times } = data;
  const timesKnown = times === undefined || (isRecord(times) && [times.compute, times.act, times.step, times.wake, [times.forwardShare]].every(areNumbers));
  const agesKnown = isRecord(voltages) && Array.isArray(voltages.histogram) && voltages.histogram.every(areNumbers);
  return timesKnown && agesKnown && areNumbers([reads, median, max, helped]) && (virtualSeconds === null || typeof virtualSeconds === 'number');
}

function areNumbers(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}

/** The folder of a study, new or continued. */
export interface StudyFolder {
  readonly path: string;
  readonly store: TrialStore;
  /** Replaces a file by a rename: a reader sees the old one or the new one, never half of one. */
  write(file: Exclude<keyof typeof STUDY_FILES, 'trials'>, content: string | object): void;
  /** What a file of JSON holds; undefined where it is not there, or not whole. */
  read(file: keyof typeof STUDY_FILES): unknown;
}

/**
 * Creates the folder of a study, or opens it to go on where it was stopped.
 *
 * @param config what decides the study's results; a folder with another one is refused
 * @param warn gets one line for whatever was not read
 * @throws RangeError naming `out` where the folder holds something else, or cannot be created or written to: nothing is overwritten
 */
export function openStudyFolder(path: string, config: object, warn: (line: string) => void): StudyFolder {
  const folder = resolve(checkString('out', path));
  const at = (file: keyof typeof STUDY_FILES) => join(folder, STUDY_FILES[file]);
  const write: StudyFolder['write'] = (file, content) => {
    writeFileAtomic(at(file), typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`);
  };
  if (existsSync(at('config'))) refuseOther(path, at('config'), config);
  else if (Object.values(STUDY_FILES).some((file) => existsSync(join(folder, file)))) throw wrongValue('out', 'a folder that holds nothing else', path);
  makeFolder(path);
  write('config', config);
  return { path: folder, store: openTrialStore(at('trials'), warn), write, read: (file) => readJson(at(file)) };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function refuseOther(path: string, file: string, config: object): void {
  const found = readJson(file); // undefined: in any case not this study's
  if (canonical(found) === canonical(JSON.parse(JSON.stringify(config)))) return;
  const known = isRecord(found) ? found : {};
  const differing = Object.entries(config).filter(([key, value]) => canonical(known[key]) !== canonical(value));
  const names = differing.map(([key]) => key).join(', ');
  throw wrongValue('out', 'a new folder, or one of this very study', path, `; its config.json differs${names === '' ? '' : ` in ${names}`}`);
}
