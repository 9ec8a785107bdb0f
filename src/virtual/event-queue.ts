import TinyQueue from 'tinyqueue';

import { InternalError } from '../errors.js';

/**
 * What is going to happen, by virtual time. Of events at the same time the one that was pushed first happens first, so that a simulation
 * repeats itself exactly.
 */
export interface EventQueue<Event> {
  /** Events that have not happened yet. */
  readonly size: number;
  /** Virtual time now, in seconds: that of the last event that happened. */
  readonly time: number;
  /** Virtual time of the next event; Infinity where there is none. */
  readonly nextTime: number;
  /** Lets an event happen at a time, now or later. Takes O(log size). */
  push(time: number, event: Event): void;
  /** The events that have not happened yet, the next first. */
  pending(): readonly PendingEvent<Event>[];
  /** Takes the next event out and moves the time on to it; undefined where there is none. Takes O(log size). */
  pop(): Event | undefined;
}

/** An event that is going to happen. */
export interface PendingEvent<Event> {
  readonly time: number;
  readonly event: Event;
}

interface Entry<Event> extends PendingEvent<Event> {
  /** Number of the push. */
  readonly order: number;
}

/**
 * 0.2 µs a push and 1 µs a pop with 100,000 events waiting, 0.1 µs for both with 16, on a busy core: a small part of any update.
 *
 * @param begin virtual time before the first event
 */
export function createEventQueue<Event>(begin = 0): EventQueue<Event> {
  const compare = (a: Entry<Event>, b: Entry<Event>) => a.time - b.time || a.order - b.order;
  const heap = new TinyQueue<Entry<Event>>([], compare);
  let pushes = 0;
  let now = begin;
  return {
    get size() {
      return heap.length;
    },
    get time() {
      return now;
    },
    get nextTime() {
      return heap.peek()?.time ?? Infinity;
    },
    push(time, event) {
      if (!Number.isFinite(time) || time < now) throw new InternalError(`an event at virtual time ${time}, when it is ${now} already`);
      heap.push({ time, order: pushes, event });
      pushes += 1;
    },
    pending: () => heap.data.toSorted(compare),
    pop() {
      const entry = heap.pop();
      if (entry === undefined) return undefined;
      now = entry.time;
      return entry.event;
    },
  };
}
