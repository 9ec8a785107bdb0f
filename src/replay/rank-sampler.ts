import { createAdmission } from './admission.js';
import { ATTEMPTS, eachCurrent, PRIORITY_FLOOR, rowsOf, type SamplerKind } from './item-sampler.js';
import type { Item } from './items.js';

const ERRORS = 'replay/errors';
const ORDER = 'replay/order';
const WORDS = 'replay/ranking';
const HIGHEST = 'replay/highest';

/** Words of a ranking: items in it, and priorities that have changed since. */
const SORTED = 0;
const CHANGED = 1;

/**
 * `rank`: P(i) ∝ 1 / rank(i)^α, items ranked by |δ|; with replacement, stratified in ranges of equal mass. A new item is ranked as one with the highest |δ| so far.
 *
 * Items are ranked anew once as many priorities have changed as there are items, or their number has grown by an eighth: between two rankings a new item cannot
 * be drawn, and a changed one keeps its rank.
 *
 * Source: Schaul et al. 2016, section 3.3 and appendix B.2.1, which ranks by a heap that is sorted rarely.
 */
export const rankSampler: SamplerKind = {
  blocks: (rows) => [
    { name: ERRORS, type: 'float64', shape: [rows], owner: 'the learner' },
    { name: ORDER, type: 'int32', shape: [rows], owner: 'the learner' },
    { name: WORDS, type: 'int32', shape: [2], owner: 'the learner' },
    { name: HIGHEST, type: 'float64', shape: [1], owner: 'the learner' },
  ],
  create({ arena, segments, read, stream, exponent }) {
    const rows = rowsOf(segments);
    const item: Item = { span: 0, return: 0, discount: 0 };
    const priorities = arena.float64(ERRORS);
    const order = arena.int32(ORDER);
    const words = arena.int32(WORDS);
    const highest = arena.float64(HIGHEST);
    if (!(highest[0] > 0)) highest[0] = 1;
    const ranked = order.subarray(0, Math.min(rows, Math.max(0, words[SORTED])));
    if (!ranked.some((row) => row >= 0 && row < rows && read(row, item).span > 0) || ranked.some((row) => row < 0 || row >= rows)) words[SORTED] = 0; // so of no ranking: the first draw ranks
    const cumulative = new Float64Array(rows + 1); // Σ 1 / rank^α of the first ranks
    for (let rank = 1; rank <= rows; rank += 1) cumulative[rank] = cumulative[rank - 1] + rank ** -exponent;
    let items = 0;
    for (const priority of priorities) if (priority > 0) items += 1;

    function set(row: number, priority: number): void {
      items += Number(priority > 0) - Number(priorities[row] > 0);
      priorities[row] = priority;
      words[CHANGED] += 1;
    }

    function rankAnew(): void {
      let count = 0;
      for (let row = 0; row < rows; row += 1) if (priorities[row] > 0) order[count++] = row;
      order.subarray(0, count).sort((a, b) => priorities[b] - priorities[a] || a - b);
      words[SORTED] = count;
      words[CHANGED] = 0;
    }

    /** The first rank whose cumulative mass exceeds `mass`, from 0. */
    function rankAt(mass: number): number {
      let low = 0;
      let high = words[SORTED] - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (mass < cumulative[middle + 1]) high = middle;
        else low = middle + 1;
      }
      return low;
    }

    const admission = createAdmission(segments, read, (row) => { set(row, highest[0]); }, (row) => { set(row, 0); });
    return {
      admit: () => { admission.run(); },
      draw(update, draw) {
        if (words[CHANGED] >= words[SORTED] || items > words[SORTED] * 1.125) rankAnew();
        const { length } = draw.rows;
        const range = cumulative[words[SORTED]] / length;
        for (let lane = 0; lane < length; lane += 1) {
          stream.position = (update * length + lane) * ATTEMPTS;
          let rank = rankAt((lane + stream.uniform()) * range);
          while (read(order[rank], item).span === 0) rank = rankAt(stream.uniform() * cumulative[words[SORTED]]); // overwritten since
          draw.rows[lane] = order[rank];
          draw.stamps[lane] = segments.stamp(order[rank]);
          draw.probabilities[lane] = (rank + 1) ** -exponent;
        }
      },
      leastProbability: () => words[SORTED] ** -exponent,
      prioritise: (draw, errors) => eachCurrent(draw, segments, (row, lane) => {
        const priority = errors[lane] + PRIORITY_FLOOR;
        if (priority > highest[0]) highest[0] = priority;
        set(row, priority);
      }),
    };
  },
};
