import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';

/** Name of the block of locks. */
export const ENTRY_LOCKS = 'exchange/lock';

/** [depth, partitions]: 0, or 1 + the partition that holds the lock. */
export function entryLockBlocks(depth: number, partitions: number): BlockRequest[] {
  return [{ name: ENTRY_LOCKS, type: 'int32', shape: [depth, partitions], owner: 'the partition that has locked the entry' }];
}

/** One-word locks on the entries of an exchange in which partitions may write entries of one another. */
export interface EntryLocks {
  /** Locks an entry for this partition. @returns false if it is locked already */
  tryLock(at: number): boolean;
  unlock(at: number): void;
  /** The partition that holds the lock of an entry; -1 if it is unlocked. */
  owner(at: number): number;
  /** The entries that this partition had locked when its thread died: partly written, and still to be unlocked. */
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

/** The locks of an exchange in which each partition writes only its own entries. */
export const NO_LOCKS: EntryLocks = { tryLock: () => true, unlock: () => undefined, owner: () => -1, abandoned: () => [] };
