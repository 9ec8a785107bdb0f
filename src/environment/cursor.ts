import type { StepResult } from './environment.js';

/** Position of one environment in its sequence of episodes: all that is needed to continue from there. */
export interface EnvironmentCursor {
  /** Environment steps taken, and episodes ended. */
  steps: number;
  episodes: number;
  /** Return and length of the current episode; after its end, of that one until the next step. */
  episodeReturn: number;
  length: number;
  /** True if the last step ended its episode. */
  ended: boolean;
  /** Slots written to the replay. */
  stored: number;
  /** Slot numbers of the last transition, and of the one before it in the same episode; -1 if there is none. */
  slot: number;
  previous: number;
  /** The observation to answer next. */
  observation: ArrayLike<number>;
  /** Numbers that a placement keeps to choose its next actions; empty where it keeps none. */
  behaviour: ArrayLike<number>;
  /** The environment's state, as `getState` returned it. */
  state: ArrayLike<number>;
}

/** Environments that are submitted and stepped together: numbers from `begin` up to `end`. */
export interface EnvironmentGroup {
  readonly begin: number;
  readonly end: number;
}

/** A cursor before the first step; `state` is still to be set. */
export function startCursor(observation: ArrayLike<number> = []): EnvironmentCursor {
  return { steps: 0, episodes: 0, episodeReturn: 0, length: 0, ended: false, stored: 0, slot: -1, previous: -1, observation, behaviour: [], state: [] };
}

/** Counts a step, the first of a new episode if the last step ended one. */
export function countStep(cursor: EnvironmentCursor, { observation, reward, terminated, truncated }: StepResult): void {
  if (cursor.ended) clearEpisode(cursor);
  cursor.steps += 1;
  cursor.episodeReturn += reward;
  cursor.length += 1;
  cursor.ended = terminated || truncated;
  if (cursor.ended) cursor.episodes += 1;
  cursor.observation = observation;
}

/** Moves the cursor to the first observation of an episode. */
export function startEpisode(cursor: EnvironmentCursor, observation: ArrayLike<number>): void {
  clearEpisode(cursor);
  cursor.ended = false;
  cursor.slot = -1;
  cursor.previous = -1;
  cursor.observation = observation;
}

function clearEpisode(cursor: EnvironmentCursor): void {
  cursor.episodeReturn = 0;
  cursor.length = 0;
}
