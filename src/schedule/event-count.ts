import { WORD } from '../memory/control.js';

/** Longest sleep before a thread looks again by itself, in milliseconds: a lost wake-up costs this, never a hang. */
const MAX_SLEEP_MS = 50;

/**
 * Milliseconds of listening before sleeping: longer than most waits inside a run. A wake-up costs both sides tens of microseconds, on
 * virtual machines more than a hundred, which is as long as a small network's whole update.
 */
const SPIN_MS = 0.3;

/** Looks at the bell between two looks at the clock. */
const POLLS_PER_CLOCK_READ = 256;

/** How threads wait for one another: they listen, look, and only then sleep until somebody rings. */
export interface EventCount {
  /** Says that something has changed. Costs a futex call only where somebody sleeps. */
  notify(): void;
  /** Taken before looking at what one waits for, so that a change between the look and the sleep is not missed. */
  prepare(): number;
  /** Returns once the bell has rung after the ticket was taken, or after `longest` milliseconds, 50 at most. Listens for a while, then sleeps. */
  wait(ticket: number, longest?: number): void;
}

/**
 * @param words the arena's control block
 * @param spin false where threads outnumber cores: spinning would then keep the awaited thread from running
 */
export function createEventCount(words: Int32Array, spin: boolean): EventCount {
  /** @returns true once the bell has rung after the ticket was taken, false after so many milliseconds */
  function spinUntilNotified(ticket: number, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    do {
      for (let i = 0; i < POLLS_PER_CLOCK_READ; i += 1) if (Atomics.load(words, WORD.notifications) !== ticket) return true;
    } while (performance.now() < end);
    return false;
  }

  return {
    notify() {
      Atomics.add(words, WORD.notifications, 1);
      if (Atomics.load(words, WORD.sleepers) > 0) Atomics.notify(words, WORD.notifications);
    },
    prepare: () => Atomics.load(words, WORD.notifications),
    wait(ticket, longest = MAX_SLEEP_MS) {
      if (spin && (spinUntilNotified(ticket, Math.min(longest, SPIN_MS)) || longest <= SPIN_MS)) return;
      Atomics.add(words, WORD.sleepers, 1);
      Atomics.wait(words, WORD.notifications, ticket, Math.min(longest, MAX_SLEEP_MS));
      Atomics.sub(words, WORD.sleepers, 1);
    },
  };
}
