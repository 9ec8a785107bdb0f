import { createStream } from '../random/stream.js';
import { mean, median, percentileInterval } from '../telemetry/statistics.js';

/** A number with its bootstrap 95 % interval; NaN if undefined. */
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

/** The gradients of one neuron, one per minibatch; all of one length. */
export type Rows = readonly ArrayLike<number>[];

/** Σ_m w_m g_m on every resample, one after another; [1 + resamples, length], row-major */
export function meansOf(rows: Rows, { weights }: Resampling): Float64Array {
  const { length } = rows[0];
  const means = new Float64Array(weights.length * length);
  weights.forEach((w, i) => {
    const begin = i * length;
    for (let m = 0; m < rows.length; m += 1) {
      const weight = w[m];
      if (weight === 0) continue;
      const row = rows[m];
      for (let j = 0; j < length; j += 1) means[begin + j] += weight * row[j];
    }
  });
  return means;
}

/** All that lengths and cosines are made of, on every resample: of means, and of the gradients of all minibatches laid end to end. */
export interface Products {
  readonly means: Triple;
  readonly pairs: Triple;
}

/** Products of a gradient with itself, with the reference, and of the reference with itself. */
interface Triple {
  readonly own: Resampled;
  readonly cross: Resampled;
  readonly reference: Resampled;
}

/** @param referenceMeans `meansOf` the reference, which many kinds are compared with */
export function productsOf(rows: Rows, reference: Rows, referenceMeans: Float64Array, resampling: Resampling): Products {
  const ownMeans = meansOf(rows, resampling);
  return {
    means: {
      own: productsOfMeans(ownMeans, ownMeans, resampling),
      cross: productsOfMeans(ownMeans, referenceMeans, resampling),
      reference: productsOfMeans(referenceMeans, referenceMeans, resampling),
    },
    pairs: { own: meanProducts(rows, rows, resampling), cross: meanProducts(rows, reference, resampling), reference: meanProducts(reference, reference, resampling) },
  };
}

/** ⟨ā, b̄⟩ on every resample. */
function productsOfMeans(a: Float64Array, b: Float64Array, { weights }: Resampling): Resampled {
  const length = a.length / weights.length;
  return Float64Array.from(weights, (_, i) => innerProduct(a.subarray(i * length, (i + 1) * length), b.subarray(i * length, (i + 1) * length)));
}

/** Σ_m w_m ⟨a_m, b_m⟩ on every resample. */
function meanProducts(a: Rows, b: Rows, { weights }: Resampling): Resampled {
  const products = a.map((row, m) => innerProduct(row, b[m]));
  return Float64Array.from(weights, (w) => innerProduct(w, products));
}

export function innerProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

/** Products of the gradients of several neurons laid end to end: the sums of theirs. */
export function joinProducts(parts: readonly Products[], { weights }: Resampling): Products {
  const sum = (of: (part: Products) => Resampled) => Float64Array.from(weights, (_, i) => parts.reduce((total, part) => total + of(part)[i], 0));
  const join = (of: (part: Products) => Triple): Triple => ({
    own: sum((part) => of(part).own),
    cross: sum((part) => of(part).cross),
    reference: sum((part) => of(part).reference),
  });
  return { means: join(({ means }) => means), pairs: join(({ pairs }) => pairs) };
}

/** How a gradient agrees with the reference. */
export interface Compared {
  readonly cosine: Resampled;
  readonly normRatio: Resampled;
  readonly pairedCosine: Resampled;
}

/**
 * The signed cosine between two mean gradients and the ratio of their lengths; and the cosine between the gradients of all
 * minibatches laid end to end, which is informative if the means cancel out, near the end of learning:
 *
 *   cosine = ⟨ḡ, r̄⟩ / (‖ḡ‖ ‖r̄‖),   ratio = ‖ḡ‖ / ‖r̄‖,   ḡ = Σ_m w_m g_m
 *   paired = Σ_m w_m ⟨g_m, r_m⟩ / √(Σ_m w_m ‖g_m‖² Σ_m w_m ‖r_m‖²)
 *
 * A gradient of length 0 has no direction: NaN.
 */
export function compare({ means, pairs }: Products): Compared {
  return { cosine: cosinesOf(means), normRatio: means.own.map((own, i) => ratioOf(Math.sqrt(own), Math.sqrt(means.reference[i]))), pairedCosine: cosinesOf(pairs) };
}

function cosinesOf({ own, cross, reference }: Triple): Resampled {
  return cross.map((product, i) => Math.max(-1, Math.min(1, ratioOf(product, Math.sqrt(own[i] * reference[i])))));
}

function ratioOf(value: number, scale: number): number {
  return scale === 0 ? NaN : value / scale;
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
  const of = statistic === 'mean' ? mean : median;
  const drawn = draws(neurons.length);
  return Float64Array.from(weights, (_, i) => of([...drawn[i]].map((n) => neurons[n][i]).filter((value) => !Number.isNaN(value))));
}

/** Averages over several probes, resample by resample: the neurons of resample i are the same in all of them. */
export function overProbes(probes: readonly Resampled[]): Resampled {
  const length = probes.length === 0 ? 1 : probes[0].length;
  return Float64Array.from({ length }, (_, i) => {
    return mean(probes.map((probe) => probe[i]).filter((value) => !Number.isNaN(value)));
  });
}
