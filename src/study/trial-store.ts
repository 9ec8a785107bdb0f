import { existsSync, readFileSync, truncateSync } from 'node:fs';

import { isRecord } from '../check.js';
import { appendTo, lineOf } from '../files/append.js';
import { DISK, naming, type Disk } from '../files/disk.js';
import { replaceFile } from '../files/whole.js';
import { plainOptions } from '../plain.js';
import { crc32c } from '../telemetry/crc32c.js';
import type { TrialResult } from './trial.js';

/** The results of a study on disk; a trial with a result is not run again. */
export interface TrialStore {
  /** The latest result of each trial, by its digest. Trials whose worker crashed are left out: they get another try. */
  readonly finished: ReadonlyMap<string, TrialResult>;
  /** Adds a result. It is on the disk when this returns. */
  append(result: TrialResult): void;
}

/**
 * Opens a file of results, or begins one. A last line that was cut off is taken away. Lines whose checksum is wrong, and those that are no results, are left
 * in place and not read: their trials are missing and run again. A file without checksums gets them.
 *
 * @param warn gets one line for whatever was not read
 */
export function openTrialStore(path: string, warn: (line: string) => void, disk: Disk = DISK): TrialStore {
  const finished = new Map<string, TrialResult>();
  const lines = readLines(path, warn);
  const isOld = !lines.some((line) => CHECKSUM.test(line)) && lines.some((line) => parseResult(line) !== undefined);
  for (const [i, line] of lines.entries()) {
    const text = isOld ? line : textOf(line);
    const result = text === undefined ? undefined : parseResult(text);
    if (text === undefined) warn(`${path}: line ${i + 1} does not match its checksum and is not read; its trial runs again`);
    else if (result === undefined) warn(`${path}: line ${i + 1} is no result of a trial and is not read`);
    else if (result.failure?.kind !== 'crashed') finished.set(result.digest, result);
  }
  if (isOld) addChecksums(path, lines, warn, disk);
  return {
    finished,
    append(result) {
      appendTo(path, [lineOf(trialLine(result))], { durable: true, disk });
      finished.set(result.digest, result);
    },
  };
}

/** The whole lines of a file. What follows the last is cut off. */
function readLines(path: string, warn: (line: string) => void): string[] {
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) {
    warn(`${path}: the last line is not whole and is dropped`);
    naming(path, () => { truncateSync(path, whole); });
  }
  return content.toString('utf8', 0, whole).split('\n').slice(0, -1);
}

/** The last field of a line's object: CRC-32C of the bytes of the object without it, in hexadecimal. */
const CHECKSUM = /,"crc32c":"([\da-f]{8})"\}$/;

/** The line of a result. */
export function trialLine(result: TrialResult): string {
  return checked(JSON.stringify(result));
}

/** An object's text with its checksum in it. */
function checked(text: string): string {
  return `${text.slice(0, -1)},"crc32c":"${crc32c(Buffer.from(text)).toString(16).padStart(8, '0')}"}`;
}

/** The text of a line with a valid checksum; undefined otherwise. */
function textOf(line: string): string | undefined {
  const text = line.replace(CHECKSUM, '}');
  return text !== line && checked(text) === line ? text : undefined;
}

/** Lines that are no results stay as they are. */
function addChecksums(path: string, lines: readonly string[], warn: (line: string) => void, disk: Disk): void {
  replaceFile(path, lines.map((line) => `${parseResult(line) === undefined ? line : checked(line)}\n`).join(''), disk);
  warn(`${path}: its ${lines.length} lines were written without checksums; they are taken as they are, and have checksums now`);
}

/** The result in a line's text; undefined if it is not one. */
function parseResult(text: string): TrialResult | undefined {
  try {
    const data = plainOptions(JSON.parse(text)); // not nested so deep that nothing could write it again
    return isTrialResult(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at everything that the summary reads. */
function isTrialResult(data: unknown): data is TrialResult {
  if (!isRecord(data) || !isRecord(data.trial) || typeof data.digest !== 'string') return false;
  const { failure, curve, returns, steps, seconds, samplesPerSecond, updatesPerSecond, randomReturn, lesion, timing } = data;
  const failureKnown = failure === null || (isRecord(failure) && typeof failure.kind === 'string' && typeof failure.message === 'string');
  const curveKnown = isCurve(curve);
  const randomKnown = randomReturn === null || typeof randomReturn === 'number';
  const lesionKnown = lesion === undefined || isLesionReport(lesion);
  const timingKnown = timing === undefined || isTimingReport(timing);
  return timingKnown && lesionKnown && failureKnown && curveKnown && randomKnown && areNumbers(returns) && areNumbers([steps, seconds, samplesPerSecond, updatesPerSecond]);
}

function isCurve(data: unknown): boolean {
  return Array.isArray(data) && data.every((point) => isRecord(point) && areNumbers([point.step, point.meanReturn]));
}

function isLesionReport(data: unknown): boolean {
  if (!isRecord(data) || !isCurve(data.points)) return false;
  const { before, after, returnDrop, randomReturn, recoverySteps } = data;
  return areNumbers([before, after, returnDrop, randomReturn]) && (recoverySteps === null || typeof recoverySteps === 'number');
}

function isTimingReport(data: unknown): boolean {
  if (!isRecord(data) || !areNumbers(data.updates) || !isRecord(data.staleness)) return false;
  const { staleness: { reads, median, max, helped, voltages }, virtualSeconds, times } = data;
  const timesKnown = times === undefined || (isRecord(times) && [times.compute, times.act, times.step, times.wake, [times.forwardFraction]].every(areNumbers));
  const agesKnown = isRecord(voltages) && Array.isArray(voltages.histogram) && voltages.histogram.every(areNumbers);
  return timesKnown && agesKnown && areNumbers([reads, median, max, helped]) && (virtualSeconds === null || typeof virtualSeconds === 'number');
}

function areNumbers(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'number');
}

