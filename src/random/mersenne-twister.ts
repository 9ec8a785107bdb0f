import type { Stream } from './stream.js';

/** Numbers of the state, and of a block of outputs. */
const SIZE = 624;
const SHIFT = 397;

/**
 * A stream of MT19937 (Matsumoto & Nishimura 1998), with the draws of NumPy's RandomState: for tasks whose original uses that generator, so that
 * seeds give the original's episodes. `position` counts outputs of 32 bits: a uniform number takes two, an integer as many as it needs.
 *
 * @param seed whole number, 0 to 2^53 - 1; below 2^32 seeded as RandomState(seed), above by both of its words
 */
export function createMersenneTwister(seed: number): Stream {
  const state = new Uint32Array(SIZE);
  let next = 0; // number of the next output
  let end = 0; // outputs that the blocks made so far have

  function restart(): void {
    fillFromSeed(state, seed);
    next = 0;
    end = 0;
  }

  function output(): number {
    if (next === end) {
      twist(state);
      end += SIZE;
    }
    let y = state[next - end + SIZE];
    next += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  restart();
  return {
    get position() {
      return next;
    },
    set position(position) {
      if (position < end - SIZE) restart();
      while (position > end) {
        twist(state);
        end += SIZE;
      }
      next = position;
    },
    uniform() {
      const high = output() >>> 5;
      return (high * 2 ** 26 + (output() >>> 6)) / 2 ** 53;
    },
    uniformBetween(low, high) {
      return low + (high - low) * this.uniform();
    },
    integer(count) {
      const most = count - 1;
      if (most === 0) return 0; // takes no output
      const mask = 2 ** (32 - Math.clz32(most)) - 1;
      for (;;) {
        const value = (output() & mask) >>> 0;
        if (value <= most) return value;
      }
    },
    gaussian() {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 - u is never 0
      return radius * Math.cos(2 * Math.PI * this.uniform());
    },
  };
}

/** Seeds by one word, or by an array of two where the seed has more than 32 bits. Writes: `state`. */
function fillFromSeed(state: Uint32Array, seed: number): void {
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  fillFromWord(state, high === 0 ? low : 19650218);
  if (high === 0) return;
  const mixed = (i: number, factor: number) => state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), factor);
  let i = 1;
  const step = () => {
    i += 1;
    if (i < SIZE) return;
    state[0] = state[SIZE - 1];
    i = 1;
  };
  for (let k = 0; k < SIZE; k += 1) {
    state[i] = mixed(i, 1664525) + (k % 2 === 0 ? low : high + 1);
    step();
  }
  for (let k = 1; k < SIZE; k += 1) {
    state[i] = mixed(i, 1566083941) - i;
    step();
  }
  state[0] = 0x80000000;
}

function fillFromWord(state: Uint32Array, word: number): void {
  state[0] = word;
  for (let i = 1; i < SIZE; i += 1) state[i] = Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1812433253) + i;
}

/** The next 624 numbers, in place. */
function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i += 1) {
    const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
    state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
  }
}
