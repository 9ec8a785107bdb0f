/**
 * The scalar reference of the hot arithmetic. Voltages lie neuron by neuron, `[neurons, lanes]` row-major: a lane is one
 * replayed observation, and acting is the case of one lane. Every result depends on its own row only and sums run in
 * index order, so that rows may be computed by any partition and come out bit for bit the same.
 *
 * Products are taken four sources at a time: one pass over the lanes then loads and stores each sum once for four products,
 * which is 2.5 times as fast as one by one (64 rows of 65 sources, 128 lanes, Node 20: 2.4 against 1.0 GFLOP/s); eight at a
 * time gain another fifth and read worse.
 */

/** Numbers of the arena, or of a check that wants double precision. */
export type FloatArray = Float32Array | Float64Array;

/**
 * Weighted input of neurons `begin..end`: z[n, b] = Σ_j weights[n, j] · voltages[sources[j], b].
 *
 * Reads: weights of these rows, voltages of the sources. Writes: `weightedInput` of these rows.
 *
 * @param weights rows one after another; [rows, sources], row-major
 * @param sources the neurons these rows read; [sources]
 * @param voltages [neurons, lanes], row-major
 * @param weightedInput [neurons, lanes], row-major
 * @param begin, end neurons whose rows are computed; `weights` starts with the row of `begin`
 * @param laneBegin, laneEnd lanes computed
 */
export function weightedInputs(
  weights: FloatArray,
  sources: Int32Array,
  voltages: FloatArray,
  weightedInput: FloatArray,
  { begin, end, lanes, laneBegin, laneEnd }: RowRange,
): void {
  const inputs = sources.length;
  for (let neuron = begin; neuron < end; neuron += 1) {
    const row = (neuron - begin) * inputs;
    const out = neuron * lanes;
    weightedInput.fill(0, out + laneBegin, out + laneEnd);
    let j = 0;
    for (; j + 4 <= inputs; j += 4) {
      const w0 = weights[row + j];
      const w1 = weights[row + j + 1];
      const w2 = weights[row + j + 2];
      const w3 = weights[row + j + 3];
      const s0 = sources[j] * lanes;
      const s1 = sources[j + 1] * lanes;
      const s2 = sources[j + 2] * lanes;
      const s3 = sources[j + 3] * lanes;
      for (let b = laneBegin; b < laneEnd; b += 1) {
        weightedInput[out + b] += w0 * voltages[s0 + b] + w1 * voltages[s1 + b] + w2 * voltages[s2 + b] + w3 * voltages[s3 + b];
      }
    }
    for (; j < inputs; j += 1) {
      const weight = weights[row + j];
      const source = sources[j] * lanes;
      for (let b = laneBegin; b < laneEnd; b += 1) weightedInput[out + b] += weight * voltages[source + b];
    }
  }
}

export interface RowRange {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly laneBegin: number;
  readonly laneEnd: number;
}

/**
 * Adds one neuron's contribution to a sum over neurons: sum[b] += factor · voltages[neuron, laneBegin + b].
 *
 * Writes: `sum`, [count].
 */
export function addScaled(factor: number, voltages: FloatArray, offset: number, sum: FloatArray, count: number): void {
  for (let lane = 0; lane < count; lane += 1) sum[lane] += factor * voltages[offset + lane];
}

/**
 * Rank-B gradient of one row: gradient[j] = Σ_b coefficient[b] · voltages[sources[j], b], over the first `count` lanes.
 *
 * Writes: `gradient`, [sources].
 */
export function rowGradient(
  coefficient: FloatArray,
  sources: Int32Array,
  voltages: FloatArray,
  lanes: number,
  count: number,
  gradient: FloatArray,
): void {
  let j = 0;
  for (; j + 4 <= sources.length; j += 4) {
    const s0 = sources[j] * lanes;
    const s1 = sources[j + 1] * lanes;
    const s2 = sources[j + 2] * lanes;
    const s3 = sources[j + 3] * lanes;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let b = 0; b < count; b += 1) {
      const factor = coefficient[b];
      sum0 += factor * voltages[s0 + b];
      sum1 += factor * voltages[s1 + b];
      sum2 += factor * voltages[s2 + b];
      sum3 += factor * voltages[s3 + b];
    }
    gradient[j] = sum0;
    gradient[j + 1] = sum1;
    gradient[j + 2] = sum2;
    gradient[j + 3] = sum3;
  }
  for (; j < sources.length; j += 1) gradient[j] = innerProduct(coefficient, voltages, sources[j] * lanes, count);
}

/**
 * What neurons `begin..end` answer for, handed to the neurons they read: upon[sources[j], b] += Σ_n weights[n, j] · delta[n, b],
 * over the first `count` lanes. The transpose of `weightedInputs`; only backpropagation needs it.
 *
 * Reads: weights and `delta` of these rows. Writes: `upon` of the sources.
 *
 * @param weights rows one after another; [rows, sources], row-major; starts with the row of `begin`
 * @param delta ∂L/∂z; [neurons, lanes], row-major
 * @param upon ∂L/∂v; [neurons, lanes], row-major
 */
export function spreadBack(
  weights: FloatArray,
  sources: Int32Array,
  delta: FloatArray,
  upon: FloatArray,
  { begin, end, lanes, count }: SpreadRange,
): void {
  const inputs = sources.length;
  let neuron = begin;
  for (; neuron + 4 <= end; neuron += 4) {
    const row = (neuron - begin) * inputs;
    const d0 = neuron * lanes;
    const d1 = d0 + lanes;
    const d2 = d1 + lanes;
    const d3 = d2 + lanes;
    for (let j = 0; j < inputs; j += 1) {
      const source = sources[j] * lanes;
      const w0 = weights[row + j];
      const w1 = weights[row + inputs + j];
      const w2 = weights[row + 2 * inputs + j];
      const w3 = weights[row + 3 * inputs + j];
      for (let b = 0; b < count; b += 1) {
        upon[source + b] += w0 * delta[d0 + b] + w1 * delta[d1 + b] + w2 * delta[d2 + b] + w3 * delta[d3 + b];
      }
    }
  }
  for (; neuron < end; neuron += 1) {
    const row = (neuron - begin) * inputs;
    for (let j = 0; j < inputs; j += 1) {
      const source = sources[j] * lanes;
      const weight = weights[row + j];
      for (let b = 0; b < count; b += 1) upon[source + b] += weight * delta[neuron * lanes + b];
    }
  }
}

export interface SpreadRange {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly count: number;
}

/** Σ_b coefficient[b] · voltages[offset + b]. */
export function innerProduct(coefficient: FloatArray, voltages: FloatArray, offset: number, count: number): number {
  let sum = 0;
  for (let lane = 0; lane < count; lane += 1) sum += coefficient[lane] * voltages[offset + lane];
  return sum;
}

/** Soft update of a target copy: target ← target + τ (values − target). */
export function softUpdate(values: FloatArray, target: FloatArray, tau: number): void {
  for (let i = 0; i < values.length; i += 1) target[i] += tau * (values[i] - target[i]);
}

/** One step of plain gradient ascent: values ← values + η · gradient. */
export function sgdStep(values: FloatArray, gradient: FloatArray, rate: number): void {
  for (let i = 0; i < values.length; i += 1) values[i] += rate * gradient[i];
}

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * One ascent step of Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², values ← values + η · m̂ / (√v̂ + ε), where m̂ and v̂ are
 * corrected for their start at zero.
 *
 * Source: Kingma & Ba 2015, Algorithm 1. Differs: ascent, not descent.
 *
 * Writes: `values`, `first`, `second`; all [weights] and owned by the same neuron.
 *
 * @param count number of this step, from 1
 */
export function adamStep(
  values: FloatArray,
  gradient: FloatArray,
  first: FloatArray,
  second: FloatArray,
  rate: number,
  count: number,
): void {
  const { beta1, beta2, epsilon } = ADAM;
  const scale = rate / (1 - beta1 ** count);
  const correction = 1 / (1 - beta2 ** count);
  for (let i = 0; i < values.length; i += 1) {
    const g = gradient[i];
    first[i] += (1 - beta1) * (g - first[i]);
    second[i] += (1 - beta2) * (g * g - second[i]);
    values[i] += (scale * first[i]) / (Math.sqrt(second[i] * correction) + epsilon);
  }
}
