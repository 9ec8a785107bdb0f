import { createStream } from '../../src/random/stream.js';

/** Random choices of one case: its own named stream decides them all, so that a case can be made again by itself. */
export interface Draw {
  /** Uniform over 0, 1, …, count - 1. */
  below(count: number): number;
  /** Uniform from `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** One of the choices, each with its weight. */
  weighted<Item>(choices: readonly (readonly [weight: number, item: Item])[]): Item;
}

/** @param name for example `configurations/17` */
export function createDraw(seed: number, name: string): Draw {
  const stream = createStream(seed, `fuzz/${name}`);
  const below = (count: number) => stream.integer(count);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (probability) => stream.uniform() < probability,
    pick: (items) => items[below(items.length)],
    weighted(choices) {
      let left = stream.uniform() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of choices) {
        left -= weight;
        if (left < 0) return item;
      }
      return choices[choices.length - 1][1];
    },
  };
}
