import { wrongValue } from '../check.js';
import type { SparseSources } from '../kernels/kernels.js';

/** The sources of each neuron of a range, ascending within each row. */
export type SparseRows = SparseSources;

/** A growing list of edges, from the neuron that is read to its reader. */
export interface EdgeList {
  readonly count: number;
  add(source: number, target: number): void;
  /** Source and target of each edge, alternately; [2 count] */
  readonly ends: Int32Array;
}

/** An empty list. It doubles its capacity when full. A million edges as objects would take ten times the memory. */
export function createEdgeList(): EdgeList {
  let room = new Int32Array(64);
  let used = 0;
  return {
    get count() {
      return used / 2;
    },
    get ends() {
      return room.subarray(0, used);
    },
    add(source, target) {
      if (used === room.length) {
        const wider = new Int32Array(2 * used);
        wider.set(room);
        room = wider;
      }
      room[used] = source;
      room[used + 1] = target;
      used += 2;
    },
  };
}

/**
 * Sorts edges into rows, by counting. Their order does not matter.
 *
 * @param begin, end the neurons that the edges lead to: row i is that of neuron `begin + i`
 * @param name of a neuron, for messages
 * @throws RangeError naming the edge that comes twice
 */
export function sparseRows({ count, ends }: EdgeList, begin: number, end: number, name: (neuron: number) => string): SparseRows {
  const offset = new Int32Array(end - begin + 1);
  for (let i = 1; i < 2 * count; i += 2) offset[ends[i] - begin + 1] += 1;
  for (let row = 0; row < end - begin; row += 1) offset[row + 1] += offset[row];
  const next = offset.slice(0, -1);
  const sources = new Int32Array(count);
  for (let i = 0; i < 2 * count; i += 2) {
    const row = ends[i + 1] - begin;
    sources[next[row]] = ends[i];
    next[row] += 1;
  }
  for (let row = 0; row < end - begin; row += 1) {
    const own = sources.subarray(offset[row], offset[row + 1]).sort();
    const twice = own.findIndex((source, i) => i > 0 && source === own[i - 1]);
    if (twice !== -1) throw wrongValue('network.edges', 'each edge once', `${name(own[twice])} -> ${name(begin + row)}`);
  }
  return { offset, sources };
}

/** The neurons that any of the rows read, ascending. */
export function unionOf({ sources }: SparseRows): Int32Array {
  return Int32Array.from(new Set(sources)).sort();
}

/** True where every row reads the same: then the sources are stored once, as for a layer. */
export function rowsAreAlike({ offset, sources }: SparseRows): boolean {
  const rows = offset.length - 1;
  const length = offset[1];
  for (let row = 1; row < rows; row += 1) {
    if (offset[row + 1] - offset[row] !== length) return false;
    for (let j = 0; j < length; j += 1) if (sources[offset[row] + j] !== sources[j]) return false;
  }
  return true;
}
