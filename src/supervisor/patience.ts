import type { Control } from '../memory/control.js';
import type { Coroutine } from '../schedule/turn.js';
import type { Exchange } from './exchange.js';

/** A publisher whose pulse stands still for so many of one's own longest turns is not running: something else has its core, perhaps its own peer that waits for it. */
const SILENCE = 1.5;

/** What a turn takes is taken to be this much longer than the last time, at most: nobody computes while another has the core. */
const GROWTH = 1.1;

/** Waiting ends after so many of one's own longest turns, whatever the pulse. */
const LONGEST = 3;

/** Milliseconds that are none: virtual time is a sum, and rounded. */
const NOTHING = 1e-6;

/** How a partition that waits for nobody in principle waits for voltages that are as good as there. */
export interface Patience {
  /** Told as a turn of one's own is announced, and once it is over. @param turn its number in the update */
  announced(): void;
  done(turn: number): void;
  /**
   * Ends once tick `tick` of the update is published for partition `of`, or lost, or whoever is to publish it is found not to be running. At
   * once where that one is more than an update behind, or has not moved since it was waited for in vain.
   */
  await(of: number, update: number, tick: number): Coroutine;
  /** Milliseconds until waiting ends by itself; Infinity where nobody waits. */
  wake(): number;
}

/** How to look and to wait. */
export interface Watch {
  /** Milliseconds; never goes back. */
  readonly now: () => number;
  /** Looks between two looks at the clock. */
  readonly looks: number;
  /** True where nothing happens until the thread is handed back. */
  readonly yields: boolean;
  /** Told how many milliseconds were spent waiting within a turn. */
  readonly waited: (milliseconds: number) => void;
}

/**
 * Taking voltages is cheaper than computing them. Two partitions that run on cores of their own fall into step by waiting
 * for one another, and each computes its own rows only; where one of them loses its core, the other loses a turn or two and then
 * goes on alone, computing what is missing. Who is behind finds everything computed, and so catches up.
 */
export function createPatience(exchange: Exchange, { pulse, version }: Control, { now, looks, yields, waited }: Watch): Patience {
  const inVain: number[] = [];
  const typical: number[] = []; // milliseconds of each turn of an update
  let [longestTurn, turnBegan, deadline] = [0, 0, Infinity];

  /** @returns false where the publisher is not running, or takes too long */
  function* listen(publisher: number, settled: () => boolean): Coroutine<boolean> {
    const begin = now();
    let [beat, lastBeat] = [pulse.get(publisher), begin];
    while (!settled()) {
      const time = now();
      if (pulse.get(publisher) !== beat) [beat, lastBeat] = [pulse.get(publisher), time];
      deadline = Math.min(lastBeat + SILENCE * longestTurn, begin + LONGEST * longestTurn);
      if (deadline - time <= NOTHING) break;
      for (let i = 1; i < looks && !settled(); i += 1);
      if (yields) yield 'blocked';
    }
    deadline = Infinity;
    waited(now() - begin);
    return settled();
  }

  return {
    announced() {
      turnBegan = now();
    },
    done(turn) {
      typical[turn] = Math.min(now() - turnBegan, GROWTH * (typical[turn] ?? Infinity));
      longestTurn = Math.max(...typical);
    },
    *await(of, update, tick) {
      if (exchange.settled(of, update, tick)) return;
      const publisher = exchange.publisher(of, update);
      if (update - version.get(publisher) > 1 || pulse.get(publisher) === inVain[publisher]) return;
      if (!(yield* listen(publisher, () => exchange.settled(of, update, tick)))) inVain[publisher] = pulse.get(publisher);
    },
    wake: () => Math.max(0, deadline - now()),
  };
}

const nothing = () => undefined;

/** Where nobody waits for voltages: behind barriers they are there, and where partitions share a core waiting would keep them from coming. */
export const IMPATIENT: Patience = {
  announced: nothing,
  done: nothing,
  *await() {
    yield* [];
  },
  wake: () => Infinity,
};

/** On a thread with a core of its own, which goes on looking. */
export function watchOnThread(waited: (milliseconds: number) => void): Watch {
  return { now: () => performance.now(), looks: 64, yields: false, waited };
}

/** In virtual time: a strand is resumed when something happens, and when its wait is over. @param seconds of virtual time */
export function watchInVirtualTime(seconds: () => number): Watch {
  return { now: () => 1000 * seconds(), looks: 1, yields: true, waited: nothing };
}
