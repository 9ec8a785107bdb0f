import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

/** Name of the block of holders. */
export const ENTRY_LOCKS = 'exchange/lock';

/** [depth, partitions]: 0, or 1 more than the partition that writes the entry just now. */
export function entryLockBlocks(depth: number, partitions: number): BlockRequest[] {
  return [{ name: ENTRY_LOCKS, type: 'int32', shape: [depth, partitions], owner: 'whoever has seized the entry' }];
}

/** Who writes which entry of the exchange, where partitions may write entries of one another. */
export interface EntryLocks {
  /** Seizes an entry for this partition. @returns false where somebody holds it already */
  tryLock(at: number): boolean;
  unlock(at: number): void;
  /** The partition that holds an entry; -1 where nobody does. */
  owner(at: number): number;
  /** The entries that this partition held when its thread died: half written, and still to be released. */
  abandoned(): number[];
}

export function attachEntryLocks(arena: Arena, self: number): EntryLocks {
  const holders = arena.int32(ENTRY_LOCKS);
  return {
    tryLock: (at) => Atomics.compareExchange(holders, at, 0, self + 1) === 0,
    unlock(at) {
      Atomics.store(holders, at, 0);
    },
    owner: (at) => Atomics.load(holders, at) - 1,
    abandoned: () => [...holders.keys()].filter((at) => Atomics.load(holders, at) === self + 1),
  };
}

/** An exchange in which everybody writes entries of its own only. */
export const NO_LOCKS: EntryLocks = { tryLock: () => true, unlock: () => undefined, owner: () => -1, abandoned: () => [] };
