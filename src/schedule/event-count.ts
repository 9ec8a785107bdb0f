import { WORD } from '../memory/control.js';
import { sleep, spin, wake } from './wait.js';

/** Longest sleep before a thread polls again without a notification, in milliseconds: a lost wake-up costs this, never a hang. */
const MAX_SLEEP_MS = 50;

/**
 * Milliseconds of polling before sleeping: longer than most waits inside a run. A wake-up costs both sides tens of microseconds, on
 * virtual machines more than a hundred, which is as long as a small network's whole update.
 */
const SPIN_MS = 0.3;

const POLLS_PER_CLOCK_READ = 256;

/**
 * An eventcount: how a thread waits for any change of shared memory. It takes a ticket, checks its conditions, and waits with the ticket if none holds, so that
 * it cannot miss a change between the check and the sleep.
 */
export interface EventCount {
  /** Announces a change. Makes a futex call only while a thread sleeps. */
  notify(): void;
  /** @returns a ticket, to be taken before the conditions are checked */
  prepare(): number;
  /** Returns after a notification since the ticket was taken, or after `longest` milliseconds, 50 at most. */
  wait(ticket: number, longest?: number): void;
}

/**
 * @param words the arena's control block
 * @param spins false if threads outnumber cores: polling would keep the awaited thread from running
 */
export function createEventCount(words: Int32Array, spins: boolean): EventCount {
  /** @returns true after a notification, false after so many milliseconds */
  function poll(ticket: number, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    return spin(() => Atomics.load(words, WORD.notifications) !== ticket, () => performance.now() < end, POLLS_PER_CLOCK_READ);
  }

  return {
    notify() {
      Atomics.add(words, WORD.notifications, 1);
      wake(words, WORD.notifications, WORD.sleepers);
    },
    prepare: () => Atomics.load(words, WORD.notifications),
    wait(ticket, longest = MAX_SLEEP_MS) {
      if (spins && (poll(ticket, Math.min(longest, SPIN_MS)) || longest <= SPIN_MS)) return;
      sleep(words, WORD.notifications, ticket, Math.min(longest, MAX_SLEEP_MS), WORD.sleepers);
    },
  };
}
