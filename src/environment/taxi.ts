import { createModel, type Outcome } from './model.js';
import { tableTask } from './table.js';
import type { Task } from './task.js';

const SIZE = 5;
const TIME_LIMIT = 200;
const FIELDS = [...new Array<undefined>(SIZE * SIZE).keys()];

/** Fields of the locations R, G, Y and B. */
const LOCATIONS = [0, 4, 20, 23] as const;
const NAMES = 'RGYB';
const DESTINATIONS = LOCATIONS.length;
/** Places of the passenger: the locations, and in the taxi. */
const PLACES = DESTINATIONS + 1;
const IN_TAXI = DESTINATIONS;

/** Fields with a wall at their east side. */
const WALLS = new Set([1, 6, 15, 17, 20, 22]);

const [SOUTH, NORTH, EAST, WEST, PICK_UP] = [0, 1, 2, 3, 4];
const SIGNS = ['↓', '↑', '→', '←', 'p', 'd'] as const;

const stateOf = (field: number, passenger: number, destination: number) => (field * PLACES + passenger) * DESTINATIONS + destination;

function drive(field: number, action: number): number {
  if (action === SOUTH) return field < SIZE * (SIZE - 1) ? field + SIZE : field;
  if (action === NORTH) return field >= SIZE ? field - SIZE : field;
  if (action === EAST) return field % SIZE < SIZE - 1 && !WALLS.has(field) ? field + 1 : field;
  return action === WEST && field % SIZE > 0 && !WALLS.has(field - 1) ? field - 1 : field;
}

function outcome(state: number, action: number): Outcome {
  const destination = state % DESTINATIONS;
  const passenger = Math.floor(state / DESTINATIONS) % PLACES;
  const field = Math.floor(state / (DESTINATIONS * PLACES));
  if (action < PICK_UP) return [1, stateOf(drive(field, action), passenger, destination), -1, false];
  const here = LOCATIONS.findIndex((location) => location === field);
  if (action === PICK_UP) return here >= 0 && passenger === here ? [1, stateOf(field, IN_TAXI, destination), -1, false] : [1, state, -10, false];
  if (passenger !== IN_TAXI || here < 0) return [1, state, -10, false];
  return [1, stateOf(field, here, destination), here === destination ? 20 : -1, here === destination];
}

/** What is drawn: the taxi without its passenger, on the way from Y to G, and with it. */
const grid = (title: string, passenger: number, destination: number) => ({ title, columns: SIZE, states: FIELDS.map((field) => stateOf(field, passenger, destination)) });

/**
 * Taxi-v4: fetch a passenger from one of four locations and set it down at another, on 5 by 5 fields with walls. State: ((row · 5 + column) · 5 +
 * passenger) · 4 + destination, passenger 4 in the taxi. Actions south (0), north (1), east (2), west (3), pick up (4), drop off (5). Reward -1 a
 * step, -10 for picking up or dropping off where that cannot be, 20 at the destination, which terminates. 200 steps. First state: any field,
 * passenger and destination, except where the passenger is at the destination already. Source: Dietterich 2000, as in Gymnasium's toy text.
 */
export const taxi: Task = createTaxi();

function createTaxi(): Task {
  const states = [...new Array<undefined>(FIELDS.length * PLACES * DESTINATIONS).keys()];
  const isFirst = (state: number) => {
    const [passenger, destination] = [Math.floor(state / DESTINATIONS) % PLACES, state % DESTINATIONS];
    return passenger !== IN_TAXI && passenger !== destination;
  };
  const firsts = states.filter(isFirst).length;
  const model = createModel(states.map((state) => SIGNS.map((_, action) => [outcome(state, action)])), states.map((state) => (isFirst(state) ? 1 / firsts : 0)), TIME_LIMIT, {
    actions: SIGNS,
    marks: states.map(() => ''),
    grids: [grid('passenger at Y, to G', NAMES.indexOf('Y'), NAMES.indexOf('G')), grid('passenger in the taxi, to G', IN_TAXI, NAMES.indexOf('G'))],
  });
  return tableTask('Taxi-v4', model);
}
