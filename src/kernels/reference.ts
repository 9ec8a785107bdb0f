/**
 * The scalar reference of the hot arithmetic. Voltages lie neuron by neuron, `[neurons, lanes]` row-major: a lane is one
 * replayed observation, and acting is the case of one lane. Every result depends on its own row only and sums run in
 * index order, so that rows may be computed by any partition and come out bit for bit the same.
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
    for (let j = 0; j < inputs; j += 1) {
      const weight = weights[row + j];
      const source = sources[j] * lanes;
      for (let lane = laneBegin; lane < laneEnd; lane += 1) weightedInput[out + lane] += weight * voltages[source + lane];
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
  for (let j = 0; j < sources.length; j += 1) {
    const source = sources[j] * lanes;
    let sum = 0;
    for (let lane = 0; lane < count; lane += 1) sum += coefficient[lane] * voltages[source + lane];
    gradient[j] = sum;
  }
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
