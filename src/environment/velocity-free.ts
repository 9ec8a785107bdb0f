import { cartPole } from './cart-pole.js';
import { box } from './environment.js';
import { mountainCarContinuous } from './mountain-car-continuous.js';
import { pendulum } from './pendulum.js';
import type { Task } from './task.js';

/**
 * A task with its velocities left out of the observation, so that an agent needs memory of past positions. Everything else,
 * the physical state of `getState` and `setState` included, is the task's own.
 *
 * @param kept components of the task's observation that are left, by index
 */
export function withoutVelocities(task: Task, id: string, kept: readonly number[]): Task {
  const { low, high } = task.observationSpace;
  return {
    ...task,
    id,
    observationSpace: box(kept.map((index) => low[index]), kept.map((index) => high[index])),
    observe(state) {
      const whole = task.observe(state);
      return Float64Array.from(kept, (index) => whole[index]);
    },
  };
}

/**
 * CartPoleNoVel-v1: CartPole-v1 with the observation [x, θ]. Without memory the swing of the pole cannot be damped: the best of the
 * 4,141 threshold policies "right where θ + kx > c" with |k| ≤ 2 and |c| ≤ 0.05 returns 50 over the episodes it was chosen by and
 * 45 over 200 others, where a policy with the velocities as input returns 500.
 */
export const cartPoleNoVel = withoutVelocities(cartPole, 'CartPoleNoVel-v1', [0, 2]);

/**
 * PendulumNoVel-v1: Pendulum-v1 with the observation [cos θ, sin θ]. A torque that depends on the angle alone is a conservative
 * force: it neither pumps the pendulum up nor brakes it at the top. The best of 819 policies "a sin θ + b cos θ + c" returns
 * -1051 over 200 episodes, no torque at all -1210, and a policy with the velocity as input about -150.
 */
export const pendulumNoVel = withoutVelocities(pendulum, 'PendulumNoVel-v1', [0, 1]);

/**
 * MountainCarContinuousNoVel-v0: MountainCarContinuous-v0 with the observation [x]. A force that depends on the place alone is a
 * conservative one: from rest at x its work up to the goal is at most 0.0015 (0.45 - x), and the climb 0.0025/3 (sin 1.35 - sin 3x)
 * is more than that for every first x. So nothing is better than to stand still, which returns 0; of 1,500 random policies
 * of twelve places none reached the goal. A policy with the velocity as input returns about 94.
 */
export const mountainCarContinuousNoVel = withoutVelocities(mountainCarContinuous, 'MountainCarContinuousNoVel-v0', [0]);
