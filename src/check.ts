import { describePath, describeValue } from './describe.js';
import { OptionRangeError, OptionTypeError } from './errors.js';

function message(option: string, constraint: string, value: unknown, hint = ''): string {
  return `"${describePath(option)}" expected ${constraint}, got ${describeValue(value)}${hint}`;
}

/** The error for a value of the wrong kind. */
export function wrongKind(option: string, constraint: string, value: unknown): OptionTypeError {
  return new OptionTypeError(option, message(option, constraint, value));
}

/** The error for a value out of range; `hint` is the remedy, where it is not obvious. */
export function wrongValue(option: string, constraint: string, value: unknown, hint = ''): OptionRangeError {
  return new OptionRangeError(option, message(option, constraint, value, hint));
}

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** True where `min` itself is not allowed. */
  readonly above?: boolean;
  /** True where `max` itself is not allowed. */
  readonly below?: boolean;
  /** Why the range is what it is, or what to do, where that is not obvious: it ends the message. */
  readonly hint?: string;
}

/** A range in words: `a number > 0 and <= 1`, or the number alone where there is only one. */
export function describeRange(noun: string, { min, max, above = false, below = false }: NumberRange): string {
  if (min !== undefined && min === max) return String(min);
  const parts: string[] = [];
  if (min !== undefined) parts.push(`${above ? '>' : '>='} ${min}`);
  if (max !== undefined) parts.push(`${below ? '<' : '<='} ${max}`);
  return parts.length === 0 ? noun : `${noun} ${parts.join(' and ')}`;
}

function inRange(value: number, { min, max, above = false, below = false }: NumberRange): boolean {
  if (min !== undefined && (above ? value <= min : value < min)) return false;
  if (max !== undefined && (below ? value >= max : value > max)) return false;
  return true;
}

const hintOf = ({ hint }: NumberRange) => (hint === undefined ? '' : `; ${hint}`);

/** A finite number in the range. */
export function checkNumber(option: string, value: unknown, range: NumberRange = {}): number {
  const constraint = describeRange('a number', range);
  if (typeof value !== 'number') throw wrongKind(option, constraint, value);
  if (!Number.isFinite(value) || !inRange(value, range)) throw wrongValue(option, constraint, value, hintOf(range));
  return value;
}

/** A whole number in the range; never above 2^53 - 1. */
export function checkInteger(option: string, value: unknown, range: NumberRange = {}): number {
  const constraint = describeRange('a whole number', range);
  if (typeof value !== 'number') throw wrongKind(option, constraint, value);
  if (!Number.isSafeInteger(value) || !inRange(value, range)) throw wrongValue(option, constraint, value, hintOf(range));
  return value;
}

/** True or false. */
export function checkBoolean(option: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongKind(option, 'true or false', value);
  return value;
}

/** A string with at least one character. */
export function checkString(option: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongKind(option, 'a string', value);
  if (value === '') throw wrongValue(option, 'a string that is not empty', value);
  return value;
}

/** Most characters of a name that a user gives: names appear in tables, in file names and on one line of the terminal. */
export const LONGEST_NAME = 100;

/** A name that a user gives to something of their own: one short line. */
export function checkLabel(option: string, value: unknown): string {
  const label = checkString(option, value);
  const constraint = `a name of one line and at most ${LONGEST_NAME} characters`;
  if (label.length > LONGEST_NAME || /\p{Cc}/u.test(label)) throw wrongValue(option, constraint, value);
  return label;
}

/** One of the names; a near miss is answered with the nearest known name. */
export function checkName<Name extends string>(option: string, value: unknown, names: readonly Name[]): Name {
  const constraint = `one of ${names.join(', ')}`;
  if (typeof value !== 'string') throw wrongKind(option, constraint, value);
  const known = names.find((name) => name === value);
  if (known === undefined) throw wrongValue(option, constraint, value, suggestion(value, names));
  return known;
}

/** A list with at least one entry. */
export function checkList(option: string, value: unknown, constraint: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongKind(option, constraint, value);
  if (value.length === 0) throw wrongValue(option, constraint, value);
  return value;
}

/** An object with string keys, not an array and not null. */
export function checkObject(option: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw wrongKind(option, 'an object', value);
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A whole number, 0 or more, that is exact. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Signals of other realms and of libraries are accepted if they have the state and the events of an AbortSignal. */
export function checkSignal(option: string, value: unknown): AbortSignal {
  if (!isSignal(value)) throw wrongKind(option, 'an AbortSignal', value);
  return value;
}

function isSignal(value: unknown): value is AbortSignal {
  try {
    return typeof value === 'object' && value !== null && 'aborted' in value && typeof value.aborted === 'boolean' && 'addEventListener' in value && typeof value.addEventListener === 'function';
  } catch {
    return false;
  }
}

/** A function; its parameters cannot be checked. */
export function checkFunction(option: string, value: unknown): (...values: never[]) => void {
  if (typeof value !== 'function') throw wrongKind(option, 'a function', value);
  return value as (...values: never[]) => void;
}

/** Refuses unknown keys: an option without effect is a defect. */
export function checkKeys(option: string, value: Record<string, unknown>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const path = option === '' ? key : `${option}.${key}`;
    throw wrongValue(path, `a known option (${known.join(', ')})`, key, suggestion(key, known));
  }
}

/** `; did you mean "x"?` for the nearest name, or nothing where none is near. */
export function suggestion(value: string, names: readonly string[]): string {
  let nearest = '';
  let distance = Math.max(2, Math.floor(value.length / 3)) + 1;
  for (const name of names) {
    if (Math.abs(value.length - name.length) >= distance) continue; // so far apart at least
    const candidate = editDistance(value.toLowerCase(), name.toLowerCase());
    if (candidate < distance) [nearest, distance] = [name, candidate];
  }
  return nearest === '' ? '' : `; did you mean "${nearest}"?`;
}

/** Levenshtein distance between two short strings. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
