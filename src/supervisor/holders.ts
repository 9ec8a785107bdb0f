import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

/** Name of the block of holders. */
export const HOLDERS = 'exchange/holder';

/** [depth, partitions]: 0, or 1 more than the partition that writes the entry just now. */
export function holderBlocks(depth: number, partitions: number): BlockRequest[] {
  return [{ name: HOLDERS, type: 'int32', shape: [depth, partitions], owner: 'whoever has seized the entry' }];
}

/** Who writes which entry of the exchange, where partitions may write entries of one another. */
export interface Holders {
  /** Seizes an entry for this partition. @returns false where somebody holds it already */
  seize(at: number): boolean;
  release(at: number): void;
  /** The partition that holds an entry; -1 where nobody does. */
  of(at: number): number;
  /** The entries that this partition held when its thread died: half written, and still to be released. */
  left(): number[];
}

export function attachHolders(arena: Arena, self: number): Holders {
  const holders = arena.int32(HOLDERS);
  return {
    seize: (at) => Atomics.compareExchange(holders, at, 0, self + 1) === 0,
    release(at) {
      Atomics.store(holders, at, 0);
    },
    of: (at) => Atomics.load(holders, at) - 1,
    left: () => [...holders.keys()].filter((at) => Atomics.load(holders, at) === self + 1),
  };
}

/** An exchange in which everybody writes entries of its own only. */
export const OWN_ENTRIES: Holders = { seize: () => true, release: () => undefined, of: () => -1, left: () => [] };
