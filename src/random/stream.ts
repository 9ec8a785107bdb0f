import { createHash } from 'node:crypto';

import { philoxRest, philoxUniform } from './uniform.js';

const TWO_TO_32 = 2 ** 32;

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
 * The stream of a seed and a name. Names, not order of creation, determine the draws: partitioning the neurons
 * differently never changes a draw. Seed and name are hashed into Philox's 64-bit key with SHA-256.
 *
 * @param seed whole number, 0 to 2^53 - 1
 * @param name for example `environment` or `exploration/hidden1[3]`
 */
export function createStream(seed: number, name: string): Stream {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest();
  const [key0, key1] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];

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
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 - u is never 0
      return radius * Math.cos(2 * Math.PI * philoxRest()); // of the same draw
    },
  };
}
