import type { LoopSink } from '../environment/loop.js';
import { SLOT, type SlotKind } from './ring.js';

/** Writes a slot by number. It does not count yet. */
export type WriteSlot = (slot: number, reward: number, kind: SlotKind) => void;

/**
 * Stores the transitions of a loop in a replay, and after the last transition of each episode its last observation.
 *
 * Writes: the replay; `stored`, `slot` and `previous` of the cursor; `totals`.
 *
 * @param totals slots ever written to the replay, by all of its loops
 * @param write stores what was submitted last
 * @param writeLast stores the last observation of an episode; unless given, it has been submitted too
 */
export function createReplaySink(
  totals: { stored: number },
  write: WriteSlot,
  writeLast: (slot: number, observation: ArrayLike<number>) => void = (slot) => { write(slot, 0, SLOT.final); },
): LoopSink {
  return {
    onStep({ reward, terminated }, cursor) {
      write(totals.stored, reward, terminated ? SLOT.terminal : SLOT.transition);
      cursor.previous = cursor.ended ? -1 : cursor.slot;
      cursor.slot = totals.stored;
      cursor.stored += 1;
      totals.stored += 1;
    },
    onLastObservation(observation, cursor) {
      writeLast(totals.stored, observation);
      cursor.stored += 1;
      totals.stored += 1;
    },
  };
}
