import { createModel, type Outcome } from './model.js';
import { oneHot, tableTask } from './table.js';
import { clip, type Task } from './task.js';

const [ROWS, COLUMNS] = [4, 12];
const [START, GOAL] = [36, 47];

/** Rows and columns that the actions up (0), right (1), down (2) and left (3) move by. */
const MOVES = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const;

const isCliff = (state: number) => state > START && state < GOAL;

/** Gymnasium has no limit. An evaluation has to end, though a policy walks into a wall for ever. */
const TIME_LIMIT = 100_000;

/**
 * CliffWalking-v1: walk along a cliff, on 4 by 12 fields, from the lower left corner to the lower right one. State: row · 12 + column. Actions up (0),
 * right (1), down (2), left (3); a step off the grid leaves the place as it is. Reward -1 a step; -100 for a step over the cliff between the
 * corners, which leads back to the start. Terminates at the goal.
 * Source: Sutton & Barto, example 6.6, as in Gymnasium's toy text. Differs: 100,000 steps, where Gymnasium has no limit.
 */
export const cliffWalking: Task = cliff('CliffWalking-v1', false);

/** CliffWalkingSlippery-v1: the same, where the chosen direction and the two at right angles have probability 1/3 each. */
export const cliffWalkingSlippery: Task = cliff('CliffWalkingSlippery-v1', true);

function outcome(probability: number, state: number, direction: number): Outcome {
  const [down, right] = MOVES[direction % MOVES.length];
  const next = COLUMNS * clip(Math.floor(state / COLUMNS) + down, 0, ROWS - 1) + clip((state % COLUMNS) + right, 0, COLUMNS - 1);
  return isCliff(next) ? [probability, START, -100, false] : [probability, next, -1, next === GOAL];
}

function cliff(id: string, slippery: boolean): Task {
  const states = [...new Array<undefined>(ROWS * COLUMNS).keys()];
  const outcomes = (state: number, action: number) => (slippery ? [3, 0, 1].map((turn) => outcome(1 / 3, state, action + turn)) : [outcome(1, state, action)]);
  const transitions = states.map((state) => MOVES.map((_, action) => outcomes(state, action)));
  return tableTask(id, createModel(transitions, oneHot(START, states.length), TIME_LIMIT, {
    actions: ['↑', '→', '↓', '←'],
    marks: states.map((state) => (isCliff(state) ? 'C' : state === GOAL ? 'G' : '')),
    grids: [{ title: '', columns: COLUMNS, states }],
  }));
}
