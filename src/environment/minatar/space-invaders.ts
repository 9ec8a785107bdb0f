import { clip } from '../task.js';
import { each, FIRE, LEFT, NO_OP, RIGHT, SIDE, type Game } from './game.js';

/** Places in the state. Maps have a number a row, whose bit x is column x. */
const [CANNON, DIRECTION, MOVE_INTERVAL, MOVE_TIMER, ALIEN_SHOT_TIMER, SHOT_TIMER] = [0, 1, 2, 3, 4, 5];
const [ALIENS, SHOTS, ALIEN_SHOTS, END] = [6, 6 + SIDE, 6 + 2 * SIDE, 6 + 3 * SIDE];
const BOTTOM = SIDE - 1;

const FIRST_MOVE_INTERVAL = 12;
const LEAST_MOVE_INTERVAL = 6;
const ALIEN_SHOT_INTERVAL = 10;
const SHOT_COOLDOWN = 5;
const ALIEN_ROWS = 4;
const ALIEN_COLUMNS = 0b0011111100;

/**
 * Space Invaders: a cannon on the lowest row shoots at aliens that move sideways, and one row down at each wall; the alien nearest to the cannon's
 * column shoots back. Reward 1 an alien. Terminates where an alien or its shot is on the cannon, or aliens on the lowest row would go down.
 * Fewer aliens move faster; a new wave moves faster than the one before, down to every 6 steps. Nothing is random but sticky actions.
 */
export const spaceInvaders: Game = {
  name: 'SpaceInvaders',
  channels: ['cannon', 'alien', 'alien moving left', 'alien moving right', 'shot', 'alien shot'],
  actions: [NO_OP, LEFT, RIGHT, FIRE],
  ranges: [[0, SIDE - 1], [-1, 1], [0, FIRST_MOVE_INTERVAL], [0, FIRST_MOVE_INTERVAL], [0, ALIEN_SHOT_INTERVAL], [0, SHOT_COOLDOWN], ...each(3 * SIDE, 0, 2 ** SIDE - 1)],
  ramps: true,
  start(state) {
    state.fill(0, 0, END);
    state[CANNON] = SIDE / 2;
    state[DIRECTION] = -1;
    state[MOVE_INTERVAL] = state[MOVE_TIMER] = FIRST_MOVE_INTERVAL;
    state[ALIEN_SHOT_TIMER] = ALIEN_SHOT_INTERVAL;
    state.fill(ALIEN_COLUMNS, ALIENS, ALIENS + ALIEN_ROWS);
  },
  play(state, action, _random, ramping) {
    if (action === FIRE && state[SHOT_TIMER] === 0) {
      state[SHOTS + BOTTOM] |= 1 << state[CANNON];
      state[SHOT_TIMER] = SHOT_COOLDOWN;
    }
    if (action === LEFT || action === RIGHT) state[CANNON] = clip(state[CANNON] + (action === RIGHT ? 1 : -1), 0, SIDE - 1);
    const cannon = 1 << state[CANNON];

    state.copyWithin(SHOTS, SHOTS + 1, SHOTS + SIDE);
    state[SHOTS + BOTTOM] = 0;
    state.copyWithin(ALIEN_SHOTS + 1, ALIEN_SHOTS, ALIEN_SHOTS + BOTTOM);
    state[ALIEN_SHOTS] = 0;
    let terminated = ((state[ALIEN_SHOTS + BOTTOM] | state[ALIENS + BOTTOM]) & cannon) !== 0;
    if (state[MOVE_TIMER] === 0) {
      state[MOVE_TIMER] = Math.min(countAliens(state), state[MOVE_INTERVAL]);
      if (moveAliens(state)) terminated = true;
      if ((state[ALIENS + BOTTOM] & cannon) !== 0) terminated = true;
    }
    if (state[ALIEN_SHOT_TIMER] === 0) {
      state[ALIEN_SHOT_TIMER] = ALIEN_SHOT_INTERVAL;
      shootBack(state);
    }
    let reward = 0;
    for (let row = 0; row < SIDE; row += 1) {
      const hit = state[ALIENS + row] & state[SHOTS + row];
      reward += countBits(hit);
      state[ALIENS + row] ^= hit;
      state[SHOTS + row] ^= hit;
    }
    if (state[SHOT_TIMER] > 0) state[SHOT_TIMER] -= 1;
    state[MOVE_TIMER] -= 1;
    state[ALIEN_SHOT_TIMER] -= 1;
    if (columnsOf(state) === 0) {
      if (ramping && state[MOVE_INTERVAL] > LEAST_MOVE_INTERVAL) state[MOVE_INTERVAL] -= 1;
      state.fill(ALIEN_COLUMNS, ALIENS, ALIENS + ALIEN_ROWS);
    }
    return { reward, terminated };
  },
  draw(state, set) {
    const moving = state[DIRECTION] < 0 ? 2 : 3;
    set(0, state[CANNON], BOTTOM);
    for (const [map, channels] of [[ALIENS, [1, moving]], [SHOTS, [4]], [ALIEN_SHOTS, [5]]] as const) {
      for (let y = 0; y < SIDE; y += 1) {
        for (let bits = state[map + y]; bits !== 0; bits &= bits - 1) {
          for (const channel of channels) set(channel, lowestBit(bits), y);
        }
      }
    }
  },
};

/** One column on, or at a wall one row down and the other way. @returns whether aliens on the lowest row went down */
function moveAliens(state: Float64Array): boolean {
  const wall = state[DIRECTION] < 0 ? 1 : 1 << (SIDE - 1);
  if ((columnsOf(state) & wall) === 0) {
    for (let row = ALIENS; row < ALIENS + SIDE; row += 1) state[row] = state[DIRECTION] < 0 ? state[row] >> 1 : state[row] << 1;
    return false;
  }
  state[DIRECTION] = -state[DIRECTION];
  const lowest = state[ALIENS + BOTTOM];
  state.copyWithin(ALIENS + 1, ALIENS, ALIENS + BOTTOM);
  state[ALIENS] = lowest;
  return lowest !== 0;
}

/** A shot from the lowest alien of the occupied column nearest to the cannon; of two, the left one. */
function shootBack(state: Float64Array): void {
  const columns = columnsOf(state);
  let nearest = -1;
  for (let x = 0; x < SIDE; x += 1) {
    if (((columns >> x) & 1) === 1 && (nearest === -1 || Math.abs(x - state[CANNON]) < Math.abs(nearest - state[CANNON]))) nearest = x;
  }
  if (nearest === -1) return;
  for (let row = BOTTOM; row >= 0; row -= 1) {
    if (((state[ALIENS + row] >> nearest) & 1) === 0) continue;
    state[ALIEN_SHOTS + row] |= 1 << nearest;
    return;
  }
}

/** The columns with an alien, as bits. */
function columnsOf(state: Float64Array): number {
  let columns = 0;
  for (let row = ALIENS; row < ALIENS + SIDE; row += 1) columns |= state[row];
  return columns;
}

function countAliens(state: Float64Array): number {
  let count = 0;
  for (let row = ALIENS; row < ALIENS + SIDE; row += 1) count += countBits(state[row]);
  return count;
}

/** Place of the lowest bit that is 1. */
const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
