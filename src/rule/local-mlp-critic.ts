import { DivergenceError } from '../errors.js';
import { iota } from '../kernels/kernels.js';
import { neuronName, sourceLists } from '../network/topology.js';
import { sampledOffset, observeSources, criticInputSize } from './local-critic.js';
import { CRITIC } from '../objective/objective.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { RuleContext } from './rule.js';

/** Critics that are worked on at a time: with 64 transitions most of their data is in a second-level cache of 1 MiB. */
export const CRITICS_PER_BLOCK = 16;

/** What is judged: what was done, what would be done now, and what the target copy would do next. */
const [SAMPLED, MEAN, NEXT] = [0, 1, 2];

/** Layout of a critic: three matrices one after another, rows of each beginning with the bias, and those of the first ending with the action. */
interface Layout {
  /** Numbers of (1, v), and their rows. */
  readonly order: number;
  readonly reads: Int32Array;
  /** Where the second matrix begins, and the third. */
  readonly second: number;
  readonly third: number;
  /** Numbers of each critic. */
  readonly total: number;
}

/** A group whose critics are at work, and what they judge. */
export interface CriticEvaluation {
  readonly neuron: Neuron;
  readonly batch: Batch;
  /** What `TargetAction` gives for the group. */
  readonly next: Float32Array;
  readonly layout: Layout;
}

/**
 * Private networks of three layers, Q = w·(1, tanh(B (1, tanh(A (1, v, a))))), one for each neuron of a group. They are evaluated and
 * differentiated side by side: v is the same for all, and what each has of its own are small products in one call.
 *
 * Values of a hidden layer are [critics, 1 + width, size], row-major: of each critic a 1, and then its layer.
 */
export interface LocalMlpCritics {
  /** Q(v, a) and Q'(v', μ'(v')) of the critics evaluated last; [critics, size], row-major, both */
  readonly values: Float32Array;
  readonly successors: Float32Array;
  /** Reads: voltages of the group's sources. */
  observe(neuron: Neuron, batch: Batch, next: Float32Array): CriticEvaluation;
  /**
   * Evaluates `count` critics of the group, from number `first` on: no more than `CRITICS_PER_BLOCK`.
   *
   * Reads: the neurons' own voltages, their own acted voltages, their critics.
   *
   * @throws DivergenceError naming the neuron whose critic has a weighted input that is not finite
   */
  evaluate(situation: CriticEvaluation, first: number, count: number): void;
  /**
   * Backpropagation inside each of the critics evaluated last: gradient = Σ_b error ∂Q(v, a)/∂θ, credit = ∂Q/∂a at a = μ(v).
   *
   * Writes: `gradient` and `credit` of these.
   *
   * @param error of the whole group; [count, size], row-major; `credit` likewise
   * @param gradient laid out as the group's `CRITIC`
   */
  differentiate(situation: CriticEvaluation, first: number, count: number, error: Float32Array, gradient: Float32Array, credit: Float32Array): void;
}

/** @param widths neurons in the two hidden layers of each critic */
export function createLocalMlpCritics({ kernels, topology, batchSize: size }: RuleContext, [width1, width2]: readonly [number, number]): LocalMlpCritics {
  const layouts = new Map(sourceLists(topology).map((sources) => criticInputSize(sources) - 1).map((order) => [order, layOut(order)]));
  const largest = [...layouts.keys()].reduce((most, order) => Math.max(most, order), 0);
  const [rows1, rows2, length1, length2] = [width1 + 1, width2 + 1, width1, width2].map((rows) => rows * size); // of one critic
  const [states, nextStates] = [1, 2].map(() => kernels.numbers(largest * size));
  const [hidden1, hidden2] = [rows1, rows2].map((length) => [1, 2, 3].map(() => createHiddenLayer(length)));
  const [z1, z2] = [rows1, rows2].map((length) => [1, 2, 3].map(() => kernels.numbers(CRITICS_PER_BLOCK * length)));
  const [layers1, layers2, weighed1, weighed2] = [hidden1, hidden2, z1, z2].map((layers) => layers.map((layer) => layer.subarray(size)));
  const [deltas1, deltas2] = [length1, length2].map((length) => [1, 2].map(() => kernels.numbers(CRITICS_PER_BLOCK * length)));
  const [values, successors] = [1, 2].map(() => kernels.numbers(CRITICS_PER_BLOCK * size));
  const ones = kernels.numbers(size).fill(1);
  const gradient1 = kernels.numbers(CRITICS_PER_BLOCK * width1 * (largest + 1));

  function layOut(order: number): Layout {
    const second = width1 * (order + 1);
    const third = second + width2 * (width1 + 1);
    return { order, reads: iota(order), second, third, total: third + width2 + 1 };
  }

  /** The 1 of each critic is written here and nowhere else. */
  function createHiddenLayer(length: number): Float32Array {
    const layer = kernels.numbers(CRITICS_PER_BLOCK * length);
    for (let at = 0; at < layer.length; at += length) layer.fill(1, at, at + size);
    return layer;
  }

  // In what follows no object is spread into another: that would take a microsecond each.

  /** z = A (1, v), which all of them read, or where each has a voltage of its own, its action, z += A_a a. */
  function weighFirst({ order, total }: Layout, blocks: number, inputs: number, weights: Float32Array, voltages: Float32Array, voltageStep: number, out: Float32Array): void {
    kernels.blockProducts({
      blocks, rows: width1, inputs, count: size, weights, weightStep: total, rowStride: order + 1, columnStride: 1, voltages, voltageStep, out, outStep: rows1, add: voltageStep > 0,
    });
  }

  /** What was done and what would be done begin with the same: what is read. */
  function evaluateFirst({ neuron, batch, next, layout }: CriticEvaluation, critic: Float32Array, target: Float32Array, first: number, count: number): void {
    const { order } = layout;
    const { activations: { voltages, lanes }, sampled } = batch;
    const [ofAction, ofTarget] = [critic.subarray(order), target.subarray(order)];
    weighFirst(layout, count, order, critic, states, 0, weighed1[SAMPLED]);
    kernels.copy(z1[SAMPLED], 0, count * rows1, z1[MEAN], 0);
    weighFirst(layout, count, order, target, nextStates, 0, weighed1[NEXT]);
    weighFirst(layout, count, 1, ofAction, sampled.subarray(sampledOffset(batch, neuron) + first * size), size, weighed1[SAMPLED]);
    weighFirst(layout, count, 1, ofAction, voltages.subarray((neuron.index + first) * lanes), lanes, weighed1[MEAN]);
    weighFirst(layout, count, 1, ofTarget, next.subarray(first * lanes + size), lanes, weighed1[NEXT]);
    for (let which = SAMPLED; which <= NEXT; which += 1) activate(neuron, first, count, z1[which], hidden1[which], rows1);
  }

  function evaluateSecond({ neuron, layout: { second, total } }: CriticEvaluation, critic: Float32Array, target: Float32Array, first: number, count: number): void {
    const [own, ofTarget] = [critic.subarray(second), target.subarray(second)];
    for (let which = SAMPLED; which <= NEXT; which += 1) {
      kernels.blockProducts({
        blocks: count, rows: width2, inputs: width1 + 1, count: size, weights: which === NEXT ? ofTarget : own, weightStep: total, rowStride: width1 + 1, columnStride: 1,
        voltages: hidden1[which], voltageStep: rows1, out: weighed2[which], outStep: rows2,
      });
      activate(neuron, first, count, z2[which], hidden2[which], rows2);
    }
  }

  function evaluateThird({ third, total }: Layout, critic: Float32Array, hidden: Float32Array, count: number, out: Float32Array): void {
    kernels.blockProducts({
      blocks: count, rows: 1, inputs: width2 + 1, count: size, weights: critic.subarray(third), weightStep: total, rowStride: 0, columnStride: 1, voltages: hidden, voltageStep: rows2, out, outStep: size,
    });
  }

  function activate({ index }: Neuron, first: number, count: number, z: Float32Array, hidden: Float32Array, length: number): void {
    const bad = kernels.activate('tanh', z, hidden, { begin: 0, end: count, lanes: length, laneBegin: size, laneEnd: length });
    if (bad < 0) return;
    const wrong = z.subarray(bad * length + size, (bad + 1) * length).find((each) => !Number.isFinite(each)) ?? NaN;
    throw new DivergenceError(neuronName(topology, index + first + bad), 'critic\'s weighted input', wrong);
  }

  /** ∂L/∂z of both hidden layers, where L = error · Q; the error of all critics is the same where `step` is 0. */
  function spreadBack({ second, third, total }: Layout, critic: Float32Array, which: number, error: Float32Array, step: number, count: number): void {
    const [delta1, delta2] = [deltas1[which], deltas2[which]];
    kernels.blockProducts({
      blocks: count, rows: width2, inputs: 1, count: size, weights: critic.subarray(third + 1), weightStep: total, rowStride: 1, columnStride: 1, voltages: error, voltageStep: step, out: delta2, outStep: length2,
    });
    kernels.multiplySlopes('tanh', delta2, length2, layers2[which], { begin: 0, end: count, lanes: rows2, count: length2 }, 1);
    kernels.blockProducts({
      blocks: count, rows: width1, inputs: width2, count: size, weights: critic.subarray(second + 1), weightStep: total, rowStride: 1, columnStride: width1 + 1,
      voltages: delta2, voltageStep: length2, out: delta1, outStep: length1,
    });
    kernels.multiplySlopes('tanh', delta1, length1, layers1[which], { begin: 0, end: count, lanes: rows1, count: length1 }, 1);
  }

  /** Σ_b of what was done. That of A over (1, v) comes as one product, and goes to where each critic has its own. */
  function accumulate({ order, reads, second, third, total }: Layout, sampled: Float32Array, error: Float32Array, count: number, gradient: Float32Array): void {
    const [delta1, delta2] = [deltas1[SAMPLED], deltas2[SAMPLED]];
    kernels.gradients(delta1, size, count * width1, reads, states, size, size, gradient1, order + 1);
    for (let k = 0; k < count; k += 1) kernels.copy(gradient1, k * second, (k + 1) * second, gradient, k * total);
    kernels.blockGradients({
      blocks: count, rows: width1, inputs: 1, count: size, coefficients: delta1, coefficientStep: length1, voltages: sampled, voltageStep: size,
      gradient: gradient.subarray(order), gradientStep: total, rowStride: order + 1,
    });
    kernels.blockGradients({
      blocks: count, rows: width2, inputs: width1 + 1, count: size, coefficients: delta2, coefficientStep: length2, voltages: hidden1[SAMPLED], voltageStep: rows1,
      gradient: gradient.subarray(second), gradientStep: total, rowStride: width1 + 1,
    });
    kernels.blockGradients({
      blocks: count, rows: 1, inputs: width2 + 1, count: size, coefficients: error, coefficientStep: size, voltages: hidden2[SAMPLED], voltageStep: rows2,
      gradient: gradient.subarray(third), gradientStep: total, rowStride: width2 + 1,
    });
  }

  return {
    values,
    successors,
    observe(neuron, batch, next) {
      const order = observeSources(kernels, neuron, batch, states, nextStates);
      return { neuron, batch, next, layout: layouts.get(order) ?? layOut(order) };
    },
    evaluate(situation, first, count) {
      const { neuron: { parameters }, layout, layout: { total } } = situation;
      const critic = parameters[CRITIC].values.subarray(first * total);
      const target = parameters[CRITIC].target.subarray(first * total);
      evaluateFirst(situation, critic, target, first, count);
      evaluateSecond(situation, critic, target, first, count);
      evaluateThird(layout, critic, hidden2[SAMPLED], count, values);
      evaluateThird(layout, target, hidden2[NEXT], count, successors);
    },
    differentiate({ neuron, batch, layout, layout: { order, total } }, first, count, error, gradient, credit) {
      const critic = neuron.parameters[CRITIC].values.subarray(first * total);
      const own = error.subarray(first * size);
      spreadBack(layout, critic, SAMPLED, own, size, count);
      accumulate(layout, batch.sampled.subarray(sampledOffset(batch, neuron) + first * size), own, count, gradient.subarray(first * total));
      spreadBack(layout, critic, MEAN, ones, 0, count);
      kernels.blockProducts({
        blocks: count, rows: 1, inputs: width1, count: size, weights: critic.subarray(order), weightStep: total, rowStride: 0, columnStride: order + 1,
        voltages: deltas1[MEAN], voltageStep: length1, out: credit.subarray(first * size), outStep: size,
      });
    },
  };
}
