import { box } from './environment.js';
import { clip, within, type Task } from './task.js';

const TIME_STEP = 0.2; // s
const GRAVITY = 9.8; // m/s²
const CENTRE = 0.5; // m, from a link's joint to its centre of mass; links are 1 m and 1 kg, moment of inertia 1 kg m²
const MAX_SPEED_1 = 4 * Math.PI; // rad/s
const MAX_SPEED_2 = 9 * Math.PI;

/** Room for the Runge-Kutta step: four slopes and a probe. One environment steps at a time on a thread. */
const slopes = Array.from({ length: 4 }, () => new Float64Array(4));
const probe = new Float64Array(4);

/**
 * Acrobot-v1: swing the tip of a two-link pendulum above the bar by a torque of -1, 0 or 1 N m at the middle joint.
 * State [θ1, θ2, θ̇1, θ̇2], both links hanging at 0; observation [cos θ1, sin θ1, cos θ2, sin θ2, θ̇1, θ̇2]. One step of
 * fourth-order Runge-Kutta over 0.2 s on
 *
 *   d1 = lc² + (1 + lc² + 2 lc cos θ2) + 2,  d2 = lc² + lc cos θ2 + 1,  φ2 = lc g cos(θ1 + θ2 - π/2)
 *   φ1 = -lc θ̇2² sin θ2 - 2 lc θ̇2 θ̇1 sin θ2 + (lc + 1) g cos(θ1 - π/2) + φ2
 *   θ̈2 = (τ + d2/d1 φ1 - lc θ̇1² sin θ2 - φ2) / (lc² + 1 - d2²/d1),  θ̈1 = -(d2 θ̈2 + φ1) / d1
 *
 * then angles (rad) are wrapped to [-π, π] and speeds (rad/s) clipped to ±4π and ±9π. Reward -1 a step and 0 at the goal.
 * Terminates where -cos θ1 - cos(θ1 + θ2) > 1. 500 steps. First state uniform on ±0.1, rounded to float32.
 * Source: Sutton & Barto, the book's dynamics (the paper of 1996 lacks terms), as in Gymnasium. The motion is chaotic: a
 * last bit of sin or cos that differs from another library's can grow past 1e-9 within an episode.
 */
export const acrobot: Task = {
  id: 'Acrobot-v1',
  timeLimit: 500,
  observationSpace: box(
    [-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2].map(Math.fround),
    [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2].map(Math.fround),
  ),
  actionSpace: { kind: 'discrete', count: 3 },
  stateSize: 4,
  bounds: { words: 'its speeds within ±4π and ±9π', hold: ({ 2: speed1, 3: speed2 }) => within(speed1, MAX_SPEED_1) && within(speed2, MAX_SPEED_2) },
  start(state, stream) {
    for (let i = 0; i < 4; i += 1) state[i] = Math.fround(stream.uniformBetween(-0.1, 0.1));
  },
  move(state, action) {
    rungeKutta(state, action[0] - 1);
    state[0] = wrap(state[0]);
    state[1] = wrap(state[1]);
    state[2] = clip(state[2], -MAX_SPEED_1, MAX_SPEED_1);
    state[3] = clip(state[3], -MAX_SPEED_2, MAX_SPEED_2);
    const terminated = -Math.cos(state[0]) - Math.cos(state[1] + state[0]) > 1;
    return { reward: terminated ? 0 : -1, terminated };
  },
  observe: ([angle1, angle2, speed1, speed2]) =>
    Float64Array.of(Math.cos(angle1), Math.sin(angle1), Math.cos(angle2), Math.sin(angle2), speed1, speed2).map(Math.fround),
};

function rungeKutta(state: Float64Array, torque: number): void {
  const [k1, k2, k3, k4] = slopes;
  derivative(state, torque, k1);
  derivative(along(state, k1, TIME_STEP / 2), torque, k2);
  derivative(along(state, k2, TIME_STEP / 2), torque, k3);
  derivative(along(state, k3, TIME_STEP), torque, k4);
  for (let i = 0; i < 4; i += 1) state[i] += (TIME_STEP / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}

function along(state: Float64Array, slope: Float64Array, time: number): Float64Array {
  for (let i = 0; i < 4; i += 1) probe[i] = state[i] + time * slope[i];
  return probe;
}

function derivative([angle1, angle2, speed1, speed2]: Float64Array, torque: number, slope: Float64Array): void {
  const sine2 = Math.sin(angle2);
  const cosine2 = Math.cos(angle2);
  const d1 = CENTRE * CENTRE + (1 + CENTRE * CENTRE + 2 * CENTRE * cosine2) + 1 + 1; // summed in Gymnasium's order
  const d2 = CENTRE * CENTRE + CENTRE * cosine2 + 1;
  const phi2 = CENTRE * GRAVITY * Math.cos(angle1 + angle2 - Math.PI / 2);
  const phi1 =
    -CENTRE * (speed2 * speed2) * sine2 -
    2 * CENTRE * speed2 * speed1 * sine2 +
    (CENTRE + 1) * GRAVITY * Math.cos(angle1 - Math.PI / 2) +
    phi2;
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - CENTRE * (speed1 * speed1) * sine2 - phi2) / (CENTRE * CENTRE + 1 - (d2 * d2) / d1);
  slope[0] = speed1;
  slope[1] = speed2;
  slope[2] = -(d2 * acceleration2 + phi1) / d1;
  slope[3] = acceleration2;
}

/** The angle in [-π, π]. The remainder is exact: equal to Gymnasium's repeated subtraction, and done at once however far. */
function wrap(angle: number): number {
  const rest = angle % (2 * Math.PI);
  if (rest > Math.PI) return rest - 2 * Math.PI;
  return rest < -Math.PI ? rest + 2 * Math.PI : rest;
}
