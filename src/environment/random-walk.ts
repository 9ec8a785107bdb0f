import { createModel, type Outcome } from './model.js';
import { oneHot, tableTask } from './table.js';
import type { TaskFamily } from './task.js';

/** Never reached in practice: a walk of equal chances over n states takes about n² / 4 steps. */
const TIME_LIMIT = 100_000;

/**
 * RandomWalk-v0: `states` states in a row, with an end at either side. State: 0 is the left end, 1 to `states` are A, B, …, and `states` + 1 is the right
 * end. Actions left (0) and right (1). Reward 1 for the step to the right end, else 0. Terminates at either end. First state: the middle one.
 *
 * Under equal chances the value of the i-th state is i / (states + 1). Source: Sutton & Barto, example 6.2. Differs: an action decides the
 * direction; the example is its uniform policy.
 */
export const randomWalk: TaskFamily = {
  id: 'RandomWalk-v0',
  options: { states: { fallback: 5, range: { min: 1, max: 1000 } } },
  build: ({ states }) => tableTask('RandomWalk-v0', createWalk(states)),
};

function createWalk(states: number) {
  const [left, right] = [0, states + 1];
  const isEnd = (state: number) => state === left || state === right;
  const outcome = (state: number, next: number): Outcome => (isEnd(state) ? [1, state, 0, true] : [1, next, next === right ? 1 : 0, isEnd(next)]);
  const all = [...new Array<undefined>(states + 2).keys()];
  return createModel(all.map((state) => [[outcome(state, state - 1)], [outcome(state, state + 1)]]), oneHot(Math.floor((states + 1) / 2), states + 2), TIME_LIMIT, {
    actions: ['←', '→'],
    marks: all.map((state) => (isEnd(state) ? '■' : '')),
    grids: [{ title: '', columns: Math.min(12, states + 2), states: all }],
  });
}
