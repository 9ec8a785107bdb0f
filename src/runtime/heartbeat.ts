import type { Control } from '../memory/control.js';

/** Milliseconds between two looks. */
export const POLL_MS = 200;

/** What tells the time, and calls again and again. */
export interface HeartbeatClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls `look` every so many milliseconds. @returns ends that */
  every(milliseconds: number, look: () => void): () => void;
}

const REAL_TIME: HeartbeatClock = {
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
export function monitorHeartbeat({ heartbeat }: Control, partitions: readonly number[], patience: () => number, hung: () => void, clock = REAL_TIME): () => void {
  const beat = () => partitions.map((partition) => heartbeat.get(partition)).join();
  let last = beat();
  let looked = clock.now();
  let still = 0;
  return clock.every(POLL_MS, () => {
    const now = clock.now();
    const passed = Math.min(now - looked, 2 * POLL_MS); // where this thread could not look, because the process was stopped, neither could they
    looked = now;
    const present = beat();
    still = present === last ? still + passed : 0;
    last = present;
    if (still > 1000 * patience()) hung();
  });
}
