import type { Control } from '../memory/control.js';
import type { Exchange } from './exchange.js';

/** Looks at a peer's mark between two looks at the clock. */
const LOOKS = 64;

/** A peer whose pulse stands still for so many of one's own longest turns is not running: something else has its core. */
const SILENCE = 1.5;

/** Waiting ends after so many of one's own longest turns, whatever the pulse. */
const LONGEST = 12;

/** How a partition that waits for nobody in principle waits for a peer that is as good as there. */
export interface Patience {
  /** Told how long a turn of one's own took, in milliseconds. */
  turned(milliseconds: number): void;
  /**
   * Returns once the peer has published tick `tick` of the update, or has lost it, or is found not to be running. At once where the
   * peer is more than an update behind, or has not moved since it was waited for in vain. Where it is so far behind that it will soon find
   * nothing any more of what was published here, after a turn's time.
   */
  await(peer: number, update: number, tick: number): void;
}

/**
 * Taking a peer's voltages is cheaper than computing them. Two partitions that run on cores of their own fall into step by waiting
 * for one another, and each computes its own rows only; where one of them loses its core, the other loses a turn or two and then
 * goes on alone, computing what is missing. Who is behind finds everything computed, and so catches up; whoever is far ahead takes
 * twice its time, lest they lose each other for good.
 *
 * @param depth minibatches whose voltages are kept
 */
export function createPatience(exchange: Exchange, { pulse, version }: Control, depth: number): Patience {
  const inVain: number[] = [];
  let longestTurn = 0;

  /** @returns false where the peer is not running, or so many of one's own turns are over */
  function listen(peer: number, update: number, tick: number, turns: number): boolean {
    const begin = performance.now();
    let [beat, lastBeat] = [pulse.get(peer), begin];
    for (;;) {
      for (let i = 0; i < LOOKS; i += 1) if (exchange.settled(peer, update, tick)) return true;
      const now = performance.now();
      if (pulse.get(peer) !== beat) [beat, lastBeat] = [pulse.get(peer), now];
      if (now - lastBeat > SILENCE * longestTurn || now - begin > turns * longestTurn) return false;
    }
  }

  return {
    turned(milliseconds) {
      longestTurn = Math.max(milliseconds, 0.9 * longestTurn);
    },
    await(peer, update, tick) {
      if (exchange.settled(peer, update, tick) || pulse.get(peer) === inVain[peer]) return;
      const behind = update - version.get(peer);
      if (behind > 1 && behind <= depth / 2) return;
      if (!listen(peer, update, tick, behind > 1 ? 1 : LONGEST)) inVain[peer] = pulse.get(peer);
    },
  };
}
