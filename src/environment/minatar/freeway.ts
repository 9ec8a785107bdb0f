import type { Stream } from '../../random/stream.js';
import { clip } from '../task.js';
import { DOWN, NO_OP, SIDE, UP, type Game, type Range } from './game.js';

/** Places in the state; behind them, for each of the eight rows, its car: column, timer, signed speed. */
const [CHICKEN, COOLDOWN, STEPS_LEFT, CARS] = [0, 1, 2, 3];
const [X, TIMER, SPEED, CAR_SIZE] = [0, 1, 2, 3];
const CAR_COUNT = SIDE - 2;
const END = CARS + CAR_COUNT * CAR_SIZE;

const COLUMN = 4; // of the chicken
const START = SIDE - 1;
const COOLDOWN_STEPS = 3;
const LAST_STEP = 2500;
const SPEEDS = 5;

/**
 * Freeway: bring a chicken over a road of eight lanes, as often as possible. A car of speed k moves every k + 1 steps, and one that hits the
 * chicken puts it back. Reward 1 for each crossing, after which all cars get new speeds. Terminates after 2,501 steps.
 */
export const freeway: Game = {
  name: 'Freeway',
  channels: ['chicken', 'car', 'speed 1', 'speed 2', 'speed 3', 'speed 4', 'speed 5'],
  actions: [NO_OP, UP, DOWN],
  ranges: [[0, START], [0, COOLDOWN_STEPS], [-1, LAST_STEP], ...new Array<readonly Range[]>(CAR_COUNT).fill([[0, SIDE - 1], [0, SPEEDS], [-SPEEDS, SPEEDS]]).flat()],
  ramps: false,
  start(state, random) {
    state[CHICKEN] = START;
    state[COOLDOWN] = COOLDOWN_STEPS;
    state[STEPS_LEFT] = LAST_STEP;
    drawSpeeds(state, random);
    for (let car = CARS; car < END; car += CAR_SIZE) state[car + X] = 0;
  },
  play(state, action, random) {
    let reward = 0;
    if ((action === UP || action === DOWN) && state[COOLDOWN] === 0) {
      state[COOLDOWN] = COOLDOWN_STEPS;
      state[CHICKEN] = clip(state[CHICKEN] + (action === DOWN ? 1 : -1), 0, START);
    }
    if (state[CHICKEN] === 0) {
      reward = 1;
      drawSpeeds(state, random);
      state[CHICKEN] = START;
    }
    for (let row = 1; row <= CAR_COUNT; row += 1) {
      const car = carOf(row);
      if (state[car + X] === COLUMN && state[CHICKEN] === row) state[CHICKEN] = START;
      if (state[car + TIMER] > 0) {
        state[car + TIMER] -= 1;
        continue;
      }
      state[car + TIMER] = Math.abs(state[car + SPEED]);
      state[car + X] = wrap(state[car + X] + Math.sign(state[car + SPEED]));
      if (state[car + X] === COLUMN && state[CHICKEN] === row) state[CHICKEN] = START;
    }
    if (state[COOLDOWN] > 0) state[COOLDOWN] -= 1;
    state[STEPS_LEFT] -= 1;
    return { reward, terminated: state[STEPS_LEFT] < 0 };
  },
  draw(state, set) {
    set(0, COLUMN, state[CHICKEN]);
    for (let row = 1; row <= CAR_COUNT; row += 1) {
      const car = carOf(row);
      const speed = state[car + SPEED];
      set(1, state[car + X], row);
      set(1 + Math.abs(speed), wrap(state[car + X] - Math.sign(speed)), row);
    }
  },
};

const carOf = (row: number): number => CARS + (row - 1) * CAR_SIZE;
const wrap = (x: number): number => (x + SIDE) % SIDE;

/** New speeds, directions and timers; the cars stay where they are. */
function drawSpeeds(state: Float64Array, random: Stream): void {
  for (let car = CARS; car < END; car += CAR_SIZE) state[car + TIMER] = 1 + random.integer(SPEEDS);
  for (let car = CARS; car < END; car += CAR_SIZE) state[car + SPEED] = Math.sign(random.uniform() - 1 / 2) * state[car + TIMER];
}
