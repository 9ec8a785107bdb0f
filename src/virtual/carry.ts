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
  /** Told that the work it has announced begins. */
  begin?(): void;
  /** Seconds until it may go on without anything happening; Infinity where it cannot. */
  wake(): number;
  /** Seconds from another thread's ring to when its own, asleep, is up. */
  rouse(): number;
  /** True where it is blocked and would be again, had it looked. May be false all the same. */
  idle?(): boolean;
}

/** In place of a thread: after what concerns all, such as a message; and where nothing has happened. */
const EVERYBODY = -1;
const NOBODY = -2;

/**
 * Carries strands to their ends through virtual time: the work that a strand announces is done, and published, at the end of
 * the time that it takes. A strand that is blocked looks again whenever its own thread has done something, when a message has come, and,
 * once its thread is up, when another thread has rung. Where nothing has changed that others may be waiting for, these need not look: it
 * makes no difference but to a simulation of a thousand threads.
 *
 * Source: discrete-event simulation, event scheduling (Fishman 2001, chapter 2).
 *
 * @param resumed told before each turn whose it is
 * @param rings how often the bell has rung
 * @param changes how often it was said that something has changed that others may be waiting for; where nobody says so, they look at every ring and message
 */
export function carryInVirtualTime<Strand extends VirtualStrand>(strands: readonly Strand[], { queue, settings }: World, resumed: (strand: Strand) => void, rings: () => number, changes?: () => number): void {
  const blocked = createBlocked<Strand>();
  const wakes = new Map<Strand, number>(); // the last one that was set
  const cores = createCores(settings.cores ?? Infinity, queue, () => { mover = NOBODY; });
  const rousing = new Set<number>(); // threads
  let mover: number; // the thread that has just done something
  let busy: Strand | undefined; // the strand that it was
  let going = strands.length;
  let settled = -1; // changes that all have seen

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
      const begin = strand.begin?.bind(strand);
      cores.request({ thread: strand.thread, seconds: strand.duration(value), ...(begin && { begun: begin }), done: () => { goOn(strand); } });
    }
  }

  function goOn(strand: Strand): void {
    mover = strand.thread;
    busy = strand;
    resume(strand);
  }

  function setWake(strand: Strand, time: number): void {
    if (time === Infinity || wakes.get(strand) === time) return;
    wakes.set(strand, time);
    queue.push(time, () => {
      if (changes !== undefined && blocked.has(strand)) goOn(strand); // nobody else has anything to see yet
    });
  }

  /** @param seen who has just looked */
  function look(thread: number, seen?: Strand): void {
    for (const strand of blocked.of(thread)) if (strand !== seen && strand.idle?.() !== true) resume(strand);
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
    busy = undefined;
    happening();
    if (changes?.() === settled) look(mover, busy);
    else lookAll(heard);
    cores.settle();
  }

  /** Lets everybody look who may have something to see. */
  function lookAll(heard: number): void {
    const before = changes?.();
    for (const strand of blocked.all()) {
      if (!blocked.has(strand)) continue;
      if (mover === EVERYBODY || mover === strand.thread) {
        if (strand.idle?.() !== true) resume(strand);
      } else if (rings() !== heard && strand.idle?.() !== true) rouse(strand);
    }
    const all = mover === EVERYBODY || rings() !== heard;
    settled = all && changes?.() === before ? (before ?? -1) : -1;
  }
}

/** Strands that are blocked, those first that have been for longest. */
interface Blocked<Strand> {
  add(strand: Strand): void;
  delete(strand: Strand): void;
  has(strand: Strand): boolean;
  all(): readonly Strand[];
  /** Those of one thread. */
  of(thread: number): readonly Strand[];
}

function createBlocked<Strand extends VirtualStrand>(): Blocked<Strand> {
  const all = new Set<Strand>();
  const threads = new Map<number, Set<Strand>>();
  return {
    add(strand) {
      all.add(strand);
      const own = threads.get(strand.thread);
      if (own === undefined) threads.set(strand.thread, new Set([strand]));
      else own.add(strand);
    },
    delete(strand) {
      all.delete(strand);
      threads.get(strand.thread)?.delete(strand);
    },
    has: (strand) => all.has(strand),
    all: () => [...all],
    of: (thread) => [...(threads.get(thread) ?? [])],
  };
}
