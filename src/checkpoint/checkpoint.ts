import { checkObject, isCount, isRecord, wrongValue } from '../check.js';
import { CheckpointError } from '../errors.js';
import type { Snapshot } from '../memory/arena.js';
import { KEPT_WORDS, LARGEST_WORD, WORD } from '../memory/control.js';
import { keptBlocks, keptOf, keptBytes, keptLength, rowBytes, type Counters, type Image } from '../memory/image.js';
import { ELEMENT_BYTES, type Block, type BlockRequest, type ElementType } from '../memory/layout.js';
import { decodeContainer, encodeContainer } from './container.js';
import { pack, unpack } from './pack.js';
import { jsonFault } from './plain-data.js';

/** The header of a checkpoint, besides the arena's numbers. Plain data, stored as JSON. */
export interface CheckpointMetadata {
  /** What it is a checkpoint of, for example `simulation`. */
  readonly kind: string;
  /** The complete settings. */
  readonly settings: object;
  /** State outside the arena, such as the last episodes' returns. */
  readonly training: object;
  /** A note for the user. */
  readonly note: object;
  /** Environment steps taken; those of the image unless given. A run that resumes takes those between the two again. */
  readonly step?: number;
  /** The state of virtual time: plain data with typed arrays. */
  readonly world?: object | undefined;
}

/** A checkpoint that is whole. */
export interface Checkpoint extends Snapshot {
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly training: Readonly<Record<string, unknown>>;
  readonly note: Readonly<Record<string, unknown>>;
  /** Environment steps taken: more than in `counters` if a run in virtual time was not at rest. */
  readonly step: number;
  /** As it was given; undefined where nothing was. */
  readonly world: unknown;
  readonly counters: Counters;
  /** The layout table of what it holds. */
  readonly blocks: readonly Line[];
  /** The numbers of a block of that name and type, the caller's own; none where it has no such block. Of the replay, only stored slots. */
  readonly numbers: (name: string, type: ElementType) => ArrayLike<number>;
}

/** One line of a checkpoint's own layout table. */
export type Line = Pick<Block, 'name' | 'type' | 'shape'>;

/**
 * Encodes the contents of an arena without scratch blocks; of the replay only stored slots. Nothing may write to the arena meanwhile.
 *
 * Equal images and equal metadata give equal bytes.
 *
 * @throws TypeError or RangeError naming `note` where that is no object, or JSON would not give it back
 */
export function encodeCheckpoint({ counters, parts }: Image, { kind, settings, training, note, step = counters.steps, world }: CheckpointMetadata): Uint8Array {
  const fault = jsonFault('note', checkObject('note', note));
  if (fault !== undefined) throw wrongValue('note', 'plain data that JSON gives back as it is', note, `: ${fault}`);
  const lines = parts.map(({ block: { name, type, shape } }): Line => ({ name, type, shape }));
  const packed = world && pack(world);
  return encodeContainer({
    header: { kind, settings, training, note, step, ...(packed && { world: packed.plain }), counters, blocks: lines },
    parts: [...parts.map(({ bytes }) => bytes), ...(packed ? [packed.bytes] : [])],
  });
}

/**
 * Reads a checkpoint. Its blocks agree with its own layout table; `check` compares them with those of its settings.
 *
 * @throws CheckpointError if the file is of another format, was cut short or was altered
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { header: { kind, settings, training, note, step, world, counters, blocks }, parts: all } = decodeContainer(bytes);
  if (typeof kind !== 'string' || !isRecord(settings) || !isRecord(training) || !isRecord(note) || !isCount(step) || !isCounters(counters) || !isTable(blocks)) {
    throw new CheckpointError('format', 'its header is not that of a checkpoint');
  }
  const [parts, numbers] = world === undefined ? [all, undefined] : [all.slice(0, -1), all.at(-1)];
  checkParts(blocks, parts);
  const check = (requests: readonly BlockRequest[]) => { checkLayout(keptOf(requests), blocks, parts, counters.stored); };
  return {
    kind,
    settings,
    training,
    note,
    step,
    world: numbers && unpack({ plain: world, bytes: numbers }),
    counters,
    blocks,
    numbers(name, type) {
      const at = blocks.findIndex((line) => line.name === name && line.type === type);
      return at < 0 ? [] : numbersOf(parts[at], type);
    },
    check,
    restore(arena) {
      check(arena.blocks);
      const words = arena.int32('control');
      keptBlocks(arena).forEach((block, i) => { keptBytes(arena, block, counters.stored).set(parts[i]); });
      for (const word of KEPT_WORDS) Atomics.store(words, WORD[word], counters[word]);
    },
  };
}

/** Each part has whole rows of its block, and no more of them than the block has. @throws CheckpointError */
function checkParts(blocks: readonly Line[], parts: readonly Uint8Array[]): void {
  if (blocks.length !== parts.length) throw new CheckpointError('format', `it has ${parts.length} parts, of ${blocks.length} blocks`);
  blocks.forEach((block, i) => {
    const { length } = parts[i];
    const row = rowBytes(block);
    if (length > block.shape[0] * row || (length > 0 && length % row !== 0)) throw new CheckpointError('format', `its block ${describe(block)} has ${length} bytes`);
  });
}

const describe = ({ name, type, shape }: Line) => `${name} of ${type} [${shape.join(', ')}]`;

function checkLayout(own: readonly BlockRequest[], lines: readonly Line[], parts: readonly Uint8Array[], stored: number): void {
  const at = lines.findIndex((line, i) => own.at(i) === undefined || describe(line) !== describe(own[i]));
  if (at >= 0) {
    const instead = own.at(at);
    throw new CheckpointError('settings', `it is of other settings: it has the block ${describe(lines[at])}, not ${instead === undefined ? 'any' : describe(instead)}`);
  }
  if (own.length > lines.length) throw new CheckpointError('settings', `it is of other settings: it lacks the block ${describe(own[lines.length])}`);
  own.forEach((block, i) => {
    const length = keptLength(block, stored);
    if (parts[i].length !== length) throw new CheckpointError('format', `its block ${block.name} has ${parts[i].length} bytes, not ${length}`);
  });
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint32: Uint32Array, uint8: Uint8Array } as const;

/** A copy of the bytes, which need not lie on whole words, as numbers. */
function numbersOf(bytes: Uint8Array, type: ElementType): ArrayLike<number> {
  return new ARRAYS[type](Uint8Array.from(bytes).buffer);
}

function isCounters(value: unknown): value is Counters {
  return isRecord(value) && KEPT_WORDS.every((word) => Object.hasOwn(value, word) && isCount(value[word]) && value[word] <= LARGEST_WORD);
}

/** Lines with a name of their own each. */
function isTable(value: unknown): value is readonly Line[] {
  return Array.isArray(value) && value.every(isLine) && new Set(value.map(({ name }) => name)).size === value.length;
}

function isLine(value: unknown): value is Line {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.type !== 'string' || !Object.hasOwn(ELEMENT_BYTES, value.type)) return false;
  const { shape } = value;
  return Array.isArray(shape) && shape.length > 0 && shape.every((size: unknown) => isCount(size) && size <= LARGEST_WORD);
}
