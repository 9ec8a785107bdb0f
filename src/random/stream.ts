import { createHash } from 'node:crypto';

import { philox4x32 } from './philox.js';
import { philoxUniform } from './uniform.js';

const TWO_TO_32 = 2 ** 32;
const TWO_TO_MINUS_53 = 2 ** -53;
const TWO_TO_MINUS_26 = 2 ** -26;

/**
 * One consumer's own random numbers. Every draw consumes exactly one counter value, so `position` (a whole number) is
 * the entire state: setting it enters the stream anywhere, in any order, on any thread.
 */
export interface Stream {
  /** Number of the next draw; set it to jump. */
  position: number;
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform on [low, high). */
  uniformBetween(low: number, high: number): number;
  /** Uniform over 0, 1, …, count - 1. */
  integer(count: number): number;
  /** Standard normal, by Box and Muller's transform. */
  gaussian(): number;
}

/**
 * The stream of a seed and a name. Names, not order of creation, decide who draws what: partitioning the neurons
 * differently never changes a draw. Seed and name are hashed into Philox's 64-bit key with SHA-256.
 *
 * @param seed whole number, 0 to 2^53 - 1
 * @param name for example `environment` or `exploration/hidden1[3]`
 */
export function createStream(seed: number, name: string): Stream {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  const key = Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4));
  const [key0, key1] = key;
  const counter = new Uint32Array(4);
  const words = new Uint32Array(4);

  return {
    position: 0,
    uniform() {
      const { position } = this;
      this.position = position + 1;
      return philoxUniform(position, position / TWO_TO_32, key0, key1);
    },
    uniformBetween(low, high) {
      return low + (high - low) * this.uniform();
    },
    integer(count) {
      return Math.floor(this.uniform() * count);
    },
    gaussian() {
      advance(this, counter, key, words);
      const radius = Math.sqrt(-2 * Math.log(1 - toUniform(words[0], words[1]))); // 1 - u is never 0
      return radius * Math.cos(2 * Math.PI * toUniform(words[2], words[3]));
    },
  };
}

function advance(stream: Stream, counter: Uint32Array, key: Uint32Array, words: Uint32Array): void {
  counter[0] = stream.position;
  counter[1] = stream.position / TWO_TO_32;
  philox4x32(counter, key, words);
  stream.position += 1;
}

/** The 53 high bits of two words as a number in [0, 1). */
function toUniform(high: number, low: number): number {
  return (high >>> 6) * TWO_TO_MINUS_26 + (low >>> 5) * TWO_TO_MINUS_53;
}
