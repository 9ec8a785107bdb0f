import { SLOT } from './ring.js';
import type { Segments } from './segment.js';

/** What an item of a replay is: up to `steps` consecutive transitions as one. */
export interface ItemShape {
  /** n: most transitions of an item. */
  readonly steps: number;
  readonly discount: number;
}

/** An n-step item: Q(s, a) is compared with R + Γ v(last observation). */
export interface Item {
  /** k: transitions in it, from 1 to n; 0 if the row holds no whole item. */
  span: number;
  /** R = r_0 + γ r_1 + … + γ^{k-1} r_{k-1} */
  return: number;
  /** Γ = γ^k, or 0 where the last transition terminated the episode. */
  discount: number;
}

/** Reads the item that begins in a row. Writes: `item`. */
export type ReadItem = (row: number, item: Item) => Item;

/**
 * Items of up to n transitions, computed from what each slot holds. An item ends before its n-th transition where the episode does: k is then what was used. It
 * keeps the bootstrap if the episode was truncated. It is whole once its last observation is stored, so that no window crosses the reset of an
 * environment or the newest slot. The last observation of an episode begins no item.
 *
 * Source: Sutton & Barto 2018, equation 7.1; Mnih et al. 2016 for windows that the end of an episode cuts.
 */
export function createItemReader(segments: Segments, { steps, discount }: ItemShape): ReadItem {
  const { capacity, kind, reward } = segments;
  return (row, item) => {
    const age = segments.age(row);
    const end = (Math.floor(row / capacity) + 1) * capacity;
    let at = row;
    item.span = 0;
    item.return = 0;
    let factor = 1; // γ^k
    for (let k = 0; k < steps && k < age && kind[at] !== SLOT.final; k += 1) {
      item.return += factor * reward[at];
      factor *= discount;
      item.span = k + 1;
      if (kind[at] === SLOT.terminal) {
        item.discount = 0;
        return item;
      }
      at = at + 1 === end ? at + 1 - capacity : at + 1;
    }
    item.discount = factor;
    if (item.span < steps && kind[at] !== SLOT.final) item.span = 0; // the window reaches beyond the newest slot
    return item;
  };
}

/** The row of an item's last observation. */
export function lastRow({ capacity }: Pick<Segments, 'capacity'>, row: number, span: number): number {
  const segment = Math.floor(row / capacity);
  return segment * capacity + ((row - segment * capacity + span) % capacity);
}
