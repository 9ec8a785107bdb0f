import type { Control } from '../../memory/control.js';
import type { Coroutine } from '../../schedule/work.js';
import type { ActivationExchange } from './activation-exchange.js';

/** A publisher whose pulse stands still for so many of one's own longest turns is not running: something else has its core, perhaps its own peer that waits for it. */
const MAX_SILENT_WORK = 1.5;

/** What a turn takes is taken to be this much longer than the last time, at most: nobody computes while another has the core. */
const GROWTH = 1.1;

/** Waiting ends after so many of one's own longest turns, whatever the pulse. */
const MAX_WAIT_WORK = 3;

/** Milliseconds that are none: virtual time is a sum, and rounded. */
const ROUNDING_MS = 1e-6;

/** How a partition that waits for nobody in principle waits for voltages that are as good as there. */
export interface PeerWait {
  /** Told as a turn of one's own is announced, and once it is over. @param turn its number in the update */
  beginWork(): void;
  endWork(turn: number): void;
  /**
   * Ends once tick `tick` of the update is published for partition `of`, or lost, or whoever is to publish it is found not to be running. At
   * once where that one is more than an update behind, or has not moved since it was waited for in vain.
   */
  await(of: number, update: number, tick: number): Coroutine;
  /** Milliseconds until waiting ends by itself; Infinity where nobody waits. */
  wakeDelay(): number;
}

/** How to look and to wait. */
export interface WaitClock {
  /** Milliseconds; never goes back. */
  readonly now: () => number;
  /** Looks between two looks at the clock. */
  readonly polls: number;
  /** True where nothing happens until the thread is handed back. */
  readonly yields: boolean;
  /** Told how many milliseconds were spent waiting within a turn. */
  readonly onWaited: (milliseconds: number) => void;
}

/**
 * Taking voltages is cheaper than computing them. Two partitions that run on cores of their own fall into step by waiting
 * for one another, and each computes its own rows only; where one of them loses its core, the other loses a turn or two and then
 * goes on alone, computing what is missing. Who is behind finds everything computed, and so catches up.
 */
export function createPeerWait(exchange: ActivationExchange, { heartbeat, version }: Control, { now, polls, yields, onWaited }: WaitClock): PeerWait {
  const lastFailedHeartbeat: number[] = [];
  const typical: number[] = []; // milliseconds of each turn of an update
  let [longestWork, workBegan, deadline] = [0, 0, Infinity];

  /** @returns false where the publisher is not running, or takes too long */
  function* waitFor(publisher: number, settled: () => boolean): Coroutine<boolean> {
    const begin = now();
    let [beat, lastBeat] = [heartbeat.get(publisher), begin];
    while (!settled()) {
      const time = now();
      if (heartbeat.get(publisher) !== beat) [beat, lastBeat] = [heartbeat.get(publisher), time];
      deadline = Math.min(lastBeat + MAX_SILENT_WORK * longestWork, begin + MAX_WAIT_WORK * longestWork);
      if (deadline - time <= ROUNDING_MS) break;
      for (let i = 1; i < polls && !settled(); i += 1);
      if (yields) yield 'blocked';
    }
    deadline = Infinity;
    onWaited(now() - begin);
    return settled();
  }

  return {
    beginWork() {
      workBegan = now();
    },
    endWork(turn) {
      typical[turn] = Math.min(now() - workBegan, GROWTH * (typical[turn] ?? Infinity));
      longestWork = Math.max(...typical);
    },
    *await(of, update, tick) {
      if (exchange.isPublished(of, update, tick)) return;
      const publisher = exchange.writerOf(of, update);
      if (update - version.get(publisher) > 1 || heartbeat.get(publisher) === lastFailedHeartbeat[publisher]) return;
      if (!(yield* waitFor(publisher, () => exchange.isPublished(of, update, tick)))) lastFailedHeartbeat[publisher] = heartbeat.get(publisher);
    },
    wakeDelay: () => Math.max(0, deadline - now()),
  };
}

const nothing = () => undefined;

/** Where nobody waits for voltages: behind barriers they are there, and where partitions share a core waiting would keep them from coming. */
export const NO_WAIT: PeerWait = {
  beginWork: nothing,
  endWork: nothing,
  *await() {
    yield* [];
  },
  wakeDelay: () => Infinity,
};

/** On a thread with a core of its own, which goes on looking. */
export function threadClock(onWaited: (milliseconds: number) => void): WaitClock {
  return { now: () => performance.now(), polls: 64, yields: false, onWaited };
}

/** In virtual time: a strand is resumed when something happens, and when its wait is over. @param seconds of virtual time */
export function virtualClock(seconds: () => number): WaitClock {
  return { now: () => 1000 * seconds(), polls: 1, yields: true, onWaited: nothing };
}
