import { InternalError } from '../../errors.js';
import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';
import { sleep, spin, wake } from '../../schedule/wait.js';

/** Threads of a shared update: the calling thread, and one more. */
export const UPDATE_THREADS = 2;

/** Int32 words between the counters of the two threads: a cache line. */
const LINE = 16;

/** Offsets of a thread's words in its line, and of the words behind both lines. */
const WORD = { arrived: 0, asleep: 1, ready: UPDATE_THREADS * LINE, failed: UPDATE_THREADS * LINE + 1 } as const;

/** Polls of the other's counter before a thread sleeps: some tens of microseconds, which outlast a phase of the other on a core of its own. */
const POLLS = 4000;

/** Longest sleep in milliseconds, and sleeps until the wait is given up; a suspended machine counts as one sleep. */
const SLEEP = 1000;
const SLEEPS = 20;

const WORDS_NAME = 'team';
const ORDER_NAME = 'team/order';

export function barrierBlocks(): BlockRequest[] {
  return [
    { name: WORDS_NAME, type: 'int32', shape: [(UPDATE_THREADS + 1) * LINE], owner: 'by word: one thread each', scratch: true },
    { name: ORDER_NAME, type: 'float64', shape: [3], owner: 'the first thread', scratch: true },
  ];
}

/** Thrown at the barrier if the other thread has failed. */
export class BrokenBarrier extends InternalError {}

/** A barrier of two threads that share the arena. */
export interface Barrier {
  /** [number of the update, learning rate of the actor, of the critic]; written before a `wait` and read after it. */
  readonly order: Float64Array;
  /** Announces this thread at the barrier. */
  join(): void;
  /** True once the other thread has joined. */
  isComplete(): boolean;
  /** Breaks the barrier: this thread will not wait at it again. */
  break(): void;
  /**
   * Returns once both threads have called it. Writes before it are visible to the other thread after it.
   *
   * @throws BrokenBarrier if the other thread has failed; InternalError if it does not arrive within 20 s
   */
  wait(): void;
}

/** @param part 0 or 1: which of the two this is */
export function attachBarrier(arena: Arena, part: number): Barrier {
  const words = arena.int32(WORDS_NAME);
  const own = part * LINE;
  const other = (1 - part) * LINE;
  const patient = part > 0; // the second thread waits between updates, however long

  /** True once the other thread has arrived as often; counters may wrap. */
  const here = (count: number) => ((Atomics.load(words, other + WORD.arrived) - count) | 0) >= 0;

  function arrive(): number {
    const count = (Atomics.add(words, own + WORD.arrived, 1) + 1) | 0;
    wake(words, own + WORD.arrived, other + WORD.asleep);
    return count;
  }

  function sleepUntil(count: number): void {
    for (let sleeps = 0; !here(count); sleeps += 1) {
      if (sleeps === SLEEPS && !patient) throw new InternalError('the second thread of an update does not arrive');
      sleep(words, other + WORD.arrived, (count - 1) | 0, SLEEP, own + WORD.asleep);
    }
  }

  return {
    order: arena.float64(ORDER_NAME),
    join: () => { Atomics.store(words, WORD.ready, 1); },
    isComplete: () => Atomics.load(words, WORD.ready) === 1,
    break() {
      Atomics.store(words, WORD.failed, 1);
      arrive();
    },
    wait() {
      const count = arrive();
      if (!spin(() => here(count), () => false, POLLS)) sleepUntil(count);
      if (Atomics.load(words, WORD.failed) === 1) throw new BrokenBarrier('the other thread of an update has failed');
    },
  };
}
