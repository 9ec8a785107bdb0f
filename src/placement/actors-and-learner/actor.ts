import type { Kernels } from '../../kernels/kernels.js';
import { createActivations, propagate } from '../../network/dynamic.js';
import type { Stream } from '../../random/stream.js';
import type { ValueLayout } from './layout.js';
import type { ValueSettings } from './settings.js';

/** A network that chooses actions, one observation at a time. */
export interface Policy {
  /** The greedy action. @throws DivergenceError naming the neuron */
  choose(observation: ArrayLike<number>, weights: Float32Array): number;
}

export function createPolicy(kernels: Kernels, { topology, encoder, head }: ValueLayout): Policy {
  const activations = createActivations(kernels, topology, 1);
  const { begin, end } = topology.outputs;
  const outputs = { voltages: activations.voltages.subarray(begin, end), lanes: 1 };
  return {
    choose(observation, weights) {
      encoder.encode(observation, activations.voltages);
      propagate(kernels, topology, weights, activations, 0, 1);
      return head.greedy(outputs, 0);
    },
  };
}

/** Probability of a random action at an environment step: it falls from 1 linearly. */
export function epsilonAt({ behaviour: { finalEpsilon, annealing }, steps }: Pick<ValueSettings, 'behaviour' | 'steps'>, step: number): number {
  const fall = annealing * steps;
  return step >= fall ? finalEpsilon : 1 + (finalEpsilon - 1) * (step / fall);
}

/** Stream positions of one step. */
const DRAWS = 2;

/**
 * ε-greedy: with probability ε an action drawn uniformly from all of them. The greedy one is computed only where it is taken.
 *
 * @param step its number, of which the draws are a function
 */
export function exploreGreedily(stream: Stream, step: number, epsilon: number, actions: number, greedy: () => number): number {
  stream.position = step * DRAWS;
  return stream.uniform() < epsilon ? stream.integer(actions) : greedy();
}
