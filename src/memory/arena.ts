import { InternalError, MemoryError } from '../errors.js';
import { LARGEST_MEMORY, megabytes } from './budget.js';
import { layoutBytes, planLayout, type Block, type BlockRequest, type ElementType } from './layout.js';

const PAGE_BYTES = 65536;
const MAX_PAGES = LARGEST_MEMORY / PAGE_BYTES;

/** The shared memory of a run, and its layout table. Structured-cloneable, to be sent to workers as it is. */
export interface ArenaHandle {
  readonly memory: WebAssembly.Memory;
  readonly blocks: readonly Block[];
}

/** Typed views of the arena's blocks, by name. Views alias the shared memory: reading never copies. */
export interface Arena extends ArenaHandle {
  float32(name: string): Float32Array;
  float64(name: string): Float64Array;
  int32(name: string): Int32Array;
  uint32(name: string): Uint32Array;
  uint8(name: string): Uint8Array;
}

/** The contents of an arena, to be put into another of the same layout. */
export interface Snapshot {
  /** Compares it with the blocks of an arena before that is allocated. @throws CheckpointError naming a block that differs or is missing in one of them */
  readonly check: (blocks: readonly BlockRequest[]) => void;
  /** Copies the contents into the arena. @throws CheckpointError as `check` does */
  readonly restore: (arena: Arena) => void;
}

/**
 * Allocates the arena on a shared WebAssembly memory, all zero. The memory can grow after the blocks: see `workspace.ts`.
 *
 * @throws MemoryError if the system refuses the memory, or the blocks need more than 4 GiB; `checkBudget` finds out the latter beforehand
 */
export function createArena(requests: readonly BlockRequest[]): Arena {
  const blocks = planLayout(requests);
  return attachArena({ memory: allocate(Math.max(1, Math.ceil(layoutBytes(blocks) / PAGE_BYTES))), blocks });
}

function allocate(pages: number): WebAssembly.Memory {
  const size = megabytes(pages * PAGE_BYTES);
  if (pages > MAX_PAGES) throw new MemoryError(`a run has at most ${megabytes(LARGEST_MEMORY)} of shared memory, and this one needs ${size}; use a smaller replay, batch or network`);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true });
  } catch (error) {
    throw new MemoryError(`the system does not give the shared memory of this run, ${size} that may grow to ${megabytes(LARGEST_MEMORY)} of address space (see ulimit -v)`, { cause: error });
  }
}

/** A thread's views of an arena that another thread created. */
export function attachArena({ memory, blocks }: ArenaHandle): Arena {
  const table = new Map(blocks.map((block) => [block.name, block]));
  const find = (name: string, type: ElementType): Block => {
    const block = table.get(name);
    if (block?.type !== type) throw new InternalError(`the arena has no ${type} block named ${name}`);
    return block;
  };
  return {
    memory,
    blocks,
    float32(name) {
      const { offset, length } = find(name, 'float32');
      return new Float32Array(memory.buffer, offset, length);
    },
    float64(name) {
      const { offset, length } = find(name, 'float64');
      return new Float64Array(memory.buffer, offset, length);
    },
    int32(name) {
      const { offset, length } = find(name, 'int32');
      return new Int32Array(memory.buffer, offset, length);
    },
    uint32(name) {
      const { offset, length } = find(name, 'uint32');
      return new Uint32Array(memory.buffer, offset, length);
    },
    uint8(name) {
      const { offset, length } = find(name, 'uint8');
      return new Uint8Array(memory.buffer, offset, length);
    },
  };
}
