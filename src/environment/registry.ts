import { checkInteger, checkKeys, checkName } from '../check.js';
import { acrobot } from './acrobot.js';
import { cartPole } from './cart-pole.js';
import { delayedRecall } from './delayed-recall.js';
import type { Environment } from './environment.js';
import { mountainCar } from './mountain-car.js';
import { mountainCarContinuous } from './mountain-car-continuous.js';
import { pendulum } from './pendulum.js';
import { tMaze } from './t-maze.js';
import { checkSeed, createEnvironment, type Task, type TaskFamily } from './task.js';
import { cartPoleNoVel, mountainCarContinuousNoVel, pendulumNoVel } from './velocity-free.js';

/** Every shipped task: a further one is one file and one line here. */
const TASKS: Readonly<Record<string, TaskFamily>> = Object.fromEntries(
  [
    ...[pendulum, cartPole, mountainCar, mountainCarContinuous, acrobot].map(alone),
    ...[cartPoleNoVel, pendulumNoVel, mountainCarContinuousNoVel].map(alone),
    tMaze,
    delayedRecall,
  ].map((family) => [family.id, family]),
);

/** A task that comes in one size. */
function alone(task: Task): TaskFamily {
  return { id: task.id, options: {}, build: () => task };
}

/** Ids of all environments. */
export function listEnvironments(): string[] {
  return Object.keys(TASKS);
}

/** What an environment may be told: its seed, and by name the options that its task has. */
export interface EnvironmentOptions {
  /** Of the environment's own random stream; whole number, 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number;
  /** Places from the start to the junction of TMaze-v0. */
  readonly length?: number;
  /** Steps between cue and question of DelayedRecall-v0. */
  readonly delay?: number;
  /** Choices that DelayedRecall-v0 has. */
  readonly arms?: number;
}

/**
 * Makes an environment. The same seed and options give the same episodes.
 *
 * @param id one of `listEnvironments()`
 * @throws RangeError naming `environment` for an unknown id, with the nearest known one; TypeError or RangeError naming the
 *   option that is not what its task takes; RangeError for an option nobody reads
 */
export function makeEnvironment(id: string, options: EnvironmentOptions = {}): Environment {
  const family = TASKS[checkName('environment', id, listEnvironments())];
  const given: Readonly<Record<string, unknown>> = { ...options };
  checkKeys('', given, ['seed', ...Object.keys(family.options)]);
  const values: Record<string, number> = {};
  for (const [name, { fallback, range }] of Object.entries(family.options)) values[name] = checkInteger(name, given[name] ?? fallback, range);
  const { seed = 0 } = options;
  return createEnvironment(family.build(values), checkSeed(seed));
}
