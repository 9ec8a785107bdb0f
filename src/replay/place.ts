import type { StepResult } from '../environment/environment.js';

/** Where the host of an environment stands: all that a new one needs to go on. */
export interface Place {
  /** Slots written to the replay, environment steps taken, episodes ended. */
  stored: number;
  steps: number;
  episodes: number;
  /** Return and length of the episode at hand. */
  episodeReturn: number;
  length: number;
  /** True where the observation is the last of its episode. */
  ended: boolean;
  /** The observation to be answered next. */
  observation: ArrayLike<number>;
  /** What the environment's `getState` gave. */
  state: ArrayLike<number>;
}

/** Before the first step. The environment's state is still to be put in. */
export function firstPlace(observation: ArrayLike<number>): Place {
  return { stored: 0, steps: 0, episodes: 0, episodeReturn: 0, length: 0, ended: false, observation, state: [] };
}

/** Moves on by a step whose transition has been stored. */
export function passStep(place: Place, { observation, reward, terminated, truncated }: StepResult): void {
  place.stored += 1;
  place.steps += 1;
  place.episodeReturn += reward;
  place.length += 1;
  place.ended = terminated || truncated;
  if (place.ended) place.episodes += 1;
  place.observation = observation;
}

/** Moves on to an episode's first observation; the last one's of the episode before has been stored. */
export function passEpisode(place: Place, observation: ArrayLike<number>): void {
  place.stored += 1;
  place.episodeReturn = 0;
  place.length = 0;
  place.ended = false;
  place.observation = observation;
}
