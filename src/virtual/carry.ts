import { InternalError } from '../errors.js';
import type { Coroutine, Turn } from '../schedule/turn.js';
import type { World } from './world.js';

/** A coroutine in virtual time. */
export interface VirtualStrand {
  readonly coroutine: Coroutine;
  /** Seconds that the work it is about to do takes. */
  duration(turn: Exclude<Turn, 'blocked'>): number;
  /** Seconds until it may go on without anything happening; Infinity where it cannot. */
  wake(): number;
}

/**
 * Carries strands to their ends through virtual time: the work that a strand announces is done, and published, at the end of
 * the time that it takes. A strand that is blocked looks again whenever anything has happened.
 *
 * Source: discrete-event simulation, event scheduling (Fishman 2001, chapter 2).
 *
 * @param resumed told before each turn whose it is
 */
export function carryInVirtualTime<Strand extends VirtualStrand>(strands: readonly Strand[], { queue }: World, resumed: (strand: Strand) => void): void {
  const blocked = new Set<Strand>();
  const wakes = new Map<Strand, number>(); // the last one that was set
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
      queue.push(queue.time + strand.duration(value), () => { resume(strand); });
    }
  }

  function setWake(strand: Strand, time: number): void {
    if (time === Infinity || wakes.get(strand) === time) return;
    wakes.set(strand, time);
    queue.push(time, () => undefined);
  }

  for (const strand of strands) resume(strand);
  while (going > 0) {
    const happening = queue.pop();
    if (happening === undefined) throw new InternalError('every partition waits, and nothing is going to happen');
    happening();
    for (const strand of [...blocked]) resume(strand);
  }
}
