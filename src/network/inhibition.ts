import type { FloatArray } from '../kernels/kernels.js';

/** Where the weighted inputs of one population lie, in one lane. */
export interface Pool {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly lane: number;
}

/** Θ of the voltage dynamic, as far as one population goes, whose neurons inhibit one another. Writes: `weightedInputs` of the pool. */
export type Inhibition = (weightedInputs: FloatArray, pool: Pool) => void;

/** Θ(z) = z: nobody inhibits anybody. */
export const identity: Inhibition = () => undefined;

/**
 * Divisive normalisation: Θ(z)_n = z_n / (semisaturation + mean_m |z_m|). Where all inputs grow alike, the outcome tends to a
 * limit: what is left is how a neuron stands against its population.
 *
 * Source: Carandini & Heeger 2012, equation 1 with exponent 1. Differs: inputs have signs, so the pool sums their magnitudes.
 *
 * @param semisaturation the mean magnitude at which inputs are half of their limit; > 0
 */
export function divisive(semisaturation: number): Inhibition {
  return (z, { begin, end, lanes, lane }) => {
    let sum = 0;
    for (let neuron = begin; neuron < end; neuron += 1) sum += Math.abs(z[neuron * lanes + lane]);
    const divisor = semisaturation + sum / (end - begin);
    for (let neuron = begin; neuron < end; neuron += 1) z[neuron * lanes + lane] /= divisor;
  };
}

/**
 * k winners take all: Θ(z)_n = z_n for the k greatest inputs of the population, the first of equals, else 0.
 *
 * @param winners k; a population of no more than k neurons is left as it is
 */
export function winnersTakeAll(winners: number): Inhibition {
  let places = new Int32Array(0);
  return (z, { begin, end, lanes, lane }) => {
    if (places.length !== end - begin) places = new Int32Array(end - begin);
    for (let i = 0; i < places.length; i += 1) places[i] = (begin + i) * lanes + lane;
    places.sort((a, b) => z[b] - z[a] || a - b);
    for (let i = winners; i < places.length; i += 1) z[places[i]] = 0;
  };
}
