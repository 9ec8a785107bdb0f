import { wrongKind, wrongValue } from '../check.js';
import type { FloatArray } from '../kernels/kernels.js';

/** Where the weighted inputs of neurons that inhibit one another lie: [neurons, lanes], row-major. */
export interface Pool {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly laneBegin: number;
  readonly laneEnd: number;
}

/** Θ of the voltage dynamic, as far as one pool goes. Writes: `weightedInputs` of the pool. */
export type Inhibition = (weightedInputs: FloatArray, pool: Pool) => void;

/** Θ(z) = z: no inhibition. */
export const identity: Inhibition = () => undefined;

/**
 * Divisive normalisation: Θ(z)_n = z_n / (semisaturation + mean_m |z_m|). Where all inputs grow alike, the outcome tends to a
 * limit: what remains is the neuron's input relative to its pool.
 *
 * Source: Carandini & Heeger 2012, equation 1 with exponent 1. Differs: inputs have signs, so the pool sums their magnitudes.
 *
 * @param semisaturation the mean magnitude at which inputs are half of their limit; > 0
 */
export function divisive(semisaturation: number): Inhibition {
  return (z, { begin, end, lanes, laneBegin, laneEnd }) => {
    for (let lane = laneBegin; lane < laneEnd; lane += 1) {
      let sum = 0;
      for (let neuron = begin; neuron < end; neuron += 1) sum += Math.abs(z[neuron * lanes + lane]);
      const divisor = semisaturation + sum / (end - begin);
      for (let neuron = begin; neuron < end; neuron += 1) z[neuron * lanes + lane] /= divisor;
    }
  };
}

/**
 * k winners take all: Θ(z)_n = z_n for the k greatest inputs of the pool, the first of equals, else 0.
 *
 * @param winners k; a pool of no more than k neurons is left as it is
 */
export function winnersTakeAll(winners: number): Inhibition {
  let places = new Int32Array(0);
  return (z, { begin, end, lanes, laneBegin, laneEnd }) => {
    if (places.length !== end - begin) places = new Int32Array(end - begin);
    for (let lane = laneBegin; lane < laneEnd; lane += 1) {
      for (let i = 0; i < places.length; i += 1) places[i] = (begin + i) * lanes + lane;
      if (places.length <= FEW) sortFew(places, z);
      else places.sort((a, b) => z[b] - z[a] || a - b);
      for (let i = winners; i < places.length; i += 1) z[places[i]] = 0;
    }
  };
}

/** Up to so many, sorting by insertion is several times faster than a sort that calls back. */
const FEW = 16;

/** The greatest first, and of equals the one that was first. */
function sortFew(places: Int32Array, z: FloatArray): void {
  for (let i = 1; i < places.length; i += 1) {
    const place = places[i];
    let at = i;
    for (; at > 0 && z[places[at - 1]] < z[place]; at -= 1) places[at] = places[at - 1];
    places[at] = place;
  }
}

/**
 * Inhibition in pools of neighbouring neurons of a hidden population: `none`, `winners(k/n)`, where the k greatest of n neurons win, or
 * `divisive(s/n)`, where s is the semisaturation and n the size of a pool. Plain data.
 *
 * Source: Srivastava et al. 2013, local winner-take-all.
 */
export interface LocalInhibition {
  readonly kind: 'winners' | 'divisive';
  /** Winners of a pool, or the semisaturation. */
  readonly amount: number;
  /** Neurons of a pool; the last pool of a population may be smaller. */
  readonly pool: number;
}

const WRITTEN = /^(winners|divisive)\((\d+(?:\.\d+)?)\/(\d+)\)$/;

/** @throws TypeError or RangeError naming the option where the text is none of an inhibition */
export function parseInhibition(option: string, text: unknown): LocalInhibition | undefined {
  const constraint = 'none, winners(<k>/<neurons>) such as winners(1/4), or divisive(<semisaturation>/<neurons>) such as divisive(1/8)';
  if (typeof text !== 'string') throw wrongKind(option, constraint, text);
  if (text === 'none') return undefined;
  const [, kind, amount, pool] = WRITTEN.exec(text) ?? [];
  const found = { kind: kind === 'winners' ? 'winners' : 'divisive', amount: Number(amount), pool: Number(pool) } as const;
  if (!(found.pool >= 2 && found.amount > 0)) throw wrongValue(option, constraint, text);
  if (kind === 'winners' && !(Number.isInteger(found.amount) && found.amount < found.pool)) throw wrongValue(option, 'fewer winners than a pool has neurons', text);
  return found;
}

/** Θ of one pool. */
export function inhibitionOf({ kind, amount }: LocalInhibition): Inhibition {
  return kind === 'winners' ? winnersTakeAll(amount) : divisive(amount);
}

/**
 * ∂Θ(z)_n/∂z_n, from Θ(z) of the pool: 1 of winners and 0 of others; or (1 - |Θ_n| / n) / d, with d = s / (1 - mean |Θ|) what was divided by. How a
 * neuron affects its neighbours is left out, which makes it local.
 *
 * @param inhibited Θ(z); [neurons, lanes], row-major
 * @param begin, end the neuron's pool
 */
export function inhibitionSlope({ kind, amount }: LocalInhibition, inhibited: FloatArray, neuron: number, begin: number, end: number, lanes: number, lane: number): number {
  const own = inhibited[neuron * lanes + lane];
  if (kind === 'winners') return own === 0 ? 0 : 1;
  let sum = 0;
  for (let each = begin; each < end; each += 1) sum += Math.abs(inhibited[each * lanes + lane]);
  const size = end - begin;
  return ((1 - sum / size) / amount) * (1 - Math.abs(own) / size);
}
