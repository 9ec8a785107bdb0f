import { JournalError } from '../errors.js';
import { createEntryCursor, TAKEN, UNREAD, type EntryCursor } from '../journal/entries.js';
import type { Journal } from '../journal/read-journal.js';
import { SLICE_STEPS, type Plan } from '../supervisor/plan.js';
import { LAST_STEP } from './measure.js';

/** A partition on its way through its log. */
interface Walker {
  readonly cursor: EntryCursor;
  /** Acting ticks, and commands that it has ended. */
  acts: number;
  ended: number;
  /** Of the update at hand: ticks whose voltages it has published; -1 where it has not begun. */
  published: number;
}

/**
 * Looks for an order in which all that a journal says can happen. Each entry may be readable and the whole still say what cannot be: that two partitions
 * wait for one another, or for a step that nobody takes. A replay of it would never end.
 *
 * @throws JournalError naming the update that waits for what never comes
 */
export function checkRepeatable(journal: Journal, { topology: { ticks } }: Pick<Plan, 'topology'>): void {
  const { shape, halts, goal, stopped } = journal;
  const refuse = (reason: string): never => {
    throw new JournalError(reason, null);
  };
  if (shape.ticks !== ticks.length) refuse(`updates of ${shape.ticks} ticks, in a network of ${ticks.length}`);
  const last = halts.at(-1) ?? 0;
  if (goal > LAST_STEP || last > goal || (!stopped && last < goal)) refuse(`a run to step ${goal} that ends at step ${last}`);
  halts.forEach((halt, i) => {
    if (halt - (i === 0 ? 0 : halts[i - 1]) > SLICE_STEPS) refuse(`a command of more than ${SLICE_STEPS} steps`);
  });
  walk(journal);
}

function walk({ logs, shape }: Journal): void {
  const walkers = logs.map(({ bytes }): Walker => ({ cursor: createEntryCursor(bytes, shape), acts: 0, ended: 0, published: -1 }));
  for (const walker of walkers) step(walker);
  for (let moved = true; moved;) {
    moved = false;
    for (let partition = 0; partition < walkers.length; partition += 1) while (advance(walkers, partition, shape.ticks)) moved = true;
  }
  const stuck = walkers.findIndex(({ cursor }) => cursor.kind !== 'over');
  if (stuck >= 0) throw new JournalError('waits for what never comes', { partition: stuck, update: walkers[stuck].cursor.update });
}

/** Goes on to the next entry: what it counts has happened. */
function step(walker: Walker): void {
  walker.cursor.advance();
  walker.acts += walker.cursor.acts;
  walker.published = -1;
}

/** Goes on by a tick of an update, or by the end of a command. @returns false where it has to wait, or is over */
function advance(walkers: readonly Walker[], partition: number, ticks: number): boolean {
  const walker = walkers[partition];
  const { cursor } = walker;
  if (cursor.kind === 'end') return end(walkers, walker);
  if (cursor.kind !== 'update') return false;
  if (walker.published < 0) {
    if (walkers.some(({ acts }) => acts < cursor.steps * ticks)) return false; // each step waits for all partitions
    walker.published = cursor.sources[0] === UNREAD ? ticks : 0;
    return true;
  }
  if (walker.published < ticks) {
    if (walker.published > 0 && !collected(walkers, partition, walker.published - 1)) return false;
    walker.published += 1;
    return true;
  }
  if (ticks > 0 && cursor.sources[0] !== UNREAD && !collected(walkers, partition, ticks - 1)) return false;
  step(walker);
  return true;
}

/** A command ends for all partitions, before the next begins for any. */
function end(walkers: readonly Walker[], walker: Walker): boolean {
  const { ended } = walker;
  if (walkers.some((other) => other !== walker && other.ended + (other.cursor.kind === 'end' ? 1 : 0) <= ended)) return false;
  walker.ended += 1;
  step(walker);
  return true;
}

/** Whether the sources of a tick of the update at hand are there. */
function collected(walkers: readonly Walker[], partition: number, tick: number): boolean {
  const { cursor } = walkers[partition];
  const peers = walkers.length - 1;
  for (let place = 0; place < peers; place += 1) {
    const peer = walkers[place < partition ? place : place + 1];
    const source = cursor.sources[tick * peers + place];
    const there = source === TAKEN
      ? peer.cursor.update > cursor.update || (peer.cursor.update === cursor.update && peer.cursor.kind === 'update' && peer.published > tick)
      : peer.cursor.update >= source;
    if (!there) return false;
  }
  return true;
}
