import { clip } from '../task.js';
import { each, LEFT, NO_OP, RIGHT, SIDE, type Game } from './game.js';

/** Places in the state. `TOUCHING`: 1 while the ball passes bricks after it has struck one. Bricks: rows 1 to 3. */
const [BALL_X, BALL_Y, DIRECTION, PADDLE, TRAIL_X, TRAIL_Y, TOUCHING, BRICKS] = [0, 1, 2, 3, 4, 5, 6, 7];
const [FIRST_ROW, ROWS] = [1, 3];
const END = BRICKS + ROWS * SIDE;
const BOTTOM = SIDE - 1;

/** Directions 0 to 3: left and up, right and up, right and down, left and down. */
const STEPS_X = [-1, 1, 1, -1];
const STEPS_Y = [-1, -1, 1, 1];
const mirrorHorizontally = (direction: number): number => direction ^ 1;
const mirrorVertically = (direction: number): number => 3 - direction;
const reverse = (direction: number): number => (direction + 2) % 4;

/**
 * Breakout: a paddle on the lowest row keeps a ball in play that clears three rows of bricks. Reward 1 a brick. New bricks come when the ball
 * reaches the paddle's row and none is left. Terminates where the ball passes the paddle. First state: ball at the left or the right wall, each with
 * probability 1/2.
 */
export const breakout: Game = {
  name: 'Breakout',
  channels: ['paddle', 'ball', 'trail', 'brick'],
  actions: [NO_OP, LEFT, RIGHT],
  ranges: [...each(2, 0, BOTTOM), [0, 3], ...each(3, 0, BOTTOM), ...each(1 + ROWS * SIDE, 0, 1)],
  ramps: false,
  start(state, random) {
    const right = random.integer(2) === 1;
    state[BALL_X] = state[TRAIL_X] = right ? BOTTOM : 0;
    state[BALL_Y] = state[TRAIL_Y] = 3;
    state[DIRECTION] = right ? 3 : 2;
    state[PADDLE] = 4;
    state[TOUCHING] = 0;
    state.fill(1, BRICKS, END);
  },
  play(state, action) {
    if (action === LEFT || action === RIGHT) state[PADDLE] = clip(state[PADDLE] + (action === RIGHT ? 1 : -1), 0, SIDE - 1);
    const [oldX, oldY] = [state[BALL_X], state[BALL_Y]];
    const direction = state[DIRECTION];
    state[TRAIL_X] = oldX;
    state[TRAIL_Y] = oldY;
    let x = oldX + STEPS_X[direction];
    let y = oldY + STEPS_Y[direction];
    let next = direction;
    if (x < 0 || x >= SIDE) {
      x = clip(x, 0, SIDE - 1);
      next = mirrorHorizontally(next);
    }
    let reward = 0;
    let terminated = false;
    let touching = false;
    if (y < 0) {
      y = 0;
      next = mirrorVertically(next);
    } else if (hasBrick(state, x, y)) {
      touching = true;
      if (state[TOUCHING] === 0) {
        reward = 1;
        state[brickAt(x, y)] = 0;
        y = oldY;
        next = mirrorVertically(next);
      }
    } else if (y === BOTTOM) {
      if (!state.subarray(BRICKS, END).includes(1)) state.fill(1, BRICKS, END);
      if (oldX === state[PADDLE]) {
        next = mirrorVertically(next);
        y = oldY;
      } else if (x === state[PADDLE]) {
        next = reverse(next);
        y = oldY;
      } else {
        terminated = true;
      }
    }
    state[TOUCHING] = touching ? 1 : 0;
    state[BALL_X] = x;
    state[BALL_Y] = y;
    state[DIRECTION] = next;
    return { reward, terminated };
  },
  draw(state, set) {
    set(0, state[PADDLE], BOTTOM);
    set(1, state[BALL_X], state[BALL_Y]);
    set(2, state[TRAIL_X], state[TRAIL_Y]);
    for (let i = 0; i < ROWS * SIDE; i += 1) if (state[BRICKS + i] === 1) set(3, i % SIDE, FIRST_ROW + Math.floor(i / SIDE));
  },
};

const brickAt = (x: number, y: number): number => BRICKS + (y - FIRST_ROW) * SIDE + x;
const hasBrick = (state: Float64Array, x: number, y: number): boolean => y >= FIRST_ROW && y < FIRST_ROW + ROWS && state[brickAt(x, y)] === 1;
