import { createHash } from 'node:crypto';

import { checkKeys, checkNumber, checkString, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { readJson } from '../json.js';

/** Measured durations, as in a file. */
export interface Trace {
  readonly name: 'trace';
  /** Where the numbers came from. It is not read again. */
  readonly file: string;
  /** SHA-256 of the numbers as JSON without spaces, in hexadecimal: names them in reports, and shows where they were altered. */
  readonly sha256: string;
  /** The numbers themselves: a config.json that only named a file would not repeat its run once the file has changed. */
  readonly values: readonly number[];
}

/** They go into config.json and to every thread: about 2 MB of text. */
const MOST_VALUES = 100_000;

/**
 * Reads a trace from its file.
 *
 * @param file relative to the working directory
 * @throws RangeError or TypeError naming the option, and the file where it cannot be read or holds something else
 */
export function readTrace(option: string, file: string, range: NumberRange): Trace {
  if (file === '') throw wrongValue(option, 'trace(file.json)', 'trace()');
  return toTrace(`${option}: ${file}`, file, readJson(option, file), range);
}

/** Checks a trace that was read before. @throws RangeError or TypeError naming what is wrong with it */
export function checkTrace(option: string, given: Record<string, unknown>, range: NumberRange): Trace {
  checkKeys(option, given, ['name', 'file', 'sha256', 'values']);
  const trace = toTrace(`${option}.values`, checkString(`${option}.file`, given.file), given.values, range);
  const sha256 = checkString(`${option}.sha256`, given.sha256);
  if (sha256 !== trace.sha256) throw wrongValue(`${option}.sha256`, `${trace.sha256}, which its values have`, sha256);
  return trace;
}

/** A trace of durations that were just measured. @param source name in place of a file's */
export function traceOf(source: string, values: readonly number[]): Trace {
  return toTrace(source, source, values, { min: 0 });
}

export function describeTrace({ file }: Trace): string {
  return `trace(${file})`;
}

function toTrace(path: string, file: string, given: unknown, range: NumberRange): Trace {
  const constraint = `a JSON list of 1 to ${MOST_VALUES.toLocaleString('en')} durations in seconds`;
  if (!Array.isArray(given)) throw wrongKind(path, constraint, given);
  if (given.length === 0 || given.length > MOST_VALUES) throw wrongValue(path, constraint, `${given.length} of them`);
  const values = given.map((value: unknown, i) => checkNumber(`${path}[${i}]`, value, range));
  return { name: 'trace', file, sha256: createHash('sha256').update(JSON.stringify(values)).digest('hex'), values };
}
