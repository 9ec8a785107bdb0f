import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

/** Children of a node: two cache lines. */
const FANOUT = 16;
const SHIFT = 4;

/** The greatest of so many numbers, 0 or more, as they change. */
export interface ExtremeTree {
  get(leaf: number): number;
  set(leaf: number, value: number): void;
  /** The greatest of all numbers. */
  greatest(): number;
  /** The first leaf that has it. */
  leaf(): number;
  rebuild(): void;
}

/** Where each level begins, the leaves first, each filled up to whole nodes; the root is last. */
function levelsOf(leaves: number): number[] {
  const offsets = [0];
  for (let size = leaves; offsets.length === 1 || size > 1;) {
    size = Math.ceil(size / FANOUT);
    offsets.push(offsets[offsets.length - 1] + size * FANOUT);
  }
  return offsets;
}

/** Float64 numbers, the leaves first. */
export function extremeTreeBlock(name: string, leaves: number): BlockRequest {
  const offsets = levelsOf(leaves);
  return { name, type: 'float64', shape: [offsets[offsets.length - 1] + 1], owner: 'the learner' };
}

export function attachExtremeTree(arena: Arena, name: string, leaves: number): ExtremeTree {
  const numbers = arena.float64(name);
  const offsets = levelsOf(leaves);

  /** The child of a node with the greatest number, the first of several. */
  function greatestChild(first: number): number {
    let child = 0;
    for (let i = 1; i < FANOUT; i += 1) if (numbers[first + i] > numbers[first + child]) child = i;
    return child;
  }

  function take(level: number, node: number): void {
    const first = offsets[level - 1] + (node << SHIFT);
    numbers[offsets[level] + node] = numbers[first + greatestChild(first)];
  }

  return {
    get: (leaf) => numbers[leaf],
    set(leaf, value) {
      numbers[leaf] = value;
      for (let level = 1; level < offsets.length; level += 1) take(level, leaf >> (level * SHIFT));
    },
    greatest: () => numbers[numbers.length - 1],
    leaf() {
      let node = 0;
      for (let level = offsets.length - 2; level >= 0; level -= 1) node = (node << SHIFT) + greatestChild(offsets[level] + (node << SHIFT));
      return node;
    },
    rebuild() {
      for (let level = 1; level < offsets.length; level += 1) {
        const nodes = (offsets[level] - offsets[level - 1]) >> SHIFT;
        for (let node = 0; node < nodes; node += 1) take(level, node);
      }
    },
  };
}
