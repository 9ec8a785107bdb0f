import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { wrongValue } from './check.js';
import { describePath } from './describe.js';

/** Bytes of the largest file that is read: a graph of ten million single connections. A larger file was probably named by mistake. */
const LARGEST_FILE = 256 * 2 ** 20;

/** Levels of lists and objects in one another. The deepest file that means anything has five. */
const DEEPEST = 64;

/** Bytes that are read at a time. */
const PIECE = 2 ** 20;

/**
 * What a file of JSON holds. It is to be UTF-8, with or without a byte order mark; pipes are read as well.
 *
 * @throws RangeError naming the option where the file cannot be read, is larger than 256 MiB, is no UTF-8 or no JSON, is nested more
 *   than 64 levels deep, or has one key twice in an object
 */
export function readJson(option: string, file: string): unknown {
  const refuse = (constraint: string, hint = '') => wrongValue(option, constraint, file, hint);
  let bytes: Uint8Array | undefined;
  try {
    bytes = readUpTo(file, LARGEST_FILE);
  } catch (error) {
    throw refuse('a file that can be read', ` (${messageOf(error)})`);
  }
  if (bytes === undefined) throw refuse(`a file of at most ${LARGEST_FILE / 2 ** 20} MiB`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // takes a byte order mark away
  } catch {
    throw refuse('a file of JSON in UTF-8', '; its bytes are no UTF-8');
  }
  if (text.trim() === '') throw refuse('a file of JSON', ', which is empty');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refuse('a file of JSON', ` (${messageOf(error)})`);
  }
  const fault = findFault(text);
  if (fault !== undefined) throw refuse(fault.constraint, `; ${fault.what}`);
  return parsed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The bytes of a file, or undefined where there are more. Looks at what comes and not at the size: a pipe has none. */
function readUpTo(file: string, most: number): Uint8Array | undefined {
  const descriptor = openSync(file, 'r');
  try {
    // BigInt: plain stat values of a pipe stay in a buffer from which Node 20 then resolves symbolic links of modules wrongly
    if (fstatSync(descriptor, { bigint: true }).size > most) return undefined;
    const pieces: Uint8Array[] = [];
    for (let total = 0; ; ) {
      const piece = new Uint8Array(PIECE);
      const count = readSync(descriptor, piece);
      if (count === 0) return Buffer.concat(pieces);
      total += count;
      if (total > most) return undefined;
      pieces.push(piece.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}

interface Fault {
  readonly constraint: string;
  readonly what: string;
}

/** A list or an object that is open: the keys of an object so far, and its place in the file. */
interface Open {
  readonly keys: Set<string> | undefined;
  /** The key, or the index of the entry, that is being read. */
  at: string | number;
}

/**
 * What is wrong with valid JSON: `JSON.parse` keeps the last of two equal keys without a word, and nests as deep as one likes.
 *
 * @param text that `JSON.parse` has taken, so that only strings and brackets need a look
 */
function findFault(text: string): Fault | undefined {
  const open: Open[] = [];
  const marks = /["[\]{},]/g;
  let keyNext = false;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const inner = open.at(-1);
    switch (mark[0]) {
      case '"': {
        const end = endOfString(text, mark.index);
        if (keyNext && inner?.keys !== undefined) {
          const key: unknown = JSON.parse(text.slice(mark.index, end));
          inner.at = String(key);
          if (inner.keys.has(inner.at)) return { constraint: 'each key of an object once', what: `"${describePath(pathOf(open))}" is there twice` };
          inner.keys.add(inner.at);
          keyNext = false;
        }
        marks.lastIndex = end;
        break;
      }
      case '{':
      case '[':
        if (open.length === DEEPEST) return { constraint: `JSON nested at most ${DEEPEST} levels deep`, what: `"${describePath(pathOf(open))}" is deeper` };
        keyNext = mark[0] === '{';
        open.push(keyNext ? { keys: new Set(), at: '' } : { keys: undefined, at: 0 });
        break;
      case ',':
        keyNext = inner?.keys !== undefined;
        if (inner !== undefined && typeof inner.at === 'number') inner.at += 1;
        break;
      default:
        open.pop();
        keyNext = false;
    }
  }
  return undefined;
}

/** The place behind the quote that closes the string. */
function endOfString(text: string, begin: number): number {
  for (let quote = text.indexOf('"', begin + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function pathOf(open: readonly Open[]): string {
  return open.map(({ at }, i) => (typeof at === 'number' ? `[${at}]` : `${i === 0 ? '' : '.'}${at}`)).join('');
}
