import { checkInteger, checkKeys, checkLabel, isRecord, wrongKind } from '../check.js';
import { describeValue } from '../describe.js';
import { createStream, type Stream } from '../random/stream.js';
import { TaskFault } from './blame.js';
import { box, discrete, type BoxSpace, type Space } from './environment.js';
import { structureOf } from './structure.js';
import type { Task, TaskFamily } from './task.js';

/** Random numbers of the environment's own stream, which its seed decides. */
export type EnvironmentRandom = Pick<Stream, 'uniform' | 'uniformBetween' | 'integer' | 'gaussian'>;

/** A user's definition of a task. All else (time limit, seeds, checks, exact state) is `defineEnvironment`'s. */
export interface EnvironmentDefinition<State = unknown> {
  /** For messages and reports, for example `Ball-v0`. */
  readonly id: string;
  readonly observationSpace: BoxSpace;
  readonly actionSpace: Space;
  /** Steps after which an episode is truncated. */
  readonly maxSteps: number;
  /** The first state of an episode: plain data of numbers, booleans, lists and objects of these, always of the same structure. */
  reset(random: EnvironmentRandom): State;
  /**
   * One step. The state may be changed in place, or another be given.
   *
   * @param action a whole number for a discrete space, a list of numbers for a box: as the policy gave it, so clip what has to be clipped
   */
  step(state: State, action: number | ArrayLike<number>, random: EnvironmentRandom): { state?: State; reward: number; terminated: boolean };
  /** The observation: as many finite numbers as the observation space has. */
  observe(state: State): ArrayLike<number>;
}

const KEYS = ['id', 'observationSpace', 'actionSpace', 'maxSteps', 'reset', 'step', 'observe'] as const;
const MARK = Symbol.for('ganglion.environment');

/** A task that can be registered. */
export interface DefinedEnvironment {
  readonly id: string;
  readonly family: TaskFamily;
}

/**
 * A task of the user's own: its definition, with a time limit, seeds, checks of every observation, reward and action, and a state that resumes exactly.
 *
 * @throws TypeError or RangeError naming what is wrong with the definition
 */
export function defineEnvironment<State>(definition: EnvironmentDefinition<State>): DefinedEnvironment {
  if (!isRecord(definition)) throw wrongKind('definition', 'an object', definition);
  checkKeys('definition', definition, KEYS);
  const id = checkLabel('definition.id', definition.id);
  const timeLimit = checkInteger('definition.maxSteps', definition.maxSteps, { min: 1 });
  for (const name of ['reset', 'step', 'observe']) {
    const given: unknown = Reflect.get(definition, name);
    if (typeof given !== 'function') throw wrongKind(`definition.${name}`, 'a function', given);
  }
  const observationSpace = checkBox('definition.observationSpace', definition.observationSpace);
  const actionSpace = checkSpace('definition.actionSpace', definition.actionSpace);
  const task = { id, timeLimit, observationSpace, actionSpace };
  return defined({ id, options: {}, build: () => createTask(task, definition) });
}

/** Marks a family as one that can be registered. */
export function defined(family: TaskFamily): DefinedEnvironment {
  return { id: family.id, family, [MARK]: true } as DefinedEnvironment;
}

/** True for what `defineEnvironment` gave, of whatever copy of this package. */
export function isDefinedEnvironment(value: unknown): value is DefinedEnvironment {
  return isRecord(value) && Reflect.get(value, MARK) === true;
}

function createTask<State>(task: Pick<Task, 'id' | 'timeLimit' | 'observationSpace' | 'actionSpace'>, definition: EnvironmentDefinition<State>): Task {
  const { observationSpace, actionSpace } = task;
  const structure = structureOf(told('reset', () => definition.reset(createStream(0, 'structure'))));
  return {
    ...task,
    foreign: true,
    stateSize: structure.size,
    start(numbers, stream) {
      structure.flatten(told('reset', () => definition.reset(stream)), numbers);
    },
    move(numbers, action, stream) {
      const before = structure.restore(numbers) as State;
      const given = told('step', () => definition.step(before, actionSpace.kind === 'discrete' ? action[0] : action, stream));
      if (!isRecord(given)) throw new TaskFault(`expected step() to give { state, reward, terminated }, got ${describeValue(given)}`);
      const { state = before, reward, terminated } = given;
      if (typeof reward !== 'number' || !Number.isFinite(reward)) throw new TaskFault(`expected a finite reward, got ${describeValue(reward)}`);
      if (typeof terminated !== 'boolean') throw new TaskFault(`expected terminated to be true or false, got ${describeValue(terminated)}`);
      structure.flatten(state, numbers);
      return { reward, terminated };
    },
    observe(numbers) {
      const seen: unknown = told('observe', () => definition.observe(structure.restore(numbers) as State));
      return checkObservation(seen, observationSpace);
    },
  };
}

/** What the user's own code throws, as a fault of the task. */
function told<Result>(name: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw new TaskFault(`${name}() threw ${error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error)}`, { cause: error });
  }
}

function checkObservation(seen: unknown, { low: { length: size }, type }: BoxSpace): Float64Array {
  const expected = `expected an observation of ${size} ${type === 'uint8' ? 'whole number' : 'finite number'}${size === 1 ? '' : 's'}${type === 'uint8' ? ' from 0 to 255' : ''}`;
  if (typeof seen !== 'object' || seen === null || !('length' in seen)) throw new TaskFault(`${expected}, got ${describeValue(seen)}`);
  const list = seen as ArrayLike<unknown>;
  if (list.length !== size) throw new TaskFault(`${expected}, got ${String(list.length)} of them`);
  const observation = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    const number = list[i];
    if (!isOfType(number, type)) throw new TaskFault(`${expected}, got ${describeValue(number)} at index ${i}`);
    observation[i] = type === 'float32' ? Math.fround(number) : number;
  }
  return observation;
}

function isOfType(number: unknown, type: BoxSpace['type']): number is number {
  if (typeof number !== 'number' || !Number.isFinite(number)) return false;
  return type !== 'uint8' || (Number.isInteger(number) && number >= 0 && number <= 255);
}

function checkBox(path: string, space: unknown): BoxSpace {
  if (!isRecord(space) || space.kind !== 'box') throw wrongKind(path, 'a box, for example box([-1, -1], [1, 1])', space);
  return box(space.low as number[], space.high as number[], { ...(space.shape !== undefined && { shape: space.shape as number[] }), ...(space.type !== undefined && { type: space.type as BoxSpace['type'] }) });
}

function checkSpace(path: string, space: unknown): Space {
  if (isRecord(space) && space.kind === 'discrete') return discrete(space.count as number);
  return checkBox(path, space);
}
