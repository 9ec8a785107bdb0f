import type { Control } from '../memory/control.js';

/** Milliseconds between two looks. */
export const LOOK = 200;

/** What tells the time, and calls again and again. */
export interface WatchClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls `look` every so many milliseconds. @returns ends that */
  every(milliseconds: number, look: () => void): () => void;
}

const REAL_TIME: WatchClock = {
  now: () => performance.now(),
  every(milliseconds, look) {
    const timer = setInterval(look, milliseconds);
    return () => { clearInterval(timer); };
  },
};

/**
 * Watches partitions at work on one thread until it is told to stop. As long as they live, their pulses move: at every turn, and
 * at least every 50 ms while they wait for others.
 *
 * @param patience seconds, asked at every look: none of their pulses has moved for as long where they hang; Infinity: never
 * @param hung told that they do, at every look
 * @returns ends the watch
 */
export function watchPulse({ pulse }: Control, partitions: readonly number[], patience: () => number, hung: () => void, clock = REAL_TIME): () => void {
  const beat = () => partitions.map((partition) => pulse.get(partition)).join();
  let last = beat();
  let looked = clock.now();
  let still = 0;
  return clock.every(LOOK, () => {
    const now = clock.now();
    const passed = Math.min(now - looked, 2 * LOOK); // where this thread could not look, because the process was stopped, neither could they
    looked = now;
    const present = beat();
    still = present === last ? still + passed : 0;
    last = present;
    if (still > 1000 * patience()) hung();
  });
}
