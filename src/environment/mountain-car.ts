import { box } from './environment.js';
import { clip, within, type Task } from './task.js';

const MIN_POSITION = -1.2;
const MAX_POSITION = 0.6;
const MAX_SPEED = 0.07;
const GOAL = 0.5;
const FORCE = 0.001;
const GRAVITY = 0.0025;

/**
 * MountainCar-v0: rock a weak car out of a valley. State [x, ẋ]; actions push left (0), not (1) or right (2):
 *
 *   ẋ ← clip(ẋ + (action - 1)·0.001 - 0.0025 cos 3x, ±0.07),  x ← clip(x + ẋ, -1.2, 0.6)
 *
 * with x in m and ẋ in m a step. The left wall stops the car. Reward -1 a step. Terminates at x ≥ 0.5 with ẋ ≥ 0.
 * 200 steps. First x uniform on [-0.6, -0.4), at rest.
 * Source: Moore 1990, as in Gymnasium.
 */
export const mountainCar: Task = {
  id: 'MountainCar-v0',
  timeLimit: 200,
  observationSpace: box([MIN_POSITION, -MAX_SPEED].map(Math.fround), [MAX_POSITION, MAX_SPEED].map(Math.fround)),
  actionSpace: { kind: 'discrete', count: 3 },
  stateSize: 2,
  bounds: {
    words: 'its place between -1.2 and 0.6 and its speed within ±0.07',
    hold: ({ 0: place, 1: speed }) => place >= MIN_POSITION && place <= MAX_POSITION && within(speed, MAX_SPEED),
  },
  start(state, stream) {
    state[0] = stream.uniformBetween(-0.6, -0.4);
    state[1] = 0;
  },
  move(state, action) {
    const speed = clip(state[1] + ((action[0] - 1) * FORCE - GRAVITY * Math.cos(3 * state[0])), -MAX_SPEED, MAX_SPEED);
    const position = clip(state[0] + speed, MIN_POSITION, MAX_POSITION);
    state[0] = position;
    state[1] = position === MIN_POSITION && speed < 0 ? 0 : speed;
    return { reward: -1, terminated: position >= GOAL && state[1] >= 0 };
  },
  observe: (state) => state.map(Math.fround),
};
