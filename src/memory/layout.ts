import { InternalError } from '../errors.js';

export type ElementType = 'float32' | 'float64' | 'int32' | 'uint32' | 'uint8';

/** A request for a block of the arena. */
export interface BlockRequest {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The writer: one thread, or for `[partitions, ...]` blocks each partition its own row. All threads may read. */
  readonly owner: string;
  /** True if nothing is read that was not written since the command began: a checkpoint leaves it out. */
  readonly scratch?: true;
  /** True if rows are slots of the replay: a checkpoint keeps the stored ones. */
  readonly ring?: true;
}

/** The same requests, marked as scratch. */
export function scratch(requests: readonly BlockRequest[]): BlockRequest[] {
  return requests.map((request) => ({ ...request, scratch: true }));
}

/** One line of the layout table: the place of a block in the shared memory. */
export interface Block extends BlockRequest {
  /** Bytes from the start of the memory. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

export const ELEMENT_BYTES: Record<ElementType, number> = { float32: 4, float64: 8, int32: 4, uint32: 4, uint8: 1 };

/** Blocks start on cache lines, to avoid false sharing. */
const ALIGNMENT = 64;

/** Places the blocks one after another. A pure function of the requests: every thread that computes it gets the same table. */
export function planLayout(requests: readonly BlockRequest[]): Block[] {
  const names = new Set<string>();
  let offset = 0;
  return requests.map((request) => {
    if (names.has(request.name)) throw new InternalError(`two blocks are named ${request.name}`);
    names.add(request.name);
    const block = { ...request, offset, length: elementsOf(request) };
    offset += blockBytes(request);
    return block;
  });
}

function elementsOf({ shape }: BlockRequest): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of a block, with padding to the next cache line. */
export function blockBytes(request: BlockRequest): number {
  return Math.ceil((elementsOf(request) * ELEMENT_BYTES[request.type]) / ALIGNMENT) * ALIGNMENT;
}

/** Bytes from the first block to the end of the last, rounded up to the alignment. */
export function layoutBytes(blocks: readonly Block[]): number {
  const last = blocks.at(-1);
  if (last === undefined) return 0;
  return Math.ceil((last.offset + last.length * ELEMENT_BYTES[last.type]) / ALIGNMENT) * ALIGNMENT;
}
