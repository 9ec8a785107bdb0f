import { checkInteger, wrongKind, wrongValue } from '../check.js';
import { createStream, type Stream } from '../random/stream.js';
import type { Action, BoxSpace, Environment, Space, StepResult } from './environment.js';

/** The physics of a task and nothing else: episodes, time limits and seeds are `createEnvironment`'s. */
export interface Task {
  readonly id: string;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: Space;
  /** Numbers in the physical state. */
  readonly stateSize: number;
  /** Draws a first state. Writes: `state`. */
  start(state: Float64Array, stream: Stream): void;
  /** Moves `state` on by one step. `action` is checked; a discrete one is its only number. */
  move(state: Float64Array, action: ArrayLike<number>): { reward: number; terminated: boolean };
  observe(state: Float64Array): Float64Array;
}

export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** Gives a task episodes: seeds, time limit, checks and a state that resumes exactly. */
export function createEnvironment(task: Task, seed: number): Environment {
  const { id, timeLimit, observationSpace, actionSpace, stateSize } = task;
  const physics = new Float64Array(stateSize);
  let stream = createStream(seed, 'environment');
  let elapsed = 0;
  let phase: 'new' | 'running' | 'ended' = 'new';

  return {
    id,
    observationSpace,
    actionSpace,
    reset({ seed: newSeed } = {}) {
      if (newSeed !== undefined) stream = createStream(checkInteger('seed', newSeed, { min: 0, max: LARGEST_SEED }), 'environment');
      task.start(physics, stream);
      elapsed = 0;
      phase = 'running';
      return task.observe(physics);
    },
    step(action): StepResult {
      if (phase !== 'running') throw new Error(`${id}: ${phase === 'new' ? 'reset() comes before the first step()' : 'the episode has ended, reset() starts the next'}`);
      const { reward, terminated } = task.move(physics, checkAction(actionSpace, action));
      elapsed += 1;
      const truncated = elapsed >= timeLimit;
      if (terminated || truncated) phase = 'ended';
      return { observation: task.observe(physics), reward, terminated, truncated };
    },
    getState: () => [...physics, elapsed, phase === 'ended' ? 1 : 0, stream.position],
    setState(state) {
      checkState(state, stateSize);
      for (let i = 0; i < stateSize; i += 1) physics[i] = state[i];
      phase = 'running';
      if (state.length === stateSize) return;
      elapsed = state[stateSize];
      if (state[stateSize + 1] === 1) phase = 'ended';
      stream.position = state[stateSize + 2];
    },
    close: () => undefined,
  };
}

/** The counters behind the physical state: elapsed steps, ended, position of the random stream. */
const COUNTERS = 3;

function checkState(state: ArrayLike<number>, stateSize: number): void {
  const constraint = `${stateSize} or ${stateSize + COUNTERS} finite numbers`;
  const numbers = Array.from(state);
  if (!numbers.every((value) => typeof value === 'number')) throw wrongKind('state', constraint, numbers);
  if (numbers.length !== stateSize && numbers.length !== stateSize + COUNTERS) throw wrongValue('state', constraint, numbers);
  if (!numbers.every(Number.isFinite)) throw wrongValue('state', constraint, numbers);
  const counters = numbers.slice(stateSize);
  if (!counters.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw wrongValue('state', 'whole numbers >= 0 for elapsed steps, ended and stream position', counters);
  }
}

/** The action as numbers. @throws TypeError or RangeError naming `action` */
function checkAction(space: Space, action: Action): ArrayLike<number> {
  if (space.kind === 'discrete') {
    const constraint = `a whole number from 0 to ${space.count - 1}`;
    if (typeof action !== 'number') throw wrongKind('action', constraint, action);
    if (!Number.isInteger(action) || action < 0 || action >= space.count) throw wrongValue('action', constraint, action);
    return [action];
  }
  const constraint = `a list of ${space.low.length} number${space.low.length === 1 ? '' : 's'}`;
  if (typeof action !== 'object') throw wrongKind('action', constraint, action);
  if (action.length !== space.low.length) throw wrongValue('action', constraint, Array.from(action));
  for (let i = 0; i < action.length; i += 1) if (!Number.isFinite(action[i])) throw wrongValue('action', `${constraint}, all finite`, action[i]);
  return action;
}

export function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
