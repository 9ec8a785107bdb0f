import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

/** Children of a node: their prefix sums are one cache line. */
const FANOUT = 8;
const SHIFT = 3;

/** Numbers that rows are drawn in proportion to. */
export interface SumTree {
  /** The sum of all leaves. */
  total(): number;
  get(leaf: number): number;
  /** @param value 0 or more */
  set(leaf: number, value: number): void;
  /**
   * For each mass the leaf at which the sum of the leaves up to it, itself included, first exceeds the mass. Never one whose number is 0, though rounding may
   * carry the mass beyond the last.
   *
   * Writes: `found`; the masses are used up.
   *
   * @param masses from 0 up to the total, which is above 0
   */
  find(masses: Float64Array, found: Int32Array): void;
  /** Makes all sums anew from the leaves. */
  rebuild(): void;
}

/** Where each level of prefix sums begins, behind the leaves' own numbers: those over the leaves first, those over the root's children last. */
function levelsOf(leaves: number): { readonly offsets: readonly number[]; readonly length: number } {
  const offsets: number[] = [];
  let at = FANOUT * Math.ceil(leaves / FANOUT);
  let size = leaves;
  do {
    offsets.push(at);
    size = Math.ceil(size / FANOUT);
    at += size * FANOUT;
  } while (size > 1);
  return { offsets, length: at };
}

/** Float64 numbers: 2.15 for each leaf. */
export function sumTreeBlock(name: string, leaves: number): BlockRequest {
  return { name, type: 'float64', shape: [levelsOf(leaves).length], owner: 'the learner' };
}

/**
 * A tree of any number of leaves, each node with the prefix sums of its children's totals. A change recomputes the sums of the nodes above it from their
 * children: rounding errors do not add up over updates.
 *
 * Source: Schaul et al. 2016, appendix B.2.1. Differs: eight children to a node, which takes a draw from a million leaves through seven nodes, not twenty.
 */
export function attachSumTree(arena: Arena, name: string, leaves: number): SumTree {
  const numbers = arena.float64(name);
  const offsets = Int32Array.from(levelsOf(leaves).offsets);
  const levels = offsets.length;
  const top = offsets[levels - 1];

  /** Prefix sums of one node from child `from` on: of leaves' own numbers, or of the last prefix sums of the nodes below. */
  function sum(level: number, node: number, from: number): void {
    const first = offsets[level] + (node << SHIFT);
    let before = from === 0 ? 0 : numbers[first + from - 1];
    if (level === 0) {
      for (let i = from; i < FANOUT; i += 1) numbers[first + i] = before += numbers[(node << SHIFT) + i];
      return;
    }
    const below = offsets[level - 1] + FANOUT - 1;
    const nodes = (offsets[level] - offsets[level - 1]) >> SHIFT;
    for (let i = from; i < FANOUT; i += 1) {
      const child = (node << SHIFT) + i;
      if (child < nodes) before += numbers[below + (child << SHIFT)];
      numbers[first + i] = before;
    }
  }

  /** The last child of a node that is not 0. */
  function lastChild(first: number): number {
    let child = FANOUT - 1;
    while (child > 0 && numbers[first + child] === numbers[first + child - 1]) child -= 1;
    return child;
  }

  return {
    total: () => numbers[top + FANOUT - 1],
    get: (leaf) => numbers[leaf],
    set(leaf, value) {
      numbers[leaf] = value;
      let child = leaf;
      for (let level = 0; level < levels; level += 1) {
        sum(level, child >> SHIFT, child % FANOUT);
        child >>= SHIFT;
      }
    },
    find(masses, found) {
      found.fill(0);
      for (let level = levels - 1; level >= 0; level -= 1) { // all draws go down together: their reads of memory overlap
        for (let b = 0; b < found.length; b += 1) {
          const first = offsets[level] + (found[b] << SHIFT);
          const left = masses[b];
          let child = Number(left >= numbers[first + 3]) << 2; // a search by halves without branches, which no processor could predict
          child += Number(left >= numbers[first + child + 1]) << 1;
          child += Number(left >= numbers[first + child]);
          if (left >= numbers[first + FANOUT - 1]) {
            child = lastChild(first);
            masses[b] = Infinity; // and so to the last leaf below
          } else if (child > 0) masses[b] = left - numbers[first + child - 1];
          found[b] = (found[b] << SHIFT) + child;
        }
      }
    },
    rebuild() {
      for (let level = 0; level < levels; level += 1) {
        const nodes = (level + 1 < levels ? offsets[level + 1] - offsets[level] : FANOUT) >> SHIFT;
        for (let node = 0; node < nodes; node += 1) sum(level, node, 0);
      }
    },
  };
}
