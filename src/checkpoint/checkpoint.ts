import { isRecord } from '../check.js';
import { CheckpointError } from '../errors.js';
import type { Arena } from '../memory/arena.js';
import { KEPT_WORDS, WORD } from '../memory/control.js';
import { ELEMENT_BYTES, type Block } from '../memory/layout.js';
import { decodeContainer, encodeContainer } from './container.js';

/** What a checkpoint says besides the arena's numbers. All of it is plain data: it is kept as JSON. */
export interface CheckpointMetadata {
  /** What it is a checkpoint of, for example `simulation`. */
  readonly kind: string;
  /** The complete settings. */
  readonly settings: object;
  /** What is known outside the arena, such as the last episodes' returns. */
  readonly training: object;
  /** For whoever keeps the file. */
  readonly note: object;
}

/** A checkpoint that is whole. */
export interface Checkpoint {
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
  readonly note: Readonly<Record<string, unknown>>;
  /** Environment steps taken. */
  readonly step: number;
  /**
   * Puts the numbers back into an arena of the same settings.
   *
   * @throws CheckpointError naming the block that the arena has otherwise, or not at all
   */
  readonly restore: (arena: Arena) => void;
}

type Counters = Readonly<Record<(typeof KEPT_WORDS)[number], number>>;

/** One line of a checkpoint's own layout table. */
type Line = Pick<Block, 'name' | 'type' | 'shape'>;

/**
 * Encodes everything that an arena holds, but for scratch. Of the replay only what has been stored. Nothing may write to the arena meanwhile.
 *
 * Equal arenas and equal metadata give equal bytes.
 */
export function encodeCheckpoint(arena: Arena, { kind, settings, training, note }: CheckpointMetadata): Uint8Array {
  const words = arena.int32('control');
  const counters = Object.fromEntries(KEPT_WORDS.map((word) => [word, Atomics.load(words, WORD[word])]));
  const blocks = keptBlocks(arena);
  const lines = blocks.map(({ name, type, shape }): Line => ({ name, type, shape }));
  return encodeContainer({
    header: { kind, settings, training, note, counters, blocks: lines },
    parts: blocks.map((block) => keptBytes(arena, block, Atomics.load(words, WORD.stored))),
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws CheckpointError where the file is of another format, was cut short or was altered
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { header: { kind, settings, training, note, counters, blocks }, parts } = decodeContainer(bytes);
  if (typeof kind !== 'string' || !isRecord(settings) || !isRecord(training) || !isRecord(note) || !isCounters(counters) || !isLines(blocks)) {
    throw new CheckpointError('format', 'its header is not that of a checkpoint');
  }
  return {
    kind,
    settings,
    training,
    note,
    step: counters.steps,
    restore(arena) {
      checkLayout(arena, blocks);
      const words = arena.int32('control');
      keptBlocks(arena).forEach((block, i) => {
        const bytesOf = keptBytes(arena, block, counters.stored);
        if (bytesOf.length !== parts[i].length) throw new CheckpointError('format', `its block ${block.name} has ${parts[i].length} bytes, not ${bytesOf.length}`);
        bytesOf.set(parts[i]);
      });
      for (const word of KEPT_WORDS) Atomics.store(words, WORD[word], counters[word]);
    },
  };
}

function keptBlocks({ blocks }: Arena): Block[] {
  return blocks.filter((block) => block.scratch !== true);
}

/** A view of what is kept of a block. */
function keptBytes({ memory }: Arena, { type, shape: [rows], offset, length, ring }: Block, stored: number): Uint8Array {
  const elements = ring === true ? Math.min(stored, rows) * (length / rows) : length;
  return new Uint8Array(memory.buffer, offset, elements * ELEMENT_BYTES[type]);
}

function checkLayout(arena: Arena, lines: readonly Line[]): void {
  const describe = ({ name, type, shape }: Line) => `${name} of ${type} [${shape.join(', ')}]`;
  const own = keptBlocks(arena).map(describe);
  const other = lines.map(describe);
  const at = other.findIndex((line, i) => line !== own[i]);
  if (at >= 0) throw new CheckpointError('settings', `it is of other settings: it has the block ${other[at]}, not ${own.at(at) ?? 'any'}`);
  if (own.length > other.length) throw new CheckpointError('settings', `it is of other settings: it lacks the block ${own[other.length]}`);
}

function isCounters(value: unknown): value is Counters {
  return isRecord(value) && KEPT_WORDS.every((word) => Number.isSafeInteger(value[word]));
}

function isLines(value: unknown): value is readonly Line[] {
  return Array.isArray(value) && value.every((line: unknown) => isRecord(line) && typeof line.name === 'string' && typeof line.type === 'string' && Array.isArray(line.shape));
}
