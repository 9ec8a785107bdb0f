import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import { HISTOGRAM_WORDS, readHistogram, recordAge, type StalenessHistogram } from './staleness-histogram.js';

const NAME = 'staleness';
const SUM = 'staleness/sum';

const LINE = 16; // words on a cache line: no two writers share one
const ROW = Math.ceil(HISTOGRAM_WORDS / LINE) * LINE;
const SUMS = 8; // float64 on a cache line

/** Records the age of each read, by kind of read. An age below 0, of data newer than expected, counts as 0. */
export type StalenessRecorder<Kind extends string> = Readonly<Record<Kind, (age: number) => void>>;

/** For each reader and kind of read a histogram, and the sum of ages. */
export function stalenessBlocks(readers: number, kinds: readonly string[]): BlockRequest[] {
  const owner = 'each reader its own row';
  return [
    { name: NAME, type: 'uint32', shape: [readers, kinds.length, ROW], owner },
    { name: SUM, type: 'float64', shape: [readers, SUMS], owner },
  ];
}

/** @param kinds in the order of the blocks */
export function attachStalenessRecorder<Kind extends string>(arena: Arena, reader: number, kinds: readonly Kind[]): StalenessRecorder<Kind> {
  const sums = arena.float64(SUM).subarray(reader * SUMS, (reader + 1) * SUMS);
  return byKind(kinds, (index) => {
    const row = rowOf(arena, reader, kinds.length, index);
    return (age: number) => {
      const least = Math.max(0, age);
      recordAge(row, least);
      sums[index] += least;
    };
  });
}

/** What a reader has recorded so far. */
export function readStaleness<Kind extends string>(arena: Arena, reader: number, kinds: readonly Kind[]): Record<Kind, StalenessHistogram> {
  const sums = arena.float64(SUM);
  return byKind(kinds, (index) => readHistogram(rowOf(arena, reader, kinds.length, index), sums[reader * SUMS + index]));
}

function rowOf(arena: Arena, reader: number, kinds: number, kind: number): Uint32Array {
  const at = reader * kinds + kind;
  return arena.uint32(NAME).subarray(at * ROW, (at + 1) * ROW);
}

function byKind<Kind extends string, Value>(kinds: readonly Kind[], valueOf: (index: number) => Value): Record<Kind, Value> {
  return Object.fromEntries(kinds.map((kind, index) => [kind, valueOf(index)])) as Record<Kind, Value>;
}
