import type { Stream } from '../random/stream.js';
import { indexOfHighest } from './decoder.js';

/** With probability ε an action drawn uniformly from all of them, the greedy one included; otherwise the greedy one: the first of the highest voltages. */
export function epsilonGreedy(voltages: Float32Array, epsilon: number, stream: Stream): number {
  return stream.uniform() < epsilon ? stream.integer(voltages.length) : indexOfHighest(voltages);
}
