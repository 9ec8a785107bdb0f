import { checkInteger, checkName } from '../check.js';
import { acrobot } from './acrobot.js';
import { cartPole } from './cart-pole.js';
import type { Environment } from './environment.js';
import { mountainCar } from './mountain-car.js';
import { mountainCarContinuous } from './mountain-car-continuous.js';
import { pendulum } from './pendulum.js';
import { createEnvironment, LARGEST_SEED, type Task } from './task.js';

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
 * @throws RangeError naming `environment` for an unknown id, with the nearest known one; TypeError or RangeError naming `seed`
 */
export function makeEnvironment(id: string, { seed = 0 }: { seed?: number } = {}): Environment {
  const known = checkName('environment', id, listEnvironments());
  return createEnvironment(TASKS[known], checkInteger('seed', seed, { min: 0, max: LARGEST_SEED }));
}
