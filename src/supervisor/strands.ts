import type { PartitionLog } from '../journal/file.js';
import { WORD } from '../memory/control.js';
import type { Turn } from '../schedule/turn.js';
import { describeFault, type Fault } from './fault.js';
import type { Line, Partition } from './partition.js';
import type { Views } from './views.js';
import type { WorldState } from './world-state.js';

/** What a crew says when a command is over. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly returns: readonly number[];
      readonly logs: readonly PartitionLog[];
      /** What is left of a virtual world that has come to rest; absent where it is paused. */
      readonly left?: WorldState;
    }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly partition: number; readonly step: number; readonly fault: Fault };

/** The partitions on one thread. The commands return once all of them have done their part. */
export interface Crew {
  /**
   * @param recorded true where the outcome is to have logs
   * @param left of the virtual world where it came to rest; undefined where it is at its beginning, is paused, or there is none
   */
  train(recorded: boolean, left?: WorldState): Outcome;
  evaluate(episodeSeeds: readonly number[]): Outcome;
  close(): void;
}

/** A partition at work. */
export interface Member {
  readonly partition: Partition;
  readonly views: Views;
}

/** A coroutine, and what its partition sees. */
export interface Strand {
  readonly line: Line;
  readonly views: Views;
  /** What it is about to do. */
  turn: Turn;
  over: boolean;
}

/** Brings strands to their ends. @param resumed told before each turn whose it is */
export type Carry = (strands: readonly Strand[], resumed: (views: Views) => void) => void;

/** Thrown once a partition of another crew has failed: the run is over and nobody is to blame here. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** The coroutines of a command. */
export function strandsOf(members: readonly Member[], command: (partition: Partition) => Line[]): Strand[] {
  return members.flatMap(({ partition, views }) => command(partition).map((line): Strand => ({ line, views, turn: 'blocked', over: false })));
}

/**
 * Carries out what may fail, and tells how it came out.
 *
 * @param action told whom to tell before each turn whose it is
 */
export function attempt(members: readonly Member[], action: (resumed: (views: Views) => void) => void): Outcome {
  let current = members[0].views;
  try {
    action((views) => { current = views; });
    return { kind: 'done', returns: members.flatMap(({ partition }) => partition.returns()), logs: [] };
  } catch (error) {
    if (error instanceof Aborted) return { kind: 'aborted' };
    const { control: { words }, partition } = current;
    return { kind: 'failed', partition, step: Atomics.load(words, WORD.steps), fault: describeFault(error) };
  }
}

/**
 * Carries strands to their ends, one turn each in turn; sleeps on the bell where none can do anything.
 *
 * @param resumed told before each turn whose it is
 * @throws Aborted once a partition of another crew has failed; whatever a strand throws
 */
export function inTurn(strands: readonly Strand[], resumed: (views: Views) => void): void {
  if (strands.length === 0) return;
  const { bell, turnClock, control: { words, pulse } } = strands[0].views;
  let going = strands;
  while (going.length > 0) {
    const ticket = bell.ticket();
    if (Atomics.load(words, WORD.abort) !== 0) throw new Aborted('another partition failed');
    let blocked = true;
    for (const strand of going) {
      const { partition } = strand.views;
      hangWhereAsked(strand.views);
      resumed(strand.views);
      takeTurn(strand);
      if (strand.over || strand.turn !== 'blocked') blocked = false;
      pulse.set(partition, pulse.get(partition) + 1);
    }
    if (going.some(({ over }) => over)) going = going.filter(({ over }) => !over);
    else if (blocked) {
      turnClock?.sleep();
      bell.wait(ticket, shortestWake(going));
      turnClock?.rise();
    }
  }
}

/** Lets a strand do what it is about to do. */
function takeTurn(strand: Strand): void {
  const { turnClock } = strand.views;
  const begin = turnClock ? performance.now() : 0;
  const { done, value } = strand.line.coroutine.next();
  if (turnClock) turnClock.measure(strand.turn, begin);
  if (done === true) strand.over = true;
  else strand.turn = value;
}

/** A fault on purpose: the thread sleeps for ever. Whoever takes its place does not. */
export function hangWhereAsked({ control: { hang }, partition }: Views): void {
  if (hang.get(partition) === 0) return;
  hang.set(partition, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Milliseconds until one of them may go on without anybody ringing. */
function shortestWake(strands: readonly Strand[]): number {
  return strands.reduce((least, { line: { wake }, views: { schedule } }) => Math.min(least, wake ? 1000 * wake() : schedule.wake()), Infinity);
}
