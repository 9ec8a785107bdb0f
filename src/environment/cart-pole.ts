import { box } from './environment.js';
import type { Task } from './task.js';

const GRAVITY = 9.8; // m/s²
const POLE_MASS = 0.1; // kg
const TOTAL_MASS = 1.1; // kg, cart and pole
const HALF_LENGTH = 0.5; // m
const POLE_MOMENT = POLE_MASS * HALF_LENGTH;
const FORCE = 10; // N
const TIME_STEP = 0.02; // s
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360; // rad
const POSITION_LIMIT = 2.4; // m

/**
 * CartPole-v1: push a cart left (0) or right (1) so that its pole stays up. State [x, ẋ, θ, θ̇], explicit Euler:
 *
 *   temp = (F + m l θ̇² sin θ) / M,  θ̈ = (g sin θ - cos θ · temp) / (l (4/3 - m cos² θ / M)),  ẍ = temp - m l θ̈ cos θ / M
 *
 * in m, m/s, rad and rad/s, then x ← x + 0.02 ẋ and so on, each from the values before the step. Reward 1 a step, the last
 * one included. Terminates beyond ±2.4 m or ±12°. 500 steps. First state uniform on ±0.05.
 * Source: Barto, Sutton & Anderson 1983, as in Gymnasium.
 */
export const cartPole: Task = {
  id: 'CartPole-v1',
  timeLimit: 500,
  observationSpace: box(
    [-2 * POSITION_LIMIT, -Infinity, -2 * ANGLE_LIMIT, -Infinity].map(Math.fround),
    [2 * POSITION_LIMIT, Infinity, 2 * ANGLE_LIMIT, Infinity].map(Math.fround),
  ),
  actionSpace: { kind: 'discrete', count: 2 },
  stateSize: 4,
  start(state, stream) {
    for (let i = 0; i < 4; i += 1) state[i] = stream.uniformBetween(-0.05, 0.05);
  },
  move(state, action) {
    const [, xSpeed, angle, angleSpeed] = state;
    const force = action[0] === 1 ? FORCE : -FORCE;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const temp = (force + POLE_MOMENT * (angleSpeed * angleSpeed) * sine) / TOTAL_MASS;
    const angleAcceleration =
      (GRAVITY * sine - cosine * temp) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cosine * cosine)) / TOTAL_MASS));
    const acceleration = temp - (POLE_MOMENT * angleAcceleration * cosine) / TOTAL_MASS;
    state[0] += TIME_STEP * xSpeed;
    state[1] += TIME_STEP * acceleration;
    state[2] += TIME_STEP * angleSpeed;
    state[3] += TIME_STEP * angleAcceleration;
    return { reward: 1, terminated: Math.abs(state[0]) > POSITION_LIMIT || Math.abs(state[2]) > ANGLE_LIMIT };
  },
  observe: (state) => state.map(Math.fround),
};
