import { createNoisyWeights, noiseShape } from '../../explore/noisy-weights.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { attachParameter, type Parameter } from '../../memory/parameters.js';
import type { Topology } from '../../network/topology.js';
import type { Optimiser } from '../../optimise/optimiser.js';
import { polyakUpdate } from '../../optimise/update.js';
import type { Stream } from '../../random/stream.js';

/** The weights that a network computes with: with noise, or as they are. */
export interface WeightNoise {
  /** The weights under the noise of a number; read anew at each call. */
  values(number: number): Float32Array;
  /** The target copy, likewise. */
  target(number: number): Float32Array;
  /** Steps the standard deviations. @param gradient of the weights that `values` returned last */
  learn(gradient: Float32Array, optimiser: Optimiser, rate: number, update: number): void;
  /** The target copy of the standard deviations follows. */
  follow(rate: number): void;
}

/** @param stream of the noise; undefined: without noise */
export function attachNoise(kernels: Kernels, arena: Arena, topology: Topology, stream: Stream | undefined, weights: Parameter): WeightNoise {
  if (stream === undefined) return { values: () => weights.values, target: () => weights.target, learn: () => undefined, follow: () => undefined };
  const { length } = weights.values;
  const deviations = attachParameter(arena, noiseShape(topology)).of(0, topology.neurons);
  const [live, copy] = [1, 2].map(() => createNoisyWeights(topology, stream, new Float32Array(length)));
  const [values, target, gradient] = [1, 2, 3].map(() => kernels.numbers(length));
  return {
    values(number) {
      live.draw(number);
      live.apply(weights.values, deviations.values, values);
      return values;
    },
    target(number) {
      copy.draw(number);
      copy.apply(weights.target, deviations.target, target);
      return target;
    },
    learn(of, optimiser, rate, update) {
      live.differentiate(of, gradient);
      optimiser.step(deviations, gradient, rate, update);
    },
    follow(rate) {
      polyakUpdate(kernels, deviations, rate);
    },
  };
}
