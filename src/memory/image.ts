import type { Arena } from './arena.js';
import { KEPT_WORDS, WORD } from './control.js';
import { ELEMENT_BYTES, type Block, type BlockRequest } from './layout.js';

/** The control words that a checkpoint keeps. */
export type Counters = Readonly<Record<(typeof KEPT_WORDS)[number], number>>;

/** The contents of an arena that a checkpoint keeps, at one moment. */
export interface Image {
  readonly counters: Counters;
  readonly parts: readonly { readonly block: Block; readonly bytes: Uint8Array }[];
}

/** The blocks that a checkpoint keeps: all but scratch. */
export function keptOf<Request extends BlockRequest>(blocks: readonly Request[]): Request[] {
  return blocks.filter((block) => block.scratch !== true);
}

export const keptBlocks = ({ blocks }: Arena): Block[] => keptOf(blocks);

/** A view of the kept part of a block. @param stored slots ever written to the replay */
export function keptBytes({ memory }: Arena, block: Block, stored: number): Uint8Array {
  return new Uint8Array(memory.buffer, block.offset, keptLength(block, stored));
}

/** Bytes of the kept part of a block: of the replay, the stored slots. */
export function keptLength({ type, shape, ring }: BlockRequest, stored: number): number {
  const rows = ring === true ? Math.min(stored, shape[0]) : shape[0];
  return rows * rowBytes({ type, shape });
}

export const rowBytes = ({ type, shape }: Pick<BlockRequest, 'type' | 'shape'>) => shape.slice(1).reduce((product, size) => product * size, ELEMENT_BYTES[type]);

/** The current image: its bytes are views of the arena. */
export function imageOf(arena: Arena): Image {
  const words = arena.int32('control');
  const counters: Counters = { cursorRecord: Atomics.load(words, WORD.cursorRecord), steps: Atomics.load(words, WORD.steps), stored: Atomics.load(words, WORD.stored), episodes: Atomics.load(words, WORD.episodes) };
  return { counters, parts: keptBlocks(arena).map((block) => ({ block, bytes: keptBytes(arena, block, counters.stored) })) };
}

/**
 * Keeps the current image while the arena changes. Of the replay's long rows only those are copied that are about to be overwritten, the oldest ones.
 *
 * @param slots most that are written before the image is used
 * @returns gives the image: its bytes are views and copies
 */
export function keepImage(arena: Arena, slots: number): () => Image {
  const { counters, parts } = imageOf(arena);
  const kept = parts.map(({ block, bytes }) => (block.ring === true && block.length > block.shape[0] ? keepOldest(block, bytes, counters.stored, slots) : keepAll(bytes)));
  return () => ({ counters, parts: parts.map(({ block }, i) => ({ block, bytes: kept[i]() })) });
}

function keepAll(bytes: Uint8Array): () => Uint8Array {
  const copy = bytes.slice();
  return () => copy;
}

/** @param bytes of the written slots, a view */
function keepOldest(block: Block, bytes: Uint8Array, stored: number, slots: number): () => Uint8Array {
  const [rows] = block.shape;
  const slotBytes = rowBytes(block);
  const oldest = Array.from({ length: Math.min(slots, rows) }, (_, i) => ((stored + i) % rows) * slotBytes).filter((at) => at < bytes.length);
  const copies = oldest.map((at) => bytes.slice(at, at + slotBytes));
  return () => {
    const whole = bytes.slice();
    oldest.forEach((at, i) => { whole.set(copies[i], at); });
    return whole;
  };
}
