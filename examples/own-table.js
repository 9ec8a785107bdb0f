// A task that is a table: a machine that wears out. Run it at a profit that falls with its wear, or repair it at a price.
//
//   node scenarios/run tabular --environment examples/own-table.js --method policy-iteration
//   node scenarios/run tabular --environment examples/own-table.js --method q-learning --steps 200000
import { defineTable } from 'ganglion';

/** Wear of a machine that no longer works; the states are 0 (as new) to WORN. */
const WORN = 5;

/** Probability that a step of work adds to the wear. */
const DECAY = 0.3;

/** Each outcome is [probability, next state, reward, terminated]. */
function work(wear) {
  if (wear === WORN) return [[1, WORN, -5, false]];
  const profit = 10 - 2 * wear;
  return [[1 - DECAY, wear, profit, false], [DECAY, wear + 1, profit, false]];
}

const repair = () => [[0.9, 0, -8, false], [0.1, 1, -8, false]];

export default defineTable({
  id: 'Machine-v0',
  maxSteps: 200,
  actions: ['work', 'repair'], // the signs that the grid shows
  transitions: Array.from({ length: WORN + 1 }, (_, wear) => [work(wear), repair()]), // [state][action]
});
