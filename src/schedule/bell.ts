import { WORD } from '../memory/control.js';

/** Longest sleep before a thread looks again by itself, in milliseconds: a lost wake-up costs this, never a hang. */
const LONGEST_SLEEP = 50;

/** Looks at the bell before sleeping; about 30 µs, more than one hand-off between running threads takes. */
const SPINS = 4000;

/** Milliseconds; a shorter sleep than this would end too late, and is spun through. */
const SHORTEST_SLEEP = 1;

/** How threads wait for one another: they listen, look, and only then sleep until somebody rings. */
export interface Bell {
  /** Says that something has changed. Costs a futex call only where somebody sleeps. */
  ring(): void;
  /** Taken before looking at what one waits for, so that a change between the look and the sleep is not missed. */
  ticket(): number;
  /** Returns once the bell has rung after the ticket was taken, or after `longest` milliseconds, 50 at most. Spins briefly, then sleeps. */
  wait(ticket: number, longest?: number): void;
}

/**
 * @param words the arena's control block
 * @param spin false where threads outnumber cores: spinning would then keep the awaited thread from running
 */
export function createBell(words: Int32Array, spin: boolean): Bell {
  const spins = spin ? SPINS : 0;
  return {
    ring() {
      Atomics.add(words, WORD.bell, 1);
      if (Atomics.load(words, WORD.sleepers) > 0) Atomics.notify(words, WORD.bell);
    },
    ticket: () => Atomics.load(words, WORD.bell),
    wait(ticket, longest = LONGEST_SLEEP) {
      for (let i = 0; i < spins; i += 1) if (Atomics.load(words, WORD.bell) !== ticket) return;
      if (spin && longest < SHORTEST_SLEEP) {
        const end = performance.now() + longest;
        while (performance.now() < end) if (Atomics.load(words, WORD.bell) !== ticket) return;
        return;
      }
      Atomics.add(words, WORD.sleepers, 1);
      Atomics.wait(words, WORD.bell, ticket, Math.min(longest, LONGEST_SLEEP));
      Atomics.sub(words, WORD.sleepers, 1);
    },
  };
}
