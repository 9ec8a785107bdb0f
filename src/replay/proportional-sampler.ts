import { createAdmission } from './admission.js';
import { attachExtremeTree, extremeTreeBlock } from './extreme-tree.js';
import { eachCurrent, PRIORITY_FLOOR, rowsOf, type SamplerKind } from './item-sampler.js';
import { attachSumTree, sumTreeBlock } from './sum-tree.js';

const HIGHEST = 'replay/highest';
const RECIPROCALS = 'replay/reciprocals';
const PRIORITIES = 'replay/priorities';

/**
 * `proportional`: P(i) ∝ p_i, with p_i = (|δ_i| + 1e-6)^α. A new item has the highest priority that any item has had, 1 at first. Draws are
 * stratified: the total is divided into as many equal ranges as there are draws, with one draw from each.
 *
 * Source: Schaul et al. 2016, section 3.3 and Algorithm 1.
 */
export const proportionalSampler: SamplerKind = {
  blocks: (rows) => [sumTreeBlock(PRIORITIES, rows), extremeTreeBlock(RECIPROCALS, rows), { name: HIGHEST, type: 'float64', shape: [1], owner: 'the learner' }],
  create({ arena, segments, read, stream, exponent }) {
    const rows = rowsOf(segments);
    const tree = attachSumTree(arena, PRIORITIES, rows);
    const reciprocals = attachExtremeTree(arena, RECIPROCALS, rows);
    const highest = arena.float64(HIGHEST);
    if (!(highest[0] > 0)) highest[0] = 1;
    let masses = new Float64Array(0);

    function set(row: number, priority: number): void {
      tree.set(row, priority);
      reciprocals.set(row, priority > 0 ? 1 / priority : 0);
    }

    const admission = createAdmission(segments, read, (row) => { set(row, highest[0]); }, (row) => { set(row, 0); });
    return {
      admit: () => { admission.run(); },
      draw(update, draw) {
        const { length } = draw.rows;
        if (masses.length !== length) masses = new Float64Array(length);
        const range = tree.total() / length;
        stream.position = update * length;
        for (let lane = 0; lane < length; lane += 1) masses[lane] = (lane + stream.uniform()) * range;
        tree.find(masses, draw.rows);
        for (let lane = 0; lane < length; lane += 1) {
          draw.stamps[lane] = segments.stamp(draw.rows[lane]);
          draw.probabilities[lane] = tree.get(draw.rows[lane]);
        }
      },
      leastProbability: () => 1 / reciprocals.greatest(),
      prioritise: (draw, errors) => eachCurrent(draw, segments, (row, lane) => {
        const priority = (errors[lane] + PRIORITY_FLOOR) ** exponent;
        if (priority > highest[0]) highest[0] = priority;
        set(row, priority);
      }),
    };
  },
};
