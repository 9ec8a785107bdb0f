import type { Control } from '../memory/control.js';

/** Milliseconds between two polls. */
export const POLL_MS = 200;

/** A clock and its timers. */
export interface HeartbeatClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Calls `poll` every so many milliseconds. @returns stops it */
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
 * Monitors the partitions on one thread until it is stopped. Their heartbeats move at every resumption of a task, and
 * at least every 50 ms while they wait.
 *
 * @param timeoutSeconds read at every poll: the thread hangs if no heartbeat has moved for as long; Infinity for never
 * @param onHang called at every poll while the thread hangs
 * @returns stops the monitor
 */
export function monitorHeartbeat({ heartbeat }: Control, partitions: readonly number[], patience: () => number, hung: () => void, clock = REAL_TIME): () => void {
  const beat = () => partitions.map((partition) => heartbeat.get(partition)).join();
  let last = beat();
  let looked = clock.now();
  let still = 0;
  return clock.every(POLL_MS, () => {
    const now = clock.now();
    const passed = Math.min(now - looked, 2 * POLL_MS); // if this thread could not poll, because the process was stopped, the others could not run either
    looked = now;
    const present = beat();
    still = present === last ? still + passed : 0;
    last = present;
    if (still > 1000 * patience()) hung();
  });
}
