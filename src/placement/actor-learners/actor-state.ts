import type { EnvironmentCursor } from '../../environment/cursor.js';
import { BEHAVIOUR, type ActorCursorShape } from './cursors.js';

/** What an actor does next: the work that it has announced, or the beginning of a rollout. */
export const PHASES = ['begin', 'act', 'step', 'compute', 'learn'] as const;
export type Phase = (typeof PHASES)[number];

/** An actor between two announcements: plain data. */
export interface ActorState {
  /** Phase, steps of the rollout, version of its weights, steps of all actors at its beginning; counters of the cursor, behaviour, observation, state of the environment. */
  readonly doubles: Float64Array;
  /** Weights, states and outputs of the rollout. */
  readonly floats: Float32Array;
}

type Counters = Pick<EnvironmentCursor, 'steps' | 'episodes' | 'episodeReturn' | 'length' | 'ended'>;

/** The same, number by number. */
export interface ActorPlace {
  readonly phase: Phase;
  /** Steps of the rollout, the version of its weights, and steps of all actors at its beginning. */
  readonly t: number;
  readonly version: number;
  readonly step: number;
  readonly cursor: Counters & Pick<EnvironmentCursor, 'observation'>;
  readonly behaviour: Float64Array;
  readonly state: ArrayLike<number>;
}

/** Numbers in front of the behaviour. */
const FRONT = 9;

export const doublesOf = ({ observations, components, state }: ActorCursorShape): number => FRONT + BEHAVIOUR.action + components + observations + state;

export function encodeActor({ phase, t, version, step, cursor, behaviour, state, underWay }: ActorPlace & { readonly underWay: readonly Float32Array[] }, shape: ActorCursorShape): ActorState {
  const doubles = new Float64Array(doublesOf(shape)); // an observation at the start of an episode may lack what networks carry on: zeros
  const { steps, episodes, episodeReturn, length, ended, observation } = cursor;
  doubles.set([PHASES.indexOf(phase), t, version, step, steps, episodes, episodeReturn, length, ended ? 1 : 0]);
  doubles.set(behaviour, FRONT);
  doubles.set(observation, FRONT + behaviour.length);
  doubles.set(state, FRONT + behaviour.length + shape.observations);
  const floats = new Float32Array(underWay.reduce((sum, { length: count }) => sum + count, 0));
  let at = 0;
  for (const numbers of underWay) {
    floats.set(numbers, at);
    at += numbers.length;
  }
  return { doubles, floats };
}

export function decodeActor({ doubles }: Pick<ActorState, 'doubles'>, { components, observations }: ActorCursorShape): ActorPlace {
  const [phase, t, version, step, steps, episodes, episodeReturn, length, ended] = doubles;
  const observed = FRONT + BEHAVIOUR.action + components;
  return {
    phase: PHASES[phase],
    t,
    version,
    step,
    cursor: { steps, episodes, episodeReturn, length, ended: ended === 1, observation: doubles.slice(observed, observed + observations) },
    behaviour: doubles.slice(FRONT, observed),
    state: doubles.slice(observed + observations),
  };
}

/** Copies numbers into arrays, one after another. */
export function spread(numbers: Float32Array, arrays: readonly Float32Array[]): void {
  let at = 0;
  for (const array of arrays) {
    array.set(numbers.subarray(at, at + array.length));
    at += array.length;
  }
}
