import { countStep, startCursor, startEpisode, type EnvironmentCursor } from './cursor.js';
import type { Action, Environment, EpisodeRecord, StepResult } from './environment.js';

/** Receives what happens in an environment loop. */
export interface LoopSink {
  /** Called for each step, before the cursor counts it. */
  onStep?(result: StepResult, cursor: EnvironmentCursor): void;
  /** Called for each ended episode, once the cursor has counted it. */
  onEpisode?(cursor: EnvironmentCursor): void;
  /** Called for the last observation of each episode, before the next episode starts. */
  onLastObservation?(observation: ArrayLike<number>, cursor: EnvironmentCursor): void;
}

/**
 * What happens to the last observation of an episode:
 *
 *   submit   it is answered like any other, and the answer discarded: the loop spends one more `advance` on it
 *   store    the sinks get it with the step that ended the episode, and the next episode starts at once
 *   stop     nothing; the loop waits for `reset`
 */
export type LastObservation = 'submit' | 'store' | 'stop';

export interface LoopOptions {
  readonly environment: Environment;
  /** Answers the cursor's observation: steps the environment. */
  readonly act: (cursor: EnvironmentCursor) => StepResult;
  readonly lastObservation: LastObservation;
  /** Where to continue; before the first `reset` unless given. */
  readonly cursor?: EnvironmentCursor;
  readonly sinks?: readonly LoopSink[];
}

/** Takes one environment through its episodes: every loop of training, evaluation and recording is this one. */
export interface EnvironmentLoop {
  readonly cursor: EnvironmentCursor;
  /** Starts the episode of a seed; without one, the next episode. */
  reset(seed?: number): void;
  /** Answers one observation. @returns true if that ended an episode */
  advance(): boolean;
}

export function createEnvironmentLoop({ environment, act, lastObservation, cursor = startCursor(), sinks = [] }: LoopOptions): EnvironmentLoop {
  function onLastObservation(observation: ArrayLike<number>): void {
    for (const sink of sinks) sink.onLastObservation?.(observation, cursor);
  }

  function step(): boolean {
    const result = act(cursor);
    for (const sink of sinks) sink.onStep?.(result, cursor);
    countStep(cursor, result);
    if (!cursor.ended) return false;
    for (const sink of sinks) sink.onEpisode?.(cursor);
    if (lastObservation === 'store') {
      onLastObservation(result.observation);
      cursor.observation = environment.reset(); // `ended` stays until the next step: it is in the cursor's record
    }
    return true;
  }

  return {
    cursor,
    reset(seed) {
      startEpisode(cursor, environment.reset(seed === undefined ? undefined : { seed }));
    },
    advance() {
      if (!cursor.ended || lastObservation !== 'submit') return step();
      onLastObservation(cursor.observation);
      startEpisode(cursor, environment.reset());
      return false;
    },
  };
}

/** Plays the episode of a seed. @returns the cursor at its end */
export function playEpisode(environment: Environment, seed: number, answer: (observation: ArrayLike<number>) => Action, sink: LoopSink = {}): EnvironmentCursor {
  const loop = createEnvironmentLoop({ environment, act: ({ observation }) => environment.step(answer(observation)), lastObservation: 'stop', sinks: [sink] });
  loop.reset(seed);
  while (!loop.advance());
  return loop.cursor;
}

/** The record of the episode that a lone environment has just ended. */
export function episodeRecord({ steps, episodes, episodeReturn, length }: EnvironmentCursor): EpisodeRecord {
  return { step: steps, episode: episodes, return: episodeReturn, length };
}
