import type { ParameterShape } from '../memory/parameters.js';
import { BIAS_NEURON, isFixed, rowLengths, type Topology } from '../network/topology.js';
import type { Stream } from '../random/stream.js';

/** The parameter with the standard deviations σ of weights; laid out as the weights. */
export const NOISE = 'noise';

export function noiseShape(topology: Topology): ParameterShape {
  return { name: NOISE, lengths: rowLengths(topology), target: true, published: false, learned: true };
}

/** σ = σ₀ / √sources in each row, and 0 in rows that do not learn. Writes: `deviations`. */
export function initialiseNoise(topology: Topology, scale: number, deviations: Float32Array): void {
  for (const population of topology.populations) {
    const { begin, end, sources } = population;
    if (!isFixed(population, topology)) deviations.fill(scale / Math.sqrt(sources.length), topology.rowOffset[begin], topology.rowOffset[end]);
  }
}

/** f(x) = sign(x) √|x| */
export const noiseFactor = (x: number): number => Math.sign(x) * Math.sqrt(Math.abs(x));

/**
 * Noisy weights: K_{n,m} + σ_{n,m} ξ_{n,m}, with factorised noise ξ_{n,m} = f(ε_n) f(ε_m), f(x) = sign(x) √|x|. Neuron n draws ε_n once for its own row; ε_m is the same
 * for all neurons of a layer. The noise of a bias is f(ε_n).
 *
 * Source: Fortunato et al. 2018, equations 10 and 11.
 */
export interface NoisyWeights {
  /** Draws the noise of a number: a function of the stream and the number alone. Writes: `noise`. */
  draw(number: number): void;
  /** ξ of the last draw, laid out as the weights. */
  readonly noise: Float32Array;
  /** weights + deviations · ξ. Writes: `noisy`. */
  apply(weights: Float32Array, deviations: Float32Array, noisy: Float32Array): void;
  /** ∂J/∂σ = ∂J/∂K · ξ. Writes: `deviationGradient`. */
  differentiate(gradient: Float32Array, deviationGradient: Float32Array): void;
}

/** @param noise room for ξ; [weights] */
export function createNoisyWeights({ populations, rowOffset }: Topology, stream: Stream, noise: Float32Array): NoisyWeights {
  const noisy = populations.filter(({ sources }) => sources.length > 0);
  const draws = noisy.reduce((sum, { begin, end, sources }) => sum + sources.length + end - begin, 0);
  const read = new Float64Array(noisy.reduce((most, { sources }) => Math.max(most, sources.length), 0));
  return {
    noise,
    draw(number) {
      stream.position = number * draws;
      for (const { begin, end, sources } of noisy) {
        for (let j = 0; j < sources.length; j += 1) {
          const factor = noiseFactor(stream.gaussian());
          read[j] = sources[j] === BIAS_NEURON ? 1 : factor;
        }
        for (let neuron = begin; neuron < end; neuron += 1) {
          const own = noiseFactor(stream.gaussian());
          const row = rowOffset[neuron];
          for (let j = 0; j < sources.length; j += 1) noise[row + j] = own * read[j];
        }
      }
    },
    apply(weights, deviations, into) {
      for (let i = 0; i < noise.length; i += 1) into[i] = weights[i] + deviations[i] * noise[i];
    },
    differentiate(gradient, into) {
      for (let i = 0; i < noise.length; i += 1) into[i] = gradient[i] * noise[i];
    },
  };
}
