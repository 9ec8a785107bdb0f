import { createStream } from '../random/stream.js';
import { median, percentileInterval } from '../telemetry/statistics.js';

/** A number with its bootstrap 95 % interval; NaN where it is not defined. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A number on the sample itself, first, and then on each resample. */
export type Resampled = Float64Array;

/** Resamples of minibatches and of neurons, the same ones every time. */
export interface Resampling {
  /** Weight of each minibatch; the first gives all the same. [1 + resamples][minibatches] */
  readonly weights: readonly Float64Array[];
  /** Which neurons of a layer; the first is all of them once. [1 + resamples][neurons] */
  readonly draws: (neurons: number) => readonly Int32Array[];
}

export const RESAMPLES = 1000;

export function createResampling(minibatches: number, resamples = RESAMPLES): Resampling {
  const draw = (count: number, name: string) => {
    const stream = createStream(0, name);
    const drawn = Array.from({ length: resamples }, () => Int32Array.from({ length: count }, () => stream.integer(count)));
    return [Int32Array.from({ length: count }, (_, i) => i), ...drawn];
  };
  const tables = new Map<number, readonly Int32Array[]>();
  return {
    weights: draw(minibatches, 'bootstrap/minibatches').map((chosen) => {
      const weights = new Float64Array(minibatches);
      for (const m of chosen) weights[m] += 1 / minibatches;
      return weights;
    }),
    draws(neurons) {
      const table = tables.get(neurons) ?? draw(neurons, 'bootstrap/neurons');
      tables.set(neurons, table);
      return table;
    },
  };
}

/** ⟨a_m, b_l⟩ for all pairs of minibatches: all that lengths and cosines of means are made of. [minibatches, minibatches], row-major */
export type Products = Float64Array;

/** @param a one gradient per minibatch; as many as `b`, and as long */
export function innerProducts(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): Products {
  const size = a.length;
  const products = new Float64Array(size * size);
  for (let m = 0; m < size; m += 1) {
    for (let l = 0; l < size; l += 1) {
      let sum = 0;
      for (let j = 0; j < a[m].length; j += 1) sum += a[m][j] * b[l][j];
      products[m * size + l] = sum;
    }
  }
  return products;
}

/** Products of gradients laid end to end: the sum of the parts'. */
export function addProducts(parts: readonly Products[]): Products {
  const sum = new Float64Array(parts.length === 0 ? 0 : parts[0].length);
  for (const part of parts) for (let i = 0; i < sum.length; i += 1) sum[i] += part[i];
  return sum;
}

/** Σ_m Σ_l u_m p_ml w_l: the product of two weighted means. */
export function productOfMeans(products: Products, u: ArrayLike<number>, w: ArrayLike<number> = u): number {
  let sum = 0;
  for (let m = 0; m < u.length; m += 1) {
    if (u[m] === 0) continue;
    let row = 0;
    for (let l = 0; l < w.length; l += 1) row += products[m * w.length + l] * w[l];
    sum += u[m] * row;
  }
  return sum;
}

/** Of one gradient and the reference: their products with themselves and with one another. */
export interface Pair {
  readonly own: Products;
  readonly cross: Products;
  readonly reference: Products;
}

/** How a gradient agrees with the reference. */
export interface Compared {
  readonly cosine: Resampled;
  readonly normRatio: Resampled;
  readonly pairedCosine: Resampled;
}

/**
 * The signed cosine between two mean gradients and the ratio of their lengths; and the cosine between the gradients of all
 * minibatches laid end to end, which says how they agree where the means cancel out, near the end of learning:
 *
 *   cosine = ⟨ḡ, r̄⟩ / (‖ḡ‖ ‖r̄‖),   ratio = ‖ḡ‖ / ‖r̄‖,   ḡ = Σ_m w_m g_m
 *   paired = Σ_m w_m ⟨g_m, r_m⟩ / √(Σ_m w_m ‖g_m‖² Σ_m w_m ‖r_m‖²)
 *
 * A gradient of length 0 has no direction: NaN.
 */
export function compare({ own, cross, reference }: Pair, { weights }: Resampling): Compared {
  const compared = { cosine: new Float64Array(weights.length), normRatio: new Float64Array(weights.length), pairedCosine: new Float64Array(weights.length) };
  weights.forEach((w, i) => {
    const [ownNorm, referenceNorm] = [own, reference].map((products) => Math.sqrt(Math.max(0, productOfMeans(products, w))));
    compared.cosine[i] = cosineOf(productOfMeans(cross, w), ownNorm * referenceNorm);
    compared.normRatio[i] = referenceNorm === 0 ? NaN : ownNorm / referenceNorm;
    compared.pairedCosine[i] = cosineOf(meanOfPairs(cross, w), Math.sqrt(meanOfPairs(own, w) * meanOfPairs(reference, w)));
  });
  return compared;
}

/** Σ_m w_m p_mm */
function meanOfPairs(products: Products, w: ArrayLike<number>): number {
  let sum = 0;
  for (let m = 0; m < w.length; m += 1) sum += w[m] * products[m * w.length + m];
  return sum;
}

function cosineOf(product: number, scale: number): number {
  return scale === 0 ? NaN : Math.max(-1, Math.min(1, product / scale));
}

export function estimate(resampled: Resampled): Estimate {
  const [value] = resampled;
  const [low, high] = Number.isNaN(value) ? [NaN, NaN] : percentileInterval([...resampled.subarray(1)].filter((each) => !Number.isNaN(each)));
  return { value, low, high };
}

/**
 * A statistic over a layer's neurons, resampled over neurons and minibatches at once.
 *
 * @param neurons of each neuron its cosines on the same resamples of minibatches
 */
export function overNeurons(neurons: readonly Resampled[], { weights, draws }: Resampling, statistic: 'mean' | 'median'): Resampled {
  const of = statistic === 'mean' ? (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length : median;
  const drawn = draws(neurons.length);
  return Float64Array.from(weights, (_, i) => of([...drawn[i]].map((n) => neurons[n][i]).filter((value) => !Number.isNaN(value))));
}

/** Averages over several probes, resample by resample: the neurons of resample i are the same in all of them. */
export function overProbes(probes: readonly Resampled[]): Resampled {
  const length = probes.length === 0 ? 1 : probes[0].length;
  return Float64Array.from({ length }, (_, i) => {
    const values = probes.map((probe) => probe[i]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}
