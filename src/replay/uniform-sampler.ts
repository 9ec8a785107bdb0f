import { ATTEMPTS, type SamplerKind } from './item-sampler.js';
import type { Item } from './items.js';

/** `uniform`: every item has the same probability; with replacement. Rows are drawn, and rejected where they begin no whole item. */
export const uniformSampler: SamplerKind = {
  blocks: () => [],
  create({ segments, read, stream }) {
    const item: Item = { span: 0, return: 0, discount: 0 };

    /** Rows of the fullest segment that have been written. */
    function filled(): number {
      let most = 0;
      for (let segment = 0; segment < segments.segments; segment += 1) most = Math.max(most, segments.stored(segment));
      return Math.min(most, segments.capacity);
    }

    return {
      admit: () => undefined,
      draw(update, { rows, stamps, probabilities }) {
        const range = filled();
        for (let lane = 0; lane < rows.length; lane += 1) {
          stream.position = (update * rows.length + lane) * ATTEMPTS;
          let row: number;
          do {
            const place = stream.integer(segments.segments * range);
            row = Math.floor(place / range) * segments.capacity + (place % range);
          } while (read(row, item).span === 0);
          rows[lane] = row;
          stamps[lane] = segments.stamp(row);
        }
        probabilities.fill(1);
      },
      leastProbability: () => 1,
      prioritise: () => 0,
    };
  },
};
