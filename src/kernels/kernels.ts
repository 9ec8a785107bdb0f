import type { ActivationName } from './activation.js';

/** Numbers of the arena, or of a check in double precision. */
export type FloatArray = Float32Array | Float64Array;

export const KERNEL_NAMES = ['simd', 'relaxed', 'revectorized', 'native', 'reference'] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];

/** A range of rows, and the lanes of their numbers that are used: numbers `laneBegin` up to `laneEnd` of `lanes`. */
export interface RowRange {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly laneBegin: number;
  readonly laneEnd: number;
}

/** The first `count` lanes of a range of rows. */
export interface Spread {
  readonly begin: number;
  readonly end: number;
  readonly lanes: number;
  readonly count: number;
}

/** A spread back to some of the neurons that are read. */
export interface TransposedProduct extends Spread {
  /** Sources from number `sourceBegin` up to `sourceEnd`; all of them unless given. */
  readonly sourceBegin?: number;
  readonly sourceEnd?: number;
  /** True where the sums take the place of what is there. */
  readonly replace?: boolean;
}

/** The neurons that each neuron of a range reads, if these differ: rows of a sparse matrix. Immutable. */
export interface SparseSources {
  /** Row i is at `offset[i]` up to `offset[i + 1]` of `sources`; [rows + 1], from 0. */
  readonly offset: Int32Array;
  /** The neurons that each row reads; [connections] */
  readonly sources: Int32Array;
}

/** Rows that each judge their own action by a number θ_r of their own, and what `Kernels.ownErrors` makes of them. */
export interface OwnErrors<Numbers extends FloatArray> {
  readonly rows: number;
  /** Transitions of the minibatch. */
  readonly size: number;
  /** Numbers that each row keeps in `critic`, `target` and `gradient`; the last of them is θ_r, θ'_r and what θ_r is to climb. */
  readonly stride: number;
  readonly critic: Numbers;
  readonly target: Numbers;
  /** What states and successors are worth but for the action; [rows, 2 · size], row-major */
  readonly values: Numbers;
  /** What the rows did; [rows, size], row-major */
  readonly sampled: Numbers;
  /** What they would do next, in lanes size..2·size; [rows, 2 · size], row-major */
  readonly next: Numbers;
  /** [size], both */
  readonly reward: Numbers;
  readonly discounts: Numbers;
  /** [rows, size], row-major; written */
  readonly error: Numbers;
  /** [rows, stride], row-major; its last column is written */
  readonly gradient: Numbers;
}

/** Rows of numbers that lie one after another, each of its own length. */
export interface Rows {
  /** Row r is as long as from `offset[r]` up to `offset[r + 1]`; not to be changed afterwards. */
  readonly offset: Int32Array;
  /** Rows `begin` up to `end`, the first of which lies at the start. */
  readonly begin: number;
  readonly end: number;
}

/** Eligibility traces of rows, and what `Kernels.followTraces` makes of them. */
export interface TracedRows<Numbers extends FloatArray> {
  readonly rows: Rows;
  /** What each row takes of its terms; [rows] */
  readonly credit: Numbers;
  /** What may have done it: the same for all rows, which are then of one length; or laid out as the traces. */
  readonly terms: Numbers;
  readonly shared: boolean;
  /** γλ, or 0 where an episode starts. */
  readonly kept: number;
  /** δ. */
  readonly tdError: number;
  /** Row after row; written. */
  readonly trace: Numbers;
  /** Which way each number is to go, laid out as the traces; written. */
  readonly direction: Numbers;
  /** [rows]; written */
  readonly reach: Numbers;
}

/** Small matrices side by side, one for each of `blocks` neurons, and the voltages that each is multiplied with. Voltages and products have `count` lanes. */
export interface BlockProducts<Numbers extends FloatArray> {
  readonly blocks: number;
  readonly rows: number;
  readonly inputs: number;
  readonly count: number;
  readonly weights: Numbers;
  /** Numbers from one block's weights to the next one's, from one row to the next, and from one input to the next. */
  readonly weightStep: number;
  readonly rowStride: number;
  readonly columnStride: number;
  /** [inputs, count], row-major, every `voltageStep` numbers: 0 where all blocks read the same. */
  readonly voltages: Numbers;
  readonly voltageStep: number;
  /** [rows, count], row-major, every `outStep` numbers; written */
  readonly out: Numbers;
  readonly outStep: number;
  /** True where the products are added to what is there; false unless given. */
  readonly add?: boolean;
}

/** What small matrices side by side are to climb. */
export interface BlockGradients<Numbers extends FloatArray> {
  readonly blocks: number;
  readonly rows: number;
  readonly inputs: number;
  readonly count: number;
  /** [rows, count], row-major, every `coefficientStep` numbers. */
  readonly coefficients: Numbers;
  readonly coefficientStep: number;
  /** [inputs, count], row-major, every `voltageStep` numbers. */
  readonly voltages: Numbers;
  readonly voltageStep: number;
  /** Numbers from one block's gradient to the next one's, and from one row to the next; written. */
  readonly gradient: Numbers;
  readonly gradientStep: number;
  readonly rowStride: number;
}

/**
 * The hot arithmetic, on numbers that lie where the kernels can reach them: in the arena, or in what `numbers` gave out.
 *
 * Voltages lie neuron by neuron, `[neurons, lanes]` row-major: a lane is one replayed observation, and acting is the case of
 * one lane. Every result depends on its own row only and every sum has one order, so that rows may be computed by any
 * partition, alone or with others, and come out bit for bit the same.
 */
export interface Kernels<Numbers extends FloatArray = Float32Array> {
  readonly name: KernelName;
  /** Room for numbers that kernels are to work on, all zero. */
  numbers(length: number): Numbers;
  /**
   * Weighted input of neurons `begin..end`: z[n, b] = Σ_j weights[n, j] · voltages[sources[j], b].
   *
   * Reads: weights of these rows, voltages of the sources. Writes: `weightedInput` of these rows.
   *
   * @param weights rows one after another, from that of `begin` on; [rows, sources], row-major
   * @param sources the neurons these rows read; [sources]; not to be changed afterwards
   * @param voltages [neurons, lanes], row-major
   * @param weightedInput [neurons, lanes], row-major
   * @param stride numbers from one row of weights to the next; as many as there are sources unless given
   */
  weightedInputs(weights: Numbers, sources: Int32Array, voltages: Numbers, weightedInput: Numbers, range: RowRange, stride?: number): void;
  /**
   * The sparse sibling of `weightedInputs`: z[n, b] = Σ_j weights[n, j] · voltages[sources[n, j], b] for neurons `begin..end`, each of which
   * reads neurons of its own.
   *
   * Reads: weights of these rows, voltages of their sources. Writes: `weightedInput` of these rows.
   *
   * @param weights rows one after another, as long as their sources, from the first row of `rows` on
   * @param first the neuron whose row `rows` begins with
   * @param voltages [neurons, lanes], row-major
   * @param weightedInput [neurons, lanes], row-major
   */
  sparseWeightedInputs(weights: Numbers, rows: SparseSources, first: number, voltages: Numbers, weightedInput: Numbers, range: RowRange): void;
  /**
   * Sums over all neurons: out[c, b] = Σ_n parts[n, c] · voltages[n, laneBegin + b], for the first `rows` of each neuron's numbers.
   *
   * Writes: `out`; [rows, laneEnd - laneBegin], row-major.
   *
   * @param parts what each neuron keeps; [neurons, size], row-major
   * @param range the neurons, `begin` being the first of `parts`, and the lanes
   */
  readOut(parts: Numbers, size: number, rows: number, voltages: Numbers, range: RowRange, out: Numbers): void;
  /**
   * Rank-B gradients of `rows` rows: gradient[r, j] = Σ_b coefficients[r, b] · voltages[sources[j], b], over the first `count` lanes.
   *
   * Writes: `gradient`, [rows, sources], row-major.
   *
   * @param coefficients row r's from number r · `coefficientLanes` on
   * @param stride numbers from one row of the gradient to the next; as many as there are sources unless given
   */
  gradients(coefficients: Numbers, coefficientLanes: number, rows: number, sources: Int32Array, voltages: Numbers, lanes: number, count: number, gradient: Numbers, stride?: number): void;
  /**
   * What neurons `begin..end` answer for, handed to the neurons they read: upon[sources[j], b] += Σ_n weights[n, j] · delta[n, b],
   * over the first `count` lanes. The transpose of `weightedInputs`; only backpropagation needs it.
   *
   * Reads: weights and `delta` of these rows. Writes: `upon` of the sources, which are all different.
   *
   * @param weights rows one after another, from that of `begin` on; [rows, sources], row-major
   * @param delta ∂L/∂z; [neurons, lanes], row-major
   * @param upon ∂L/∂v; [neurons, lanes], row-major
   */
  transposedProduct(weights: Numbers, sources: Int32Array, delta: Numbers, upon: Numbers, spread: TransposedProduct): void;
  /**
   * voltages[n, b] = σ(weightedInputs[n, b]) for neurons `begin..end`; both [neurons, lanes], row-major.
   *
   * @returns the first neuron one of whose weighted inputs is not finite, or -1: a bounded σ would hide it
   */
  activate(activation: ActivationName, weightedInputs: Numbers, voltages: Numbers, range: RowRange): number;
  /**
   * coefficients[r, b] = scale · σ'(z) · factors[r, b], of neuron begin + r in lane b, from its voltage, over the first `count` lanes.
   *
   * @param coefficients [rows, coefficientLanes], row-major
   * @param voltages [neurons, lanes], row-major
   * @param factors laid out as the coefficients; these themselves unless given
   */
  multiplySlopes(activation: ActivationName, coefficients: Numbers, coefficientLanes: number, voltages: Numbers, spread: Spread, scale: number, factors?: Numbers): void;
  /**
   * TD errors of rows that share nothing but the reward, over the size of the minibatch, and the mean that θ_r is to climb:
   *
   *   error[r, b] = (reward[b] + discounts[b] (values[r, size + b] + θ'_r next[r, size + b]) - values[r, b] - θ_r sampled[r, b]) / size
   *   gradient_r = Σ_b error[r, b] sampled[r, b]
   *
   * @returns the first row one of whose errors is not finite, or -1
   */
  ownErrors(of: OwnErrors<Numbers>): number;
  /** out[k, r, b] = Σ_j weights[k, r, j] · voltages[k, j, b] of each block k: many small products in one call. */
  blockProducts(of: BlockProducts<Numbers>): void;
  /** gradient[k, r, j] = Σ_b coefficients[k, r, b] · voltages[k, j, b] of each block k. */
  blockGradients(of: BlockGradients<Numbers>): void;
  /**
   * Half of what each pair of rows contributes to a quadratic form, row i with those up to itself: x_i[b] · x_j[b] for j < i, and x_i[b]² / 2, for rows i of
   * `begin..end`, over the first `count` lanes.
   *
   * Writes: `products`, [Σ_i (i + 1), count], row-major: the lower triangle, row after row.
   *
   * @param x [rows, lanes], row-major
   */
  pairProducts(x: Numbers, lanes: number, begin: number, end: number, count: number, products: Numbers): void;
  /**
   * Rows of a table become lanes: to[j, lane + b] = from[rows[b], j].
   *
   * @param from row-major, rows of `width` numbers
   * @param to [width, lanes], row-major
   */
  gatherLanes(from: Numbers, width: number, rows: Int32Array, to: Numbers, lanes: number, lane: number): void;
  /**
   * Eligibility traces a step on, which way they are to take what they trace, and how much of them there is:
   *
   *   trace[r, j] ← kept · trace[r, j] + credit[r] · terms[r, j],   direction[r, j] = δ · trace[r, j],   reach[r] = Σ_j |trace[r, j]|
   *
   * Traces too small to be fast numbers become 0.
   */
  followTraces(of: TracedRows<Numbers>): void;
  /**
   * Copies numbers `begin..end` of `from` to `to`, from its number `at` on. For short stretches, and on shared memory, where V8 copies byte by byte what does
   * not lie on eight of them (16 KB: 7 µs, where it takes 1 otherwise and this 0.3).
   */
  copy(from: Numbers, begin: number, end: number, to: Numbers, at: number): void;
  /** One neuron's contribution to a sum over neurons: sum[b] += factor · voltages[offset + b], for `count` lanes. */
  addScaled(factor: number, voltages: Numbers, offset: number, sum: Numbers, count: number): void;
  /** Soft update of a target copy: target ← target + τ (values − target). */
  softUpdate(values: Numbers, target: Numbers, tau: number): void;
  /** One step of plain gradient ascent: values ← values + η · gradient. The gradient may be longer. */
  sgdStep(values: Numbers, gradient: Numbers, rate: number): void;
  /** The same of rows that each have a rate of their own: values[r, j] ← values[r, j] + rates[r] · gradient[r, j]. */
  sgdRows(values: Numbers, gradient: Numbers, rates: Numbers, rows: Rows): void;
  /**
   * One ascent step of Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², values ← values + η · m̂ / (√v̂ + ε), where m̂ and v̂ are
   * corrected for their start at zero. Moments too small to be fast numbers become 0.
   *
   * Source: Kingma & Ba 2015, Algorithm 1. Differs: ascent, not descent.
   *
   * Writes: `values`, `first`, `second`; all [weights] and owned by the same neurons. The gradient may be longer.
   *
   * @param count number of this step, from 1
   */
  adamStep(values: Numbers, gradient: Numbers, first: Numbers, second: Numbers, rate: number, count: number): void;
  /**
   * One ascent step of RMSProp, uncentred, with ε inside the root: s ← a s + (1 - a) g², values ← values + η g / √(s + ε).
   *
   * Source: Mnih et al. 2016, equations 8 and 9. Differs: ascent, not descent.
   *
   * Writes: `values`, `second`. The gradient may be longer.
   *
   * @param decay a
   */
  rmspropStep(values: Numbers, gradient: Numbers, second: Numbers, rate: number, decay: number, epsilon: number): void;
  /** One ascent step with momentum μ: m ← μ m + g, values ← values + η m. Writes: `values`, `first`. The gradient may be longer. */
  momentumStep(values: Numbers, gradient: Numbers, first: Numbers, rate: number, momentum: number): void;
  /** Σ numbers². */
  squareSum(numbers: Numbers): number;
}

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Moments of Adam below these are set to 0: numbers below 1e-38 are denormal, and several times slower. */
export const LEAST_MOMENT = { first: 1e-30, second: 1e-37 } as const;

/** Eligibility traces below this are set to 0, for the same reason. */
export const LEAST_TRACE = 1e-30;

/** [0, 1, …, length - 1]: sources where row j is neuron j. */
export function iota(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}
