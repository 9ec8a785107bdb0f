import type { Outcome } from './case.js';

/** A refusal is one line, shorter than this many bytes. */
const LONGEST_LINE = 2000;

/** Processor time and peak memory that any input may take above an empty start. */
export const MOST_SECONDS = 5;
export const MOST_BYTES = 200 * 2 ** 20;

/** A bar: some files prove wrong only on the way. */
const PROGRESS = /[█░]{8}/;

const STATUSES = [0, 1, 2, 130];
const USAGE_ERROR = 2;

/** Messages of an engine, a bug or a missing check, never of a clear error. */
const UNCLEAR = [
  /^\s+at .*[:(]/m,
  /InternalError|\[object Object\]|ERR_[A-Z]+|UnhandledPromise|uncaught/,
  /undefined is not|Cannot (?:read|set|convert|mix|destructure|access|assign|add|delete|perform|create)/,
  /is not (?:a function|iterable|defined|a constructor|extensible|a safe)/,
  /Invalid (?:typed array|array|string|array buffer|DataView|date|time)|out of bounds|outside the bounds|call stack|out of memory|allocation failed|should be a multiple/i,
  /Reduce of empty|Method .* called on|Assertion|circular structure/,
];

/** @returns why the end was not a clear one; undefined where it was */
export function faultOf({ status, stderr, cpuSeconds, memoryBytes, fault }: Outcome): string | undefined {
  if (fault !== undefined) return fault;
  if (status === null || !STATUSES.includes(status)) return `exit status ${String(status)}: ${stderr}`;
  const unclear = UNCLEAR.map((pattern) => pattern.exec(stderr)).find((match) => match !== null);
  if (unclear) return `status ${status}, unclear: ${lineAt(stderr, unclear.index)}`;
  if (status === USAGE_ERROR) {
    const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('warning: ') && !PROGRESS.test(line));
    if (lines.length !== 1) return `a refusal of ${lines.length} lines: ${lines.slice(0, 2).join(' | ')}`;
  }
  const longest = Math.max(...stderr.split('\n').map((line) => Buffer.byteLength(line)));
  if (longest >= LONGEST_LINE && !PROGRESS.test(stderr)) return `a line of ${longest} bytes: ${stderr}`;
  if (cpuSeconds > MOST_SECONDS) return `${cpuSeconds.toFixed(1)} s of processor time`;
  if (memoryBytes > MOST_BYTES) return `${Math.round(memoryBytes / 2 ** 20)} MB of memory`;
  return undefined;
}

function lineAt(text: string, index: number): string {
  const begin = text.slice(0, index).trimEnd().lastIndexOf('\n') + 1;
  return text.slice(begin, begin + 300);
}

/** One text for faults that differ in names and numbers only. */
export function groupOf(fault: string): string {
  return fault.slice(0, 400).replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"').replaceAll(/\/[\w./-]+/g, '/…').replaceAll(/-?\d[\d.,e+-]*/g, '#').replaceAll(/\s+/g, ' ').slice(0, 200);
}
