import type { Stream } from '../../random/stream.js';
import { clip } from '../task.js';
import { DOWN, each, FIRE, isInside, LEFT, NO_OP, RIGHT, SIDE, UP, type Game, type Range } from './game.js';
import { createEntities, type Entities } from './entities.js';

/** Places in the state, in front of the lists. `SURFACED`: 1 while the submarine has not dived since it came up. */
const [X, Y, FACING, OXYGEN, DIVERS, SURFACED, ENEMY_PERIOD, ENEMY_TIMER, DIVER_TIMER, MOVE_VALUE, SHOT_TIMER, RAMPS, LISTS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** Fields of what moves; a bullet has the first three, an enemy submarine all. Directions are 1 (right) and -1. */
const [AT_X, AT_Y, DIRECTION, TIMER, SHOT] = [0, 1, 2, 3, 4];

const MOST = 48; // of a list: an enemy lives for at most 30 steps where one appears every step
const SHOTS = createEntities(LISTS, 3, MOST);
const ENEMY_SHOTS = createEntities(SHOTS.end, 3, MOST);
const DIVER_LIST = createEntities(ENEMY_SHOTS.end, 4, MOST);
const FISH = createEntities(DIVER_LIST.end, 4, MOST);
const SUBMARINES = createEntities(FISH.end, 5, MOST);

const MOST_OXYGEN = 200;
const MOST_DIVERS = 6;
const FIRST_ENEMY_PERIOD = 20;
const DIVER_PERIOD = 30;
const FIRST_MOVE_VALUE = 5;
const LEAST_MOVE_VALUE = 2;
const SHOT_COOLDOWN = 5;
const ENEMY_SHOT_INTERVAL = 10;
const DIVER_MOVE_VALUE = 5;
const DEEPEST = SIDE - 2;
const LANES = SIDE - 2; // rows 1 to 8, where others move

/**
 * Seaquest: a submarine shoots fish and enemy submarines, picks up divers and brings them to the surface before its oxygen ends. Reward 1 for what it
 * shoots; at the surface, with six divers, one for each tenth of the oxygen left. Terminates where it meets an enemy or its bullet, without oxygen, and at the
 * surface without divers. Each time at the surface enemies come more often, and every second time they move faster.
 * As in the original, six divers delivered leave -1 of them behind.
 */
export const seaquest: Game = {
  name: 'Seaquest',
  channels: ['submarine', 'its back', 'bullet', 'trail', 'enemy bullet', 'fish', 'enemy submarine', 'oxygen', 'divers on board', 'diver'],
  actions: [NO_OP, LEFT, UP, RIGHT, DOWN, FIRE],
  ranges: [
    [0, SIDE - 1], [0, DEEPEST], [-1, 1], [-Infinity, MOST_OXYGEN], [-Infinity, MOST_DIVERS], [0, 1], [0, FIRST_ENEMY_PERIOD], [0, FIRST_ENEMY_PERIOD], [0, DIVER_PERIOD],
    [0, FIRST_MOVE_VALUE], [0, SHOT_COOLDOWN], [0, Infinity],
    ...[SHOTS, ENEMY_SHOTS, DIVER_LIST, FISH, SUBMARINES].flatMap(({ fields }): Range[] => [[0, MOST], ...each(fields * MOST, -1, SIDE)]),
  ],
  ramps: true,
  start(state) {
    state.fill(0, 0, SUBMARINES.end);
    state[X] = SIDE / 2;
    state[FACING] = -1;
    state[OXYGEN] = MOST_OXYGEN;
    state[SURFACED] = 1;
    state[ENEMY_PERIOD] = state[ENEMY_TIMER] = FIRST_ENEMY_PERIOD;
    state[DIVER_TIMER] = DIVER_PERIOD;
    state[MOVE_VALUE] = FIRST_MOVE_VALUE;
  },
  play(state, action, random, ramping) {
    if (state[ENEMY_TIMER] === 0) {
      spawnEnemy(state, random);
      state[ENEMY_TIMER] = state[ENEMY_PERIOD];
    }
    if (state[DIVER_TIMER] === 0) {
      spawnDiver(state, random);
      state[DIVER_TIMER] = DIVER_PERIOD;
    }
    act(state, action);
    let reward = moveShots(state);
    moveDivers(state);
    const submarines = moveEnemies(state, SUBMARINES);
    const hit = moveEnemyShots(state);
    const fish = moveEnemies(state, FISH);
    reward += submarines.reward + fish.reward;
    let terminated = submarines.terminated || hit || fish.terminated;
    for (const timer of [ENEMY_TIMER, DIVER_TIMER, SHOT_TIMER]) if (state[timer] > 0) state[timer] -= 1;
    if (state[OXYGEN] <= 0) terminated = true;
    if (state[Y] > 0) {
      state[OXYGEN] -= 1;
      state[SURFACED] = 0;
    } else if (state[SURFACED] === 0) {
      if (state[DIVERS] === 0) terminated = true;
      else reward += surface(state, ramping);
    }
    return { reward, terminated };
  },
  draw(state, set) {
    set(0, state[X], state[Y]);
    set(1, state[X] - state[FACING], state[Y]);
    SHOTS.forEach(state, (at) => { set(2, state[at + AT_X], state[at + AT_Y]); });
    ENEMY_SHOTS.forEach(state, (at) => { set(4, state[at + AT_X], state[at + AT_Y]); });
    for (const [channel, list] of [[5, FISH], [6, SUBMARINES], [9, DIVER_LIST]] as const) {
      list.forEach(state, (at) => {
        set(channel, state[at + AT_X], state[at + AT_Y]);
        const behind = state[at + AT_X] - state[at + DIRECTION];
        if (isInside(behind)) set(3, behind, state[at + AT_Y]);
      });
    }
    const oxygen = tenthsOfOxygen(Math.max(0, state[OXYGEN]));
    for (let x = 0; x < oxygen; x += 1) set(7, x, SIDE - 1);
    for (let x = SIDE - 1 - state[DIVERS]; x < SIDE - 1; x += 1) set(8, x, SIDE - 1);
  },
};

const tenthsOfOxygen = (oxygen: number): number => Math.floor((oxygen * 10) / MOST_OXYGEN);
const meetsPlayer = (state: Float64Array, at: number): boolean => state[at + AT_X] === state[X] && state[at + AT_Y] === state[Y];

function spawnEnemy(state: Float64Array, random: Stream): void {
  const direction = random.uniform() < 1 / 2 ? 1 : -1;
  const isSubmarine = random.uniform() < 1 / 3;
  const y = 1 + random.integer(LANES);
  const opposes = (at: number) => state[at + AT_Y] === y && state[at + DIRECTION] !== direction;
  if (FISH.some(state, opposes) || SUBMARINES.some(state, opposes)) return;
  const enemy = [direction > 0 ? 0 : SIDE - 1, y, direction, state[MOVE_VALUE]];
  if (isSubmarine) SUBMARINES.push(state, [...enemy, ENEMY_SHOT_INTERVAL]);
  else FISH.push(state, enemy);
}

function spawnDiver(state: Float64Array, random: Stream): void {
  const direction = random.uniform() < 1 / 2 ? 1 : -1;
  DIVER_LIST.push(state, [direction > 0 ? 0 : SIDE - 1, 1 + random.integer(LANES), direction, DIVER_MOVE_VALUE]);
}

function act(state: Float64Array, action: number): void {
  if (action === FIRE && state[SHOT_TIMER] === 0) {
    SHOTS.push(state, [state[X], state[Y], state[FACING]]);
    state[SHOT_TIMER] = SHOT_COOLDOWN;
  } else if (action === LEFT || action === RIGHT) {
    state[FACING] = action === RIGHT ? 1 : -1;
    state[X] = clip(state[X] + state[FACING], 0, SIDE - 1);
  } else if (action === UP || action === DOWN) {
    state[Y] = clip(state[Y] + (action === DOWN ? 1 : -1), 0, DEEPEST);
  }
}

/** @returns the reward */
function moveShots(state: Float64Array): number {
  let reward = 0;
  SHOTS.backwards(state, (shot) => {
    state[shot + AT_X] += state[shot + DIRECTION];
    const [x, y] = [state[shot + AT_X], state[shot + AT_Y]];
    if (!isInside(x)) {
      SHOTS.remove(state, shot);
    } else if (removeAt(state, FISH, x, y) || removeAt(state, SUBMARINES, x, y)) {
      SHOTS.remove(state, shot);
      reward += 1;
    }
  });
  return reward;
}

/** Removes the first of the list in a cell. @returns whether there was one */
function removeAt(state: Float64Array, list: Entities, x: number, y: number): boolean {
  return list.removeFirst(state, (at) => state[at + AT_X] === x && state[at + AT_Y] === y);
}

function moveDivers(state: Float64Array): void {
  DIVER_LIST.backwards(state, (diver) => {
    const pickedUp = () => {
      if (!meetsPlayer(state, diver) || state[DIVERS] >= MOST_DIVERS) return false;
      state[DIVERS] += 1;
      DIVER_LIST.remove(state, diver);
      return true;
    };
    if (pickedUp()) return;
    if (state[diver + TIMER] > 0) {
      state[diver + TIMER] -= 1;
      return;
    }
    state[diver + TIMER] = DIVER_MOVE_VALUE;
    state[diver + AT_X] += state[diver + DIRECTION];
    if (!isInside(state[diver + AT_X])) DIVER_LIST.remove(state, diver);
    else pickedUp();
  });
}

/** Moves fish, or enemy submarines, which shoot too. */
function moveEnemies(state: Float64Array, list: Entities): { reward: number; terminated: boolean } {
  let reward = 0;
  let terminated = false;
  list.backwards(state, (enemy) => {
    if (meetsPlayer(state, enemy)) terminated = true;
    let at: number | undefined = enemy; // undefined once it is removed itself
    const shooter = list === SUBMARINES ? Array.from(state.subarray(enemy, enemy + SUBMARINES.fields)) : undefined;
    if (state[enemy + TIMER] === 0) {
      state[enemy + TIMER] = state[MOVE_VALUE];
      state[enemy + AT_X] += state[enemy + DIRECTION];
      if (shooter !== undefined) shooter[AT_X] = state[enemy + AT_X];
      if (!isInside(state[enemy + AT_X])) {
        at = list.remove(state, enemy);
      } else if (meetsPlayer(state, enemy)) {
        terminated = true;
      } else if (removeAt(state, SHOTS, state[enemy + AT_X], state[enemy + AT_Y])) {
        at = list.remove(state, enemy);
        reward += 1;
      }
    } else {
      state[enemy + TIMER] -= 1;
    }
    if (shooter === undefined) return;
    const shoots = shooter[SHOT] === 0;
    if (at !== undefined) state[at + SHOT] = shoots ? ENEMY_SHOT_INTERVAL : shooter[SHOT] - 1;
    if (shoots) ENEMY_SHOTS.push(state, shooter.slice(0, ENEMY_SHOTS.fields));
  });
  return { reward, terminated };
}

/** @returns whether one meets the player */
function moveEnemyShots(state: Float64Array): boolean {
  let hit = false;
  ENEMY_SHOTS.backwards(state, (shot) => {
    if (meetsPlayer(state, shot)) hit = true;
    state[shot + AT_X] += state[shot + DIRECTION];
    if (!isInside(state[shot + AT_X])) ENEMY_SHOTS.remove(state, shot);
    else if (meetsPlayer(state, shot)) hit = true;
  });
  return hit;
}

/** @returns the reward */
function surface(state: Float64Array, ramping: boolean): number {
  state[SURFACED] = 1;
  let reward = 0;
  if (state[DIVERS] === MOST_DIVERS) {
    state[DIVERS] = 0;
    reward = tenthsOfOxygen(state[OXYGEN]);
  }
  state[OXYGEN] = MOST_OXYGEN;
  state[DIVERS] -= 1;
  if (ramping && (state[ENEMY_PERIOD] > 1 || state[MOVE_VALUE] > LEAST_MOVE_VALUE)) {
    if (state[MOVE_VALUE] > LEAST_MOVE_VALUE && state[RAMPS] % 2 === 1) state[MOVE_VALUE] -= 1;
    if (state[ENEMY_PERIOD] > 1) state[ENEMY_PERIOD] -= 1;
    state[RAMPS] += 1;
  }
  return reward;
}
