import { createModel, type Outcome } from './model.js';
import { oneHot, tableTask } from './table.js';
import { clip, type TaskFamily } from './task.js';

const SMALL = ['SFFF', 'FHFH', 'FFFH', 'HFFG'];
const LARGE = ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'];

/** Rows and columns that the actions left (0), down (1), right (2) and up (3) move by. */
const MOVES = [[0, -1], [1, 0], [0, 1], [-1, 0]] as const;

/** Probability of the direction that was chosen, on slippery ice; the two at right angles share the rest. */
const SUCCESS = 1 / 3;

/**
 * FrozenLake-v1: cross a lake of 4 by 4 fields from S to the goal G, and step into no hole H. State: row · columns + column. Actions left (0), down
 * (1), right (2), up (3); a step off the lake leaves the place as it is. On slippery ice the chosen direction and the two at right angles have
 * probability 1/3 each; under `FrozenLake-v1(slippery=0)` the chosen direction is certain. Reward 1 at the goal, else 0. Terminates in a hole or at the goal. 100
 * steps. First state: S. Source: Gymnasium's toy text.
 */
export const frozenLake = lake('FrozenLake-v1', SMALL, 100);

/** FrozenLake8x8-v1: the same on 8 by 8 fields, 200 steps. */
export const frozenLake8x8 = lake('FrozenLake8x8-v1', LARGE, 200);

function lake(id: string, map: readonly string[], timeLimit: number): TaskFamily {
  return {
    id,
    options: { slippery: { fallback: 1, range: { min: 0, max: 1 } } },
    build: ({ slippery }) => tableTask(id, createLake(map, slippery === 1, timeLimit)),
  };
}

function createLake(map: readonly string[], slippery: boolean, timeLimit: number) {
  const fields = Array.from(map.join(''));
  const columns = map[0].length;
  const isEnd = (state: number) => fields[state] === 'H' || fields[state] === 'G';
  const walk = (state: number, direction: number): number => {
    const [down, right] = MOVES[direction % MOVES.length];
    return columns * clip(Math.floor(state / columns) + down, 0, map.length - 1) + clip((state % columns) + right, 0, columns - 1);
  };
  const outcome = (probability: number, state: number, direction: number): Outcome => {
    const next = walk(state, direction);
    return [probability, next, fields[next] === 'G' ? 1 : 0, isEnd(next)];
  };
  const outcomes = (state: number, action: number): Outcome[] => {
    if (isEnd(state)) return [[1, state, 0, true]];
    if (!slippery) return [outcome(1, state, action)];
    const aside = (1 - SUCCESS) / 2;
    return [outcome(aside, state, action + 3), outcome(SUCCESS, state, action), outcome(aside, state, action + 1)];
  };
  const transitions = fields.map((_, state) => MOVES.map((_, action) => outcomes(state, action)));
  return createModel(transitions, oneHot(fields.indexOf('S'), fields.length), timeLimit, {
    actions: ['←', '↓', '→', '↑'],
    marks: fields.map((field, state) => (isEnd(state) ? field : '')),
    grids: [{ title: '', columns, states: [...fields.keys()] }],
  });
}
