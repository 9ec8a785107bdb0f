import { WORD } from '../memory/control.js';

/** Longest sleep before a thread looks again by itself, in milliseconds: a lost wake-up costs this, never a hang. */
const LONGEST_SLEEP = 50;

/**
 * Milliseconds of listening before sleeping: longer than most waits inside a run. A wake-up costs both sides tens of microseconds, on
 * virtual machines more than a hundred, which is as long as a small network's whole update.
 */
const LISTENING = 0.3;

/** Looks at the bell between two looks at the clock. */
const LOOKS = 256;

/** How threads wait for one another: they listen, look, and only then sleep until somebody rings. */
export interface Bell {
  /** Says that something has changed. Costs a futex call only where somebody sleeps. */
  ring(): void;
  /** Taken before looking at what one waits for, so that a change between the look and the sleep is not missed. */
  ticket(): number;
  /** Returns once the bell has rung after the ticket was taken, or after `longest` milliseconds, 50 at most. Listens for a while, then sleeps. */
  wait(ticket: number, longest?: number): void;
}

/**
 * @param words the arena's control block
 * @param spin false where threads outnumber cores: spinning would then keep the awaited thread from running
 */
export function createBell(words: Int32Array, spin: boolean): Bell {
  /** @returns true once the bell has rung after the ticket was taken, false after so many milliseconds */
  function listen(ticket: number, milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    do {
      for (let i = 0; i < LOOKS; i += 1) if (Atomics.load(words, WORD.bell) !== ticket) return true;
    } while (performance.now() < end);
    return false;
  }

  return {
    ring() {
      Atomics.add(words, WORD.bell, 1);
      if (Atomics.load(words, WORD.sleepers) > 0) Atomics.notify(words, WORD.bell);
    },
    ticket: () => Atomics.load(words, WORD.bell),
    wait(ticket, longest = LONGEST_SLEEP) {
      if (spin && (listen(ticket, Math.min(longest, LISTENING)) || longest <= LISTENING)) return;
      Atomics.add(words, WORD.sleepers, 1);
      Atomics.wait(words, WORD.bell, ticket, Math.min(longest, LONGEST_SLEEP));
      Atomics.sub(words, WORD.sleepers, 1);
    },
  };
}
