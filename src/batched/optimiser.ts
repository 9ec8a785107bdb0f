import { ADAM } from '../kernels/kernels.js';
import type { OptimiserName } from '../optimise/registry.js';
import type { Tensor, TensorFlow } from './tensorflow.js';

/** Numbers that are learned, with their moments: all of one shape. */
export interface Learned {
  readonly values: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * One step of ascent. What it returns is new where it has changed.
 *
 * @param rate η of every number
 * @param share remaining fraction of the learning rates
 * @param count number of this step, from 1
 */
export type TensorOptimiser = (learned: Learned, direction: Tensor, rate: Tensor, share: number, count: number) => Learned;

export function tensorOptimiser(tf: TensorFlow, name: OptimiserName): TensorOptimiser {
  return name === 'adam' ? (...step) => adam(tf, ...step) : (learned, direction, rate, share) => sgd(tf, learned, direction, rate, share);
}

/** As `adamStep`, with both corrections taken out of the square root: m̂/(√v̂ + ε) = (√c₂/c₁) m/(√v + ε√c₂), c = 1 - βᵗ. */
function adam(tf: TensorFlow, { values, first, second }: Learned, direction: Tensor, rate: Tensor, share: number, count: number): Learned {
  const { beta1, beta2, epsilon } = ADAM;
  const root = Math.sqrt(1 - beta2 ** count);
  const nextFirst = tf.add(first, tf.mul(tf.sub(direction, first), tf.scalar(1 - beta1)));
  const nextSecond = tf.add(second, tf.mul(tf.sub(tf.square(direction), second), tf.scalar(1 - beta2)));
  const step = tf.div(tf.mul(nextFirst, rate), tf.add(tf.sqrt(nextSecond), tf.scalar(epsilon * root)));
  return { values: tf.add(values, tf.mul(step, tf.scalar((share * root) / (1 - beta1 ** count)))), first: nextFirst, second: nextSecond };
}

function sgd(tf: TensorFlow, learned: Learned, direction: Tensor, rate: Tensor, share: number): Learned {
  return { ...learned, values: tf.add(learned.values, tf.mul(tf.mul(direction, rate), tf.scalar(share))) };
}
