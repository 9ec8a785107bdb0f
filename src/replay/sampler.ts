import type { Stream } from '../random/stream.js';
import { SLOT, type ReplayRing } from './ring.js';

/** The oldest slots are left alone: the host may be overwriting them while a partition reads. */
const MARGIN = 32;

/** Draws per lane that have a stream position of their own. */
const ATTEMPTS = 64;

export interface Sampler {
  /**
   * Fills `slots` with the minibatch of update number `update`, uniform over the stored transitions, with replacement.
   *
   * @param stored slots ever written; as many as there are, unless given
   */
  draw(update: number, slots: Int32Array, stored?: number): void;
}

/**
 * Samples so that partitions agree without talking: lane b of update u is a pure function of the stream, u, b and the
 * replay. Slots are drawn from a power of two and rejected where they hold no transition yet, so that a few more stored
 * transitions in one partition's eyes almost never change another lane's slot.
 *
 * @param ahead slots that the environment loop may have written since a partition last read the count
 */
export function createSampler(replay: Omit<ReplayRing, 'link' | 'write'>, stream: Stream, ahead = 0): Sampler {
  const { capacity, kind, next, environments = 1 } = replay;
  const least = MARGIN + environments - 1;
  const margin = Math.max(least, Math.min(least + ahead, capacity >> 2));

  /** True where the successor is not stored yet. @param age slots written since */
  const isOpen = (slot: number, age: number) => (next === undefined ? age === 0 : next[slot] === 0 || next[slot] > age);

  return {
    draw(update, slots, stored = replay.stored()) {
      const filled = Math.min(stored, capacity);
      const range = 2 ** Math.ceil(Math.log2(filled));
      const oldest = stored >= capacity ? capacity - margin : capacity;
      const newest = (stored - 1) % capacity;
      for (let lane = 0; lane < slots.length; lane += 1) {
        stream.position = (update * slots.length + lane) * ATTEMPTS;
        let slot: number;
        let age: number; // slots written since this one
        do {
          slot = stream.integer(range);
          age = newest - slot + (slot > newest ? capacity : 0);
        } while (slot >= filled || isOpen(slot, age) || age >= oldest || kind[slot] === SLOT.final);
        slots[lane] = slot;
      }
    },
  };
}
