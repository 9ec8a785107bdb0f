import { checkKeys, checkName } from '../check.js';
import { acrobot } from './acrobot.js';
import { cartPole } from './cart-pole.js';
import type { Environment } from './environment.js';
import { mountainCar } from './mountain-car.js';
import { mountainCarContinuous } from './mountain-car-continuous.js';
import { pendulum } from './pendulum.js';
import { checkSeed, createEnvironment, type Task } from './task.js';

/** Every shipped task: a further one is one file and one line here. */
const TASKS: Readonly<Record<string, Task>> = Object.fromEntries(
  [pendulum, cartPole, mountainCar, mountainCarContinuous, acrobot].map((task) => [task.id, task]),
);

/** Ids of all environments. */
export function listEnvironments(): string[] {
  return Object.keys(TASKS);
}

/**
 * Makes an environment. The same seed gives the same episodes.
 *
 * @param id one of `listEnvironments()`
 * @param options `seed`: of the environment's own random stream; whole number, 0 to 2^53 - 1; 0 unless given
 * @throws RangeError naming `environment` for an unknown id, with the nearest known one; TypeError or RangeError naming
 *   `seed`; RangeError for an option nobody reads
 */
export function makeEnvironment(id: string, options: { seed?: number } = {}): Environment {
  const known = checkName('environment', id, listEnvironments());
  checkKeys('', options, ['seed']);
  const { seed = 0 } = options;
  return createEnvironment(TASKS[known], checkSeed(seed));
}
