import { InternalError, MemoryError } from '../errors.js';
import type { Arena } from './arena.js';
import { megabytes } from './budget.js';
import type { BlockRequest } from './layout.js';

const PAGE_BYTES = 65536;

/** Pages of the first stretch; each one after it has twice as many at least. */
const FIRST_PAGES = 1;

/** Most stretches of memory that one partition's workspace is made of. */
const STRETCHES = 16;

/** Arrays start on cache lines, so that SIMD loads never cross one. */
const ALIGNMENT = 64;

/** Memory of one thread's own behind the arena's blocks: what kernels work on must lie there, and nobody else looks at it. */
export interface Workspace {
  readonly memory: WebAssembly.Memory;
  /** Zeros. */
  float32(length: number): Float32Array;
  int32(length: number): Int32Array;
}

/** Remembers where each partition's workspace lies, so that a worker that takes another's place takes its memory too. */
export function workspaceBlock(partitions: number): BlockRequest {
  return { name: 'workspace', type: 'int32', shape: [partitions, STRETCHES], owner: 'each partition its own row', scratch: true };
}

/**
 * A workspace that asks for the same arrays in the same order as another of the same partition, which is gone, gets the same memory.
 *
 * @throws MemoryError where the memory is at its end, 4 GiB or what the system gives
 */
export function createWorkspace(arena: Arena, partition: number): Workspace {
  const { memory } = arena;
  const begins = arena.int32('workspace').subarray(partition * STRETCHES, (partition + 1) * STRETCHES);
  let stretch = 0;
  let next = 0;
  let end = 0;

  /** The next stretch: its first page, plus one, is in the table, or the memory grows by it. */
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
      const offset = take(length); // first: the buffer is another one once the memory has grown
      return new Float32Array(memory.buffer, offset, length).fill(0);
    },
    int32(length) {
      const offset = take(length);
      return new Int32Array(memory.buffer, offset, length).fill(0);
    },
  };
}

/** @returns the first of the new pages: no other thread is given them */
function grow(memory: WebAssembly.Memory, pages: number): number {
  try {
    return memory.grow(pages);
  } catch {
    throw new MemoryError(`the shared memory of this run cannot grow by another ${megabytes(pages * PAGE_BYTES)}; use a smaller network, batch or replay`);
  }
}
