import { createAdmission } from './admission.js';
import { attachExtremeTree, extremeTreeBlock } from './extreme-tree.js';
import { eachCurrent, PRIORITY_FLOOR, rowsOf, type SamplerKind } from './item-sampler.js';

const ERRORS = 'replay/errors';
const HIGHEST = 'replay/highest';

/**
 * `greedy`: always the items of the largest |δ|, each once in a minibatch and the oldest row first. It forgets items whose error was small once, and follows noise.
 *
 * A minibatch has no probabilities to correct for: all importance weights are 1. Source: Schaul et al. 2016, section 3.2.
 */
export const greedySampler: SamplerKind = {
  blocks: (rows) => [extremeTreeBlock(ERRORS, rows), { name: HIGHEST, type: 'float64', shape: [1], owner: 'the learner' }],
  create({ arena, segments, read }) {
    const tree = attachExtremeTree(arena, ERRORS, rowsOf(segments));
    const highest = arena.float64(HIGHEST);
    if (!(highest[0] > 0)) highest[0] = 1;
    const admission = createAdmission(segments, read, (row) => { tree.set(row, highest[0]); }, (row) => { tree.set(row, 0); });
    let taken = new Float64Array(0);
    return {
      admit: () => { admission.run(); },
      draw(_update, { rows, stamps, probabilities }) {
        if (taken.length !== rows.length) taken = new Float64Array(rows.length);
        for (let lane = 0; lane < rows.length; lane += 1) {
          const row = tree.greatest() > 0 ? tree.leaf() : rows[lane - 1]; // fewer items than lanes: the last one again
          rows[lane] = row;
          stamps[lane] = segments.stamp(row);
          taken[lane] = tree.get(row);
          tree.set(row, 0);
        }
        for (let lane = rows.length - 1; lane >= 0; lane -= 1) tree.set(rows[lane], taken[lane]);
        probabilities.fill(1);
      },
      leastProbability: () => 1,
      prioritise: (draw, errors) => eachCurrent(draw, segments, (row, lane) => {
        const priority = errors[lane] + PRIORITY_FLOOR;
        if (priority > highest[0]) highest[0] = priority;
        tree.set(row, priority);
      }),
    };
  },
};
