import { box } from './environment.js';
import { clip, within, type Task } from './task.js';

const MAX_SPEED = 8; // rad/s
const MAX_TORQUE = 2; // N m
const TIME_STEP = 0.05; // s
const GRAVITY = 10; // m/s²; mass 1 kg, length 1 m

/**
 * Pendulum-v1: swing a pendulum up and hold it. State [θ, θ̇], θ = 0 upright; observation [cos θ, sin θ, θ̇]; action a
 * torque u, clipped to ±2 N m:
 *
 *   θ̇ ← clip(θ̇ + (3g/(2l) sin θ + 3/(m l²) u) Δt, ±8),  θ ← θ + θ̇ Δt
 *
 * in rad and rad/s. Reward -(θ² + 0.1 θ̇² + 0.001 u²) of the state before the step, θ brought to [-π, π); θ itself is never
 * wrapped. Never terminates. 200 steps. First state uniform on ±π and ±1.
 * Source: Gymnasium. Torques are float32 there, and products with them are rounded so.
 */
export const pendulum: Task = {
  id: 'Pendulum-v1',
  timeLimit: 200,
  observationSpace: box([-1, -1, -MAX_SPEED], [1, 1, MAX_SPEED]),
  actionSpace: box([-MAX_TORQUE], [MAX_TORQUE]),
  stateSize: 2,
  bounds: { words: `its speed within ±${MAX_SPEED}`, hold: ({ 1: speed }) => within(speed, MAX_SPEED) },
  start(state, stream) {
    state[0] = stream.uniformBetween(-Math.PI, Math.PI);
    state[1] = stream.uniformBetween(-1, 1);
  },
  move(state, action) {
    const [angle, speed] = state;
    const torque = clip(Math.fround(action[0]), -MAX_TORQUE, MAX_TORQUE);
    const effort = Math.fround(Math.fround(0.001) * Math.fround(torque * torque));
    const reward = -(normaliseAngle(angle) ** 2 + 0.1 * speed ** 2 + effort);
    const acceleration = ((3 * GRAVITY) / 2) * Math.sin(angle) + Math.fround(3 * torque);
    state[1] = clip(speed + acceleration * TIME_STEP, -MAX_SPEED, MAX_SPEED);
    state[0] = angle + state[1] * TIME_STEP;
    return { reward, terminated: false };
  },
  observe: ([angle, speed]) => Float64Array.of(Math.cos(angle), Math.sin(angle), speed).map(Math.fround),
};

/** The angle in [-π, π). */
function normaliseAngle(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = (angle + Math.PI) % turn; // has the sign of the angle, where Gymnasium's remainder is never negative
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}
