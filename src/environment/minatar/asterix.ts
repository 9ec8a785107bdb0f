import { clip } from '../task.js';
import { DOWN, isInside, LEFT, NO_OP, RIGHT, SIDE, UP, type Game, type Range } from './game.js';

/** Places in the state; behind them, for each of the eight rows, what moves there: kind, column, direction (1 or -1). */
const [PLAYER_X, PLAYER_Y, SPAWN_PERIOD, MOVE_PERIOD, SPAWN_TIMER, MOVE_TIMER, RAMP_TIMER, RAMPS, SLOTS] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const SLOT_COUNT = SIDE - 2;
const [KIND, X, DIRECTION, SLOT_SIZE] = [0, 1, 2, 3];
const [EMPTY, ENEMY, GOLD] = [0, 1, 2];
const END = SLOTS + SLOT_COUNT * SLOT_SIZE;

const FIRST_SPAWN_PERIOD = 10;
const FIRST_MOVE_PERIOD = 5;
const RAMP_INTERVAL = 100;

/**
 * Asterix: walk over a field of eight rows, along which enemies and gold move. Reward 1 for each gold touched. Terminates where an enemy is touched.
 * Every 102 steps what moves appears more often, and every 204 it moves more often.
 */
export const asterix: Game = {
  name: 'Asterix',
  channels: ['player', 'enemy', 'trail', 'gold'],
  actions: [NO_OP, LEFT, UP, RIGHT, DOWN],
  ranges: [
    [0, SIDE - 1], [0, SLOT_COUNT], [0, FIRST_SPAWN_PERIOD], [0, FIRST_MOVE_PERIOD], [0, FIRST_SPAWN_PERIOD], [0, FIRST_MOVE_PERIOD], [-1, RAMP_INTERVAL], [0, Infinity],
    ...new Array<readonly Range[]>(SLOT_COUNT).fill([[EMPTY, GOLD], [-1, SIDE], [-1, 1]]).flat(),
  ],
  ramps: true,
  start(state) {
    state[PLAYER_X] = state[PLAYER_Y] = SIDE / 2;
    state[SPAWN_PERIOD] = state[SPAWN_TIMER] = FIRST_SPAWN_PERIOD;
    state[MOVE_PERIOD] = state[MOVE_TIMER] = FIRST_MOVE_PERIOD;
    state[RAMP_TIMER] = RAMP_INTERVAL;
    state[RAMPS] = 0;
    state.fill(EMPTY, SLOTS, END);
  },
  play(state, action, random, ramping) {
    if (state[SPAWN_TIMER] === 0) {
      spawn(state, random.uniform() < 1 / 2, random.uniform() < 1 / 3, (count) => random.integer(count));
      state[SPAWN_TIMER] = state[SPAWN_PERIOD];
    }
    if (action === LEFT || action === RIGHT) state[PLAYER_X] = clip(state[PLAYER_X] + (action === RIGHT ? 1 : -1), 0, SIDE - 1);
    if (action === UP || action === DOWN) state[PLAYER_Y] = clip(state[PLAYER_Y] + (action === DOWN ? 1 : -1), 1, SLOT_COUNT);

    let reward = 0;
    let terminated = false;
    const meet = (row: number, slot: number) => {
      if (state[slot + KIND] === EMPTY || state[slot + X] !== state[PLAYER_X] || row !== state[PLAYER_Y]) return;
      if (state[slot + KIND] === GOLD) {
        state[slot + KIND] = EMPTY;
        reward += 1;
      } else {
        terminated = true;
      }
    };
    for (let row = 1; row <= SLOT_COUNT; row += 1) meet(row, slotOf(row));
    if (state[MOVE_TIMER] === 0) {
      state[MOVE_TIMER] = state[MOVE_PERIOD];
      for (let row = 1; row <= SLOT_COUNT; row += 1) {
        const slot = slotOf(row);
        if (state[slot + KIND] === EMPTY) continue;
        state[slot + X] += state[slot + DIRECTION];
        if (isInside(state[slot + X])) meet(row, slot);
        else state[slot + KIND] = EMPTY;
      }
    }
    state[SPAWN_TIMER] -= 1;
    state[MOVE_TIMER] -= 1;
    if (ramping) ramp(state);
    return { reward, terminated };
  },
  draw(state, set) {
    set(0, state[PLAYER_X], state[PLAYER_Y]);
    for (let row = 1; row <= SLOT_COUNT; row += 1) {
      const slot = slotOf(row);
      if (state[slot + KIND] === EMPTY) continue;
      set(state[slot + KIND] === GOLD ? 3 : 1, state[slot + X], row);
      const behind = state[slot + X] - state[slot + DIRECTION];
      if (isInside(behind)) set(2, behind, row);
    }
  },
};

const slotOf = (row: number): number => SLOTS + (row - 1) * SLOT_SIZE;

/** Puts something on a free row, if there is one. */
function spawn(state: Float64Array, fromLeft: boolean, isGold: boolean, draw: (count: number) => number): void {
  const free: number[] = [];
  for (let slot = SLOTS; slot < END; slot += SLOT_SIZE) if (state[slot + KIND] === EMPTY) free.push(slot);
  if (free.length === 0) return;
  const slot = free[draw(free.length)];
  state[slot + KIND] = isGold ? GOLD : ENEMY;
  state[slot + X] = fromLeft ? 0 : SIDE - 1;
  state[slot + DIRECTION] = fromLeft ? 1 : -1;
}

function ramp(state: Float64Array): void {
  if (state[SPAWN_PERIOD] <= 1 && state[MOVE_PERIOD] <= 1) return;
  if (state[RAMP_TIMER] >= 0) {
    state[RAMP_TIMER] -= 1;
    return;
  }
  if (state[MOVE_PERIOD] > 1 && state[RAMPS] % 2 === 1) state[MOVE_PERIOD] -= 1;
  if (state[SPAWN_PERIOD] > 1) state[SPAWN_PERIOD] -= 1;
  state[RAMPS] += 1;
  state[RAMP_TIMER] = RAMP_INTERVAL;
}
