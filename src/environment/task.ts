import { checkInteger, checkKeys, isCount, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { createStream, type Stream } from '../random/stream.js';
import type { BoxSpace, Environment, Space } from './environment.js';
import type { TransitionModel } from './model.js';

/** The physics of a task and nothing else: episodes, time limits and seeds are `createEnvironment`'s. */
export interface Task {
  readonly id: string;
  /** Steps after which an episode is truncated. */
  readonly timeLimit: number;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: Space;
  /** Numbers in the physical state. */
  readonly stateSize: number;
  /** As many of the first of these as suffice to set a state; the rest are then 0. All unless given. */
  readonly coreSize?: number;
  /** What holds of every physical state besides that its numbers are finite, and the words for it; absent where nothing does. */
  readonly bounds?: { readonly words: string; readonly hold: (state: ArrayLike<number>) => boolean };
  /** Draws a first state. Writes: `state`. */
  start(state: Float64Array, stream: Stream): void;
  /** Moves `state` on by one step. `action` is checked; a discrete one is its only number. Writes: `state`. */
  move(state: Float64Array, action: ArrayLike<number>, stream: Stream): { reward: number; terminated: boolean };
  /** Brings what the task keeps beside `state` in line with it, after a state was set. Leaves the position of `stream` as it is. */
  restore?(state: Float64Array, stream: Stream): void;
  /** The observation of `state`, freshly allocated. */
  observe(state: Float64Array): Float64Array;
  /** Its transitions, where all of them are known: what tabular methods read. */
  readonly model?: TransitionModel;
  /** Its random stream, where the original's own generator decides its episodes; a stream named `environment` unless given. */
  readonly createStream?: (seed: number) => Stream;
  /** True if a user wrote it: its errors are reported with environment and step. */
  readonly foreign?: true;
}

/** A task that comes in several forms: numbers as options, and the task that they make. */
export interface TaskFamily {
  readonly id: string;
  /** Loads what it needs besides, once for each thread. */
  readonly load?: () => Promise<void>;
  /** Whole numbers unless `real`. */
  readonly options: Readonly<Record<string, { readonly fallback: number; readonly range: NumberRange; readonly real?: true }>>;
  /** @param options every option, checked */
  build(options: Readonly<Record<string, number>>): Task;
}

/**
 * Gives a task episodes: seeds, time limit, checks and a state that resumes exactly.
 *
 * @param seed of the environment's random stream; whole number, 0 to 2^53 - 1
 */
export function createEnvironment(task: Task, seed: number): Environment & { readonly elapsed?: () => number } {
  const { id, timeLimit, observationSpace, actionSpace, stateSize } = task;
  const physics = new Float64Array(stateSize);
  const checkAction = createActionCheck(actionSpace);
  const createOwn = task.createStream ?? ((own: number) => createStream(own, 'environment'));
  let streamSeed = seed;
  let stream = createOwn(seed);
  let elapsed = 0;
  let running = false;

  function enterStream(newSeed: number, position: number): void {
    if (newSeed !== streamSeed) stream = createOwn(newSeed);
    streamSeed = newSeed;
    stream.position = position;
  }

  return {
    id,
    observationSpace,
    actionSpace,
    reset(options = {}) {
      checkKeys('', options, ['seed']);
      if (options.seed !== undefined) {
        enterStream(checkSeed(options.seed), 0);
        physics.fill(0); // what a task carries from one episode to the next
      }
      task.start(physics, stream);
      elapsed = 0;
      running = true;
      return task.observe(physics);
    },
    step(action) {
      if (!running) throw new Error(`${id} has no running episode: call reset() before step()`);
      const { reward, terminated } = task.move(physics, checkAction(action), stream);
      elapsed += 1;
      const truncated = elapsed >= timeLimit; // also where the task ended on that very step, as Gymnasium's TimeLimit
      running = !terminated && !truncated;
      return { observation: task.observe(physics), reward, terminated, truncated };
    },
    getState() {
      const state: number[] = [];
      for (let i = 0; i < stateSize; i += 1) state.push(physics[i]); // a spread takes longer, and this runs after every step
      state.push(elapsed, running ? 0 : 1, stream.position, streamSeed);
      return state;
    },
    setState(state) {
      checkState(state, task);
      for (let i = 0; i < stateSize; i += 1) physics[i] = i < state.length ? state[i] : 0;
      running = true;
      if (state.length > stateSize) {
        elapsed = state[stateSize];
        running = state[stateSize + 1] === 0;
        enterStream(state[stateSize + 3], state[stateSize + 2]);
      }
      task.restore?.(physics, stream);
    },
    close: () => undefined,
    ...(task.model && { model: task.model }),
    ...(task.foreign === true && { elapsed: () => elapsed }),
  };
}

/** A seed of a random stream. @throws TypeError or RangeError naming `seed` */
export function checkSeed(seed: unknown): number {
  return checkInteger('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

/** A check of a space's actions: gives them as a list, which for a discrete space is one list used again and again. */
function createActionCheck(space: Space): (action: unknown) => ArrayLike<number> {
  if (space.kind === 'box') {
    const size = space.low.length;
    const constraint = `a list of ${size} finite number${size === 1 ? '' : 's'}`;
    return (action) => checkNumbers('action', constraint, action, [size]);
  }
  const { count } = space;
  const constraint = `a whole number from 0 to ${count - 1}`;
  const chosen = [0];
  return (action) => {
    if (typeof action !== 'number') throw wrongKind('action', constraint, action);
    if (!Number.isInteger(action) || action < 0 || action >= count) throw wrongValue('action', constraint, action);
    chosen[0] = action;
    return chosen;
  };
}

/** The counters after the physical state: elapsed steps, ended (0 or 1), position of the random stream, its seed. */
const COUNTERS = 4;

function checkState(value: unknown, { id, coreSize, stateSize, bounds }: Task): void {
  const sizes = [...(coreSize === undefined ? [] : [coreSize]), stateSize, stateSize + COUNTERS];
  const state = checkNumbers('state', `a list of ${sizes.join(' or ')} finite numbers`, value, sizes);
  if (bounds?.hold(state) === false) throw wrongValue('state', `a state that ${id} can be in, ${bounds.words}`, Array.from(state).slice(0, stateSize));
  const counters = Array.from(state).slice(stateSize);
  if (!counters.every(isCount) || counters[1] > 1) throw wrongValue('state', 'whole numbers for elapsed steps, ended (0 or 1), stream position and seed', counters);
}

/** Whether the number is within ±`most`. */
export const within = (value: number, most: number): boolean => Math.abs(value) <= most;

/** Whether the number is one of 0, 1, …, count - 1. */
export const isOneOf = (value: number, count: number): boolean => isCount(value) && value < count;

function checkNumbers(option: string, constraint: string, value: unknown, sizes: readonly number[]): ArrayLike<number> {
  if (!isList(value)) throw wrongKind(option, constraint, value);
  if (!sizes.includes(value.length)) throw wrongValue(option, constraint, Array.from(value));
  if (!isNumbers(value)) throw wrongKind(option, constraint, value);
  for (let i = 0; i < value.length; i += 1) {
    if (!Number.isFinite(value[i])) throw wrongValue(option, constraint, value[i], ` at index ${i}`);
  }
  return value;
}

/** True for arrays and typed arrays, and for whatever else is read like one. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number';
}

function isNumbers(list: ArrayLike<unknown>): list is ArrayLike<number> {
  for (let i = 0; i < list.length; i += 1) if (typeof list[i] !== 'number') return false;
  return true;
}

export function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
