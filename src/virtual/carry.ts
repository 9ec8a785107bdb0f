import { InternalError } from '../errors.js';
import type { Coroutine, Turn } from '../schedule/turn.js';
import { createCores } from './cores.js';
import type { World } from './world.js';

/** A coroutine in virtual time. */
export interface VirtualStrand {
  readonly coroutine: Coroutine;
  /** What it shares with other strands: of one thread, only one works at a time. */
  readonly thread: number;
  /** Seconds that the work it is about to do takes. */
  duration(turn: Exclude<Turn, 'blocked'>): number;
  /** Seconds until it may go on without anything happening; Infinity where it cannot. */
  wake(): number;
  /** Seconds from another thread's ring to when its own, asleep, is up. */
  rouse(): number;
}

/** In place of a thread: after what concerns all, such as a message; and where nothing has happened. */
const EVERYBODY = -1;
const NOBODY = -2;

/**
 * Carries strands to their ends through virtual time: the work that a strand announces is done, and published, at the end of
 * the time that it takes. A strand that is blocked looks again whenever its own thread has done something, when a message has come, and,
 * once its thread is up, when another thread has rung.
 *
 * Source: discrete-event simulation, event scheduling (Fishman 2001, chapter 2).
 *
 * @param resumed told before each turn whose it is
 * @param rings how often the bell has rung
 */
export function carryInVirtualTime<Strand extends VirtualStrand>(strands: readonly Strand[], { queue, settings }: World, resumed: (strand: Strand) => void, rings: () => number): void {
  const blocked = new Set<Strand>();
  const wakes = new Map<Strand, number>(); // the last one that was set
  const cores = createCores(settings.cores ?? Infinity, queue, () => { mover = NOBODY; });
  const rousing = new Set<number>(); // threads
  let mover: number; // the thread that has just done something
  let going = strands.length;

  function resume(strand: Strand): void {
    resumed(strand);
    const { done, value } = strand.coroutine.next();
    if (done === true) {
      blocked.delete(strand);
      going -= 1;
    } else if (value === 'blocked') {
      blocked.add(strand);
      setWake(strand, queue.time + strand.wake());
    } else {
      blocked.delete(strand);
      cores.request({ thread: strand.thread, seconds: strand.duration(value), done: () => { goOn(strand); } });
    }
  }

  function goOn(strand: Strand): void {
    mover = strand.thread;
    resume(strand);
  }

  function setWake(strand: Strand, time: number): void {
    if (time === Infinity || wakes.get(strand) === time) return;
    wakes.set(strand, time);
    queue.push(time, () => undefined);
  }

  function look(thread: number): void {
    for (const strand of [...blocked]) if (strand.thread === thread) resume(strand);
  }

  /** A thread that is at work looks by itself when it is done. */
  function rouse(strand: Strand): void {
    const { thread } = strand;
    if (rousing.has(thread) || cores.atWork(thread)) return;
    const seconds = strand.rouse();
    if (seconds === 0) {
      look(thread);
      return;
    }
    rousing.add(thread);
    queue.push(queue.time + seconds, () => {
      rousing.delete(thread);
      mover = thread;
    });
  }

  for (const strand of strands) resume(strand);
  cores.settle();
  while (going > 0) {
    const happening = queue.pop();
    if (happening === undefined) throw new InternalError('every partition waits, and nothing is going to happen');
    const heard = rings();
    mover = EVERYBODY;
    happening();
    for (const strand of [...blocked]) {
      if (!blocked.has(strand)) continue;
      if (mover === EVERYBODY || mover === strand.thread) resume(strand);
      else if (rings() !== heard) rouse(strand);
    }
    cores.settle();
  }
}
