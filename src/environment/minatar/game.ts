import { createMersenneTwister } from '../../random/mersenne-twister.js';
import type { Stream } from '../../random/stream.js';
import { createAllocator } from '../allocator.js';
import { box } from '../environment.js';
import type { Task, TaskFamily } from '../task.js';

/** Rows and columns of the grid. */
export const SIDE = 10;

/** Actions, by the same numbers in every game. */
export const [NO_OP, LEFT, UP, RIGHT, DOWN, FIRE] = [0, 1, 2, 3, 4, 5];
const ALL_ACTIONS = [NO_OP, LEFT, UP, RIGHT, DOWN, FIRE];

/** Steps after which an episode is truncated. */
const TIME_LIMIT = 108_000;

/** Least and greatest value. */
export type Range = readonly [low: number, high: number];

/** The rules of one game. Its state is a list of numbers, all 0 before the first episode. */
export interface Game {
  readonly name: string;
  /** What each channel of the picture shows. */
  readonly channels: readonly string[];
  /** The actions that do something. */
  readonly actions: readonly number[];
  /** Bounds of each number of the state, whole numbers all; 0 is within, as the state before the first episode. */
  readonly ranges: readonly Range[];
  /** True if the game gets harder with time. */
  readonly ramps: boolean;
  /** The first state of an episode. Writes: `state`. */
  start(state: Float64Array, random: Stream): void;
  /** One step: an end of the episode does not stop what follows in the same step. Writes: `state`. */
  play(state: Float64Array, action: number, random: Stream, ramping: boolean): { reward: number; terminated: boolean };
  /** Sets the cells of the picture. */
  draw(state: Float64Array, set: (channel: number, x: number, y: number) => void): void;
}

/**
 * The tasks of a game of MinAtar (Young & Tian 2019, arXiv 1903.03176): `MinAtar/<name>-v1` with the actions that do something, `-v0` with all six.
 * Observation: 10 rows × 10 columns × channels, bytes 0 or 1, channels fastest. Actions: nothing (0), left (1), up (2), right (3), down (4), fire
 * (5). With probability `sticky` (0.1) the action executed before is repeated, across episodes too. `ramping` 0: the game never gets harder.
 * Draws are those of the original's generator, so that a seed gives the original's episodes.
 *
 * Differs: an episode is truncated after 108,000 steps, for a policy may never lose; a reset with a seed clears the action executed before.
 */
export function minAtar(game: Game): TaskFamily[] {
  return [
    family(`MinAtar/${game.name}-v1`, game, game.actions),
    family(`MinAtar/${game.name}-v0`, game, ALL_ACTIONS),
  ];
}

function family(id: string, game: Game, actions: readonly number[]): TaskFamily {
  return {
    id,
    options: {
      sticky: { fallback: 0.1, range: { min: 0, max: 1 }, real: true },
      ...(game.ramps && { ramping: { fallback: 1, range: { min: 0, max: 1 } } }),
    },
    build: ({ sticky, ramping = 1 }) => createTask(id, game, actions, sticky, ramping === 1),
  };
}

function createTask(id: string, game: Game, actions: readonly number[], sticky: number, ramping: boolean): Task {
  const { ranges: { length: size }, channels: { length: depth } } = game;
  const allocate = createAllocator(SIDE * SIDE * depth);
  const ranges = [...game.ranges, [NO_OP, FIRE]];
  return {
    id,
    timeLimit: TIME_LIMIT,
    observationSpace: box(0, 1, { shape: [SIDE, SIDE, depth], type: 'uint8' }),
    actionSpace: { kind: 'discrete', count: actions.length },
    stateSize: size + 1, // the action executed last follows the game's
    bounds: {
      words: 'whole numbers within the bounds of its game',
      hold: (state) => ranges.every(([low, high], i) => Number.isInteger(state[i]) && state[i] >= low && state[i] <= high),
    },
    createStream: createMersenneTwister,
    start: (state, random) => { game.start(state, random); },
    move(state, action, random) {
      if (random.uniform() >= sticky) state[size] = actions[action[0]];
      return game.play(state, state[size], random, ramping);
    },
    observe(state) {
      const picture = allocate();
      game.draw(state, (channel, x, y) => { picture[(y * SIDE + x) * depth + channel] = 1; });
      return picture;
    },
  };
}

/** The same bounds for `count` numbers. */
export const each = (count: number, ...range: Range): Range[] => new Array<Range>(count).fill(range);

/** True for a column of the grid. */
export const isInside = (x: number): boolean => x >= 0 && x < SIDE;
