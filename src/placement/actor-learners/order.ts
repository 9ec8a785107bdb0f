import type { Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { Aborted } from '../../runtime/cooperative.js';

/** An event of a run: an actor copies the weights at the start of a rollout, or its gradient is applied. */
export const beginOf = (actor: number) => 2 * actor;
export const endOf = (actor: number) => 2 * actor + 1;

/** The lock, the threads that sleep for it, the events so far, and those that had to wait, each on a cache line of its own. */
const LINE = 16;
const WORDS = { holder: 0, sleepers: LINE, events: 2 * LINE, waits: 3 * LINE } as const;

const NAME = 'order/words';
const LOG = 'order/events';

/** Attempts before a thread sleeps: a critical section takes a few microseconds. */
const SPINS = 2000;

/** Longest sleep in milliseconds: a run may be aborted meanwhile. */
const SLEEP = 5;

/** @param rollouts of a command, at most */
export function orderBlocks(rollouts: number): BlockRequest[] {
  return [
    { name: NAME, type: 'int32', shape: [4, LINE], owner: 'all threads, with Atomics', scratch: true },
    { name: LOG, type: 'int32', shape: [2 * rollouts], owner: 'the thread that has the lock', scratch: true },
  ];
}

/** One order of all copies and changes of the shared weights. */
export interface Order {
  /** Waits for the turn of an event. @throws Aborted once the run is aborted */
  enter(event: number): void;
  leave(): void;
}

/** An order that arises as threads take one lock, and is logged. @param worker that takes it; what an earlier thread of its number has left locked is free again */
export function attachOrder(arena: Arena, worker: number): Order {
  const words = arena.int32(NAME);
  const log = arena.int32(LOG);
  const control = arena.int32('control');
  const self = worker + 1;

  function sleep(): void {
    if (Atomics.load(control, WORD.abort) !== 0) throw new Aborted('another partition failed, or the run was closed');
    const holder = Atomics.load(words, WORDS.holder);
    if (holder === 0) return;
    Atomics.add(words, WORDS.sleepers, 1);
    Atomics.wait(words, WORDS.holder, holder, SLEEP);
    Atomics.sub(words, WORDS.sleepers, 1);
  }

  function leave(): void {
    Atomics.store(words, WORDS.holder, 0);
    if (Atomics.load(words, WORDS.sleepers) !== 0) Atomics.notify(words, WORDS.holder, 1);
  }

  if (Atomics.load(words, WORDS.holder) === self) leave();
  return {
    enter(event) {
      let spins = 1;
      for (; Atomics.compareExchange(words, WORDS.holder, 0, self) !== 0; spins += 1) if (spins % SPINS === 0) sleep();
      if (spins > 1) words[WORDS.waits] += 1;
      log[words[WORDS.events]] = event; // behind the lock
      words[WORDS.events] += 1;
    },
    leave,
  };
}

/** The events since the last call. Not during a command. */
export function takeOrder(arena: Arena): Int32Array {
  const words = arena.int32(NAME);
  const events = arena.int32(LOG).slice(0, words[WORDS.events]);
  words[WORDS.events] = 0;
  return events;
}

/** Events that had to wait so far. */
export const readWaits = (arena: Arena): number => Atomics.load(arena.int32(NAME), WORDS.waits);

/** The order of one thread that repeats the events of a journal one by one. */
export const GIVEN_ORDER: Order = { enter: () => undefined, leave: () => undefined };
