import { InternalError } from '../errors.js';
import type { Coroutine, WorkKind } from '../schedule/work.js';
import { createCores } from './cores.js';
import type { World } from './world.js';

/** A coroutine in virtual time. */
export interface VirtualTask {
  readonly coroutine: Coroutine;
  /** What it shares with other strands: of one thread, only one works at a time. */
  readonly thread: number;
  /** Seconds that the work it is about to do takes. */
  duration(turn: WorkKind): number;
  /** Told that the work it has announced begins. */
  onBegin?(): void;
  /** Seconds until it may go on without anything happening; Infinity where it cannot. */
  wakeDelay(): number;
  /** Seconds from another thread's ring to when its own, asleep, is up. */
  wakeLatency(): number;
  /** True where it is blocked and would be again, had it looked. May be false all the same. */
  isIdle?(): boolean;
  /** True where it stands at a pause and may not go on: then nothing else happens either. */
  isHeld?(): boolean;
}

/** Strands on their way through virtual time. */
export interface VirtualScheduler {
  /**
   * Goes on until all strands are at their ends, or one stands at a pause that is closed. What is under way then stays so: called again, it goes
   * on as if there had been no pause.
   *
   * @returns true where all are at their ends
   */
  run(): boolean;
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
 * A strand that comes to a pause goes on at the same time, once all that has just happened has been looked at. It does so whether or not anybody
 * pauses the run there, so that a run with pauses goes the same way as one without.
 *
 * Source: discrete-event simulation, event scheduling (Fishman 2001, chapter 2).
 *
 * @param resumed told before each turn whose it is
 * @param rings how often the bell has rung
 * @param changes how often it was said that something has changed that others may be waiting for; where nobody says so, they look at every ring and message
 */
export function createVirtualScheduler<Strand extends VirtualTask>(strands: readonly Strand[], { queue, settings }: World, resumed: (strand: Strand) => void, rings: () => number, changes?: () => number): VirtualScheduler {
  const blocked = createBlocked<Strand>();
  const wakes = new Map<Strand, number>(); // the last one that was set
  const cores = createCores(settings.cores ?? Infinity, queue, () => { mover = NOBODY; });
  const rousing = new Set<number>(); // threads
  const pausing: Strand[] = []; // those first that came to their pauses first
  let begun = false;
  let mover = NOBODY; // the thread that has just done something
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
      setWake(strand, queue.time + strand.wakeDelay());
    } else if (value === 'pause') {
      blocked.delete(strand);
      pausing.push(strand);
    } else {
      blocked.delete(strand);
      const begin = strand.onBegin?.bind(strand);
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
    for (const strand of blocked.of(thread)) if (strand !== seen && strand.isIdle?.() !== true) resume(strand);
  }

  /** A thread that is at work looks by itself when it is done. */
  function rouse(strand: Strand): void {
    const { thread } = strand;
    if (rousing.has(thread) || cores.atWork(thread)) return;
    const seconds = strand.wakeLatency();
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

  function happen(happening: () => void): void {
    const heard = rings();
    mover = EVERYBODY;
    busy = undefined;
    happening();
    if (changes?.() === settled) look(mover, busy);
    else lookAll(heard);
  }

  /** @returns false where a pause is closed */
  function passPauses(): boolean {
    for (let strand = pausing.at(0); strand !== undefined; strand = pausing.at(0)) {
      if (strand.isHeld?.() === true) return false;
      const own = strand;
      pausing.shift();
      happen(() => { goOn(own); });
    }
    return true;
  }

  /** Lets everybody look who may have something to see. */
  function lookAll(heard: number): void {
    const before = changes?.();
    for (const strand of blocked.all()) {
      if (!blocked.has(strand)) continue;
      if (mover === EVERYBODY || mover === strand.thread) {
        if (strand.isIdle?.() !== true) resume(strand);
      } else if (rings() !== heard && strand.isIdle?.() !== true) rouse(strand);
    }
    const all = mover === EVERYBODY || rings() !== heard;
    settled = all && changes?.() === before ? (before ?? -1) : -1;
  }

  return {
    run() {
      if (!begun) for (const strand of strands) resume(strand);
      begun = true;
      while (passPauses()) {
        cores.settle();
        if (going === 0) return true;
        const happening = queue.pop();
        if (happening === undefined) throw new InternalError('every partition waits, and nothing is going to happen');
        happen(happening);
      }
      return false;
    },
  };
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

function createBlocked<Strand extends VirtualTask>(): Blocked<Strand> {
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
