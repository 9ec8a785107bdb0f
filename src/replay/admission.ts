import type { Item, ReadItem } from './items.js';
import { SLOT } from './ring.js';
import type { Segments } from './segment.js';

/** Follows what writers have stored: tells which rows have become items, and which are items no longer. */
export interface Admission {
  /** Takes up what was stored since the last call, a segment after the other. */
  run(): void;
}

/**
 * It begins with what is stored already, as admitted: at the start of a run nothing, in a resumed run all that the checkpoint holds.
 *
 * @param add called for each row that begins a whole item, in order of arrival
 * @param remove called for each row that is overwritten, before it is an item again
 */
export function createAdmission(segments: Segments, read: ReadItem, add: (row: number) => void, remove: (row: number) => void): Admission {
  const { capacity, kind } = segments;
  const item: Item = { span: 0, return: 0, discount: 0 };
  const isOpen = (row: number) => kind[row] !== SLOT.final && read(row, item).span === 0;
  const seen = Array.from({ length: segments.segments }, (_, segment) => segments.stored(segment));
  const settled = seen.map((count, segment) => settledBefore(segment, count));

  /** The first slot whose window was not whole when so many were stored: what comes before has been admitted. */
  function settledBefore(segment: number, count: number): number {
    let number = count;
    while (number > Math.max(0, count - capacity) && isOpen(segment * capacity + ((number - 1) % capacity))) number -= 1;
    return number;
  }

  function follow(segment: number): void {
    const first = segment * capacity;
    const count = segments.stored(segment);
    for (let number = Math.max(seen[segment], count - capacity); number < count; number += 1) remove(first + (number % capacity));
    seen[segment] = count;
    let number = Math.max(settled[segment], count - capacity);
    for (; number < count; number += 1) {
      const row = first + (number % capacity);
      if (isOpen(row)) break;
      if (kind[row] !== SLOT.final) add(row);
    }
    settled[segment] = number;
  }

  return {
    run() {
      for (let segment = 0; segment < segments.segments; segment += 1) follow(segment);
    },
  };
}
