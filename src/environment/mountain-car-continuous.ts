import { box } from './environment.js';
import { clip, within, type Task } from './task.js';

const MIN_POSITION = -1.2;
const MAX_POSITION = 0.6;
const MAX_SPEED = 0.07;
const GOAL = 0.45;
const POWER = 0.0015;
const GRAVITY = 0.0025;

type Rounding = (value: number) => number;
const single: Rounding = Math.fround;
const double: Rounding = (value) => value;

/**
 * MountainCarContinuous-v0: rock a weak car out of a valley with a force u, clipped to ±1. State [x, ẋ]:
 *
 *   ẋ ← clip(ẋ + 0.0015 u - 0.0025 cos 3x, ±0.07),  x ← clip(x + ẋ, -1.2, 0.6)
 *
 * with x in m and ẋ in m a step. The left wall stops the car. Reward -0.1 u² of the force before clipping, and 100 more at
 * the goal. Terminates at x ≥ 0.45 with ẋ ≥ 0. 999 steps. First x uniform on [-0.6, -0.4), at rest.
 *
 * Source: Moore 1990, as in Gymnasium, roundings included: the first state is float64 and so is the first step's
 * arithmetic; every later state is float32, and the arithmetic on it is too, constants and bounds included.
 */
export const mountainCarContinuous: Task = {
  id: 'MountainCarContinuous-v0',
  timeLimit: 999,
  observationSpace: box([MIN_POSITION, -MAX_SPEED].map(Math.fround), [MAX_POSITION, MAX_SPEED].map(Math.fround)),
  actionSpace: box([-1], [1]),
  stateSize: 2,
  bounds: {
    words: 'its place between -1.2 and 0.6 and its speed within ±0.07', // as float32, which lies a little further out
    hold: ({ 0: place, 1: speed }) => place >= single(MIN_POSITION) && place <= single(MAX_POSITION) && within(speed, single(MAX_SPEED)),
  },
  start(state, stream) {
    state[0] = stream.uniformBetween(-0.6, -0.4);
    state[1] = 0;
  },
  move(state, action) {
    const force = Math.fround(action[0]);
    // The kind of number is read off the state itself, so that a restored state continues like the original: a first state
    // that happens to be float32 turns up once in some 2^29 episodes.
    const round = state.every((value) => Math.fround(value) === value) ? single : double;
    const speed = clip(round(state[1] + push(state[0], force, round)), round(-MAX_SPEED), round(MAX_SPEED));
    const position = clip(round(state[0] + speed), round(MIN_POSITION), round(MAX_POSITION));
    const stopped = position === round(MIN_POSITION) && speed < 0;
    const terminated = position >= round(GOAL) && speed >= 0;
    state[0] = Math.fround(position);
    state[1] = stopped ? 0 : Math.fround(speed);
    return { reward: (terminated ? 100 : 0) - force * force * 0.1, terminated };
  },
  observe: (state) => state.map(Math.fround),
};

/** 0.0015 u - 0.0025 cos 3x: a force within its bounds is float32 and keeps the whole push so; a clipped one is not. */
function push(position: number, force: number, round: Rounding): number {
  const pull = GRAVITY * Math.cos(round(3 * position));
  if (force < -1 || force > 1) return round(Math.sign(force) * POWER - pull);
  return Math.fround(Math.fround(force * Math.fround(POWER)) - Math.fround(pull));
}
