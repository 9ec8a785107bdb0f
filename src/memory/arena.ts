import { wrongValue } from '../check.js';
import { InternalError } from '../errors.js';
import { layoutBytes, planLayout, type Block, type BlockRequest, type ElementType } from './layout.js';

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536; // 4 GiB, all that a 32-bit WebAssembly memory can address

/** The one shared memory of a simulation and the table that says what lies where. Structured-cloneable: workers get it as it is. */
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
}

/**
 * Allocates the arena on a shared WebAssembly memory, all zero. The memory can grow behind the blocks: see `workspace.ts`.
 *
 * @throws RangeError naming `learning.replay` where the blocks need more than 4 GiB: the replay is what grows
 */
export function createArena(requests: readonly BlockRequest[]): Arena {
  const blocks = planLayout(requests);
  const pages = Math.max(1, Math.ceil(layoutBytes(blocks) / PAGE_BYTES));
  if (pages > MAX_PAGES) {
    const needed = `${(pages / 16384).toFixed(1)} GiB`;
    throw wrongValue('learning.replay', 'an arena of at most 4 GiB', needed, '; use a smaller replay, batch or network');
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true });
  return attachArena({ memory, blocks });
}

/** Gives a thread its views of an arena that another thread created. */
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
  };
}
