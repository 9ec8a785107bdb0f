import { InternalError, MemoryError } from '../errors.js';
import type { Arena } from './arena.js';
import { megabytes } from './budget.js';
import type { BlockRequest } from './layout.js';

const PAGE_BYTES = 65536;

/** Pages of the first segment; each one after it has at least twice as many. */
const FIRST_PAGES = 1;

/** Most segments of a partition's workspace. */
const STRETCHES = 16;

/** Arrays start on cache lines, so that SIMD loads never cross one. */
const ALIGNMENT = 64;

/** Memory of one thread after the arena's blocks: arrays that kernels work on must be there. No other thread uses it. */
export interface Workspace {
  readonly memory: WebAssembly.Memory;
  /** Zeros. */
  float32(length: number): Float32Array;
  int32(length: number): Int32Array;
}

/** Records the place of each partition's workspace, so that a restarted worker takes the same memory. */
export function workspaceBlock(partitions: number): BlockRequest {
  return { name: 'workspace', type: 'int32', shape: [partitions, STRETCHES], owner: 'each partition its own row', scratch: true };
}

/**
 * A workspace that allocates the same arrays in the same order as an earlier one of the same partition gets the same memory.
 *
 * @throws MemoryError if the memory is at its limit, 4 GiB or what the system gives
 */
export function createWorkspace(arena: Arena, partition: number): Workspace {
  const { memory } = arena;
  const begins = arena.int32('workspace').subarray(partition * STRETCHES, (partition + 1) * STRETCHES);
  let stretch = 0;
  let next = 0;
  let end = 0;

  /** Opens the next segment: its first page, plus one, is in the table, or the memory grows by it. */
  function open(bytes: number): void {
    const pages = Math.max(FIRST_PAGES * 2 ** stretch, Math.ceil(bytes / PAGE_BYTES));
    if (stretch === STRETCHES) throw new InternalError(`the workspace of partition ${partition} has more than ${STRETCHES} stretches`);
    if (begins[stretch] === 0) begins[stretch] = grow(memory, pages) + 1;
    next = (begins[stretch] - 1) * PAGE_BYTES;
    end = next + pages * PAGE_BYTES;
    stretch += 1;
  }

  function take(length: number): number {
    const bytes = Math.ceil((length * 4) / ALIGNMENT) * ALIGNMENT;
    if (next + bytes > end) open(bytes);
    const offset = next;
    next += bytes;
    return offset;
  }

  return {
    memory,
    float32(length) {
      const offset = take(length); // first: the buffer is replaced when the memory grows
      return new Float32Array(memory.buffer, offset, length).fill(0);
    },
    int32(length) {
      const offset = take(length);
      return new Int32Array(memory.buffer, offset, length).fill(0);
    },
  };
}

/** @returns the first of the new pages: no other thread gets them */
function grow(memory: WebAssembly.Memory, pages: number): number {
  try {
    return memory.grow(pages);
  } catch {
    throw new MemoryError(`the shared memory of this run cannot grow by another ${megabytes(pages * PAGE_BYTES)}; use a smaller network, batch or replay`);
  }
}
