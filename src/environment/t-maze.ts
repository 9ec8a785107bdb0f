import { box } from './environment.js';
import { clip, isOneOf, type Task, type TaskFamily } from './task.js';

/** South is the action that is left. */
const [NORTH, EAST, WEST] = [0, 1, 3];
const GOAL_REWARD = 4;
const FAULT = -0.1;

/** What is seen in each place; the first two are the start with the cue south and with the cue north. */
const CUES = [[1, 1, 0], [0, 1, 1]] as const;
const CORRIDOR = [1, 0, 1] as const;
const JUNCTION = [0, 1, 0] as const;

/** Steps that an episode may take, times the places of corridor and junction. */
const PATIENCE = 20;

/**
 * TMaze-v0: walk a corridor to its end and there turn in the direction of a cue shown at the start. State [cue, place]: cue 0 (south) or
 * 1 (north), place 0 (start) to `length` (junction). Actions north (0), east (1), south (2), west (3); east and west walk
 * along the corridor, north and south choose at the junction. Three numbers are seen: 110 or 011 at the start, by the cue, 101 on
 * the way and 010 at the junction.
 *
 * Reward 4 for the right choice, -0.1 for the wrong one and for a step into a wall, else 0. Terminates with the choice.
 * 20 (length + 1) steps. First state: the cue, each with probability 1/2, at the start.
 *
 * The junction looks the same whatever the cue was, so a policy without memory is right in 50 % of its choices, and its mean
 * return is at most (4 - 0.1) / 2 = 1.95; one that stores the cue reaches 4.
 * Source: Bakker 2002, the deterministic T-maze. Differs: a limit of steps, which the paper does not state.
 */
export const tMaze: TaskFamily = {
  id: 'TMaze-v0',
  options: { length: { fallback: 10, range: { min: 1, max: 10_000 } } },
  build: ({ length }) => createTMaze(length),
};

function createTMaze(length: number): Task {
  return {
    id: 'TMaze-v0',
    timeLimit: PATIENCE * (length + 1),
    observationSpace: box([0, 0, 0], [1, 1, 1]),
    actionSpace: { kind: 'discrete', count: 4 },
    stateSize: 2,
    bounds: { words: `its cue 0 or 1 and its place a whole number from 0 to ${length}`, hold: ({ 0: cue, 1: place }) => isOneOf(cue, 2) && isOneOf(place, length + 1) },
    start(state, stream) {
      state[0] = stream.integer(2);
      state[1] = 0;
    },
    move(state, chosen) {
      const [cue, place] = state;
      const action = chosen[0];
      if (action === EAST || action === WEST) {
        state[1] = clip(place + (action === EAST ? 1 : -1), 0, length);
        return { reward: state[1] === place ? FAULT : 0, terminated: false };
      }
      if (place !== length) return { reward: FAULT, terminated: false };
      return { reward: (action === NORTH) === (cue === 1) ? GOAL_REWARD : FAULT, terminated: true };
    },
    observe: ([cue, place]) => Float64Array.from(place === 0 ? CUES[cue === 1 ? 1 : 0] : place === length ? JUNCTION : CORRIDOR),
  };
}
