import { DivergenceError } from '../errors.js';
import { everybody } from '../kernels/kernels.js';
import { BIAS_NEURON, neuronName, sourceLists } from '../network/topology.js';
import { actedOffset, situationSize } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type RuleContext } from './rule.js';

/** Critics that are worked on at a time: with 64 transitions most of what they work on lies in a second-level cache of 1 MiB. */
export const TOGETHER = 16;

/** How a critic lies: three matrices one after another, rows of each beginning with the bias, and those of the first ending with the action. */
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
export interface Situation {
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
 * Boards of the hidden layers are [situations, critics, 1 + width, size], row-major: what was done, what would be done now, and what
 * the target copy would do next; of each critic a 1, and then its layer.
 */
export interface PrivateCritics {
  /** Q(v, a) and Q'(v', μ'(v')) of the critics evaluated last; [critics, size], row-major, both */
  readonly values: Float32Array;
  readonly successors: Float32Array;
  /** Reads: voltages of the group's sources. */
  observe(neuron: Neuron, batch: Batch, next: Float32Array): Situation;
  /**
   * Evaluates `count` critics of the group, from number `first` on: no more than `TOGETHER`.
   *
   * Reads: the neurons' own voltages, their own acted voltages, their critics.
   *
   * @throws DivergenceError naming the neuron whose critic has a weighted input that is not finite
   */
  evaluate(situation: Situation, first: number, count: number): void;
  /**
   * Backpropagation inside each of the critics evaluated last: gradient = Σ_b error ∂Q(v, a)/∂θ, credit = ∂Q/∂a at a = μ(v).
   *
   * Writes: `gradient` and `credit` of these.
   *
   * @param error of the whole group; [count, size], row-major; `credit` likewise
   * @param gradient laid out as the group's `CRITIC`
   */
  differentiate(situation: Situation, first: number, count: number, error: Float32Array, gradient: Float32Array, credit: Float32Array): void;
}

/** @param widths neurons in the two hidden layers of each critic */
export function createPrivateCritics({ kernels, topology, batchSize: size }: RuleContext, widths: readonly [number, number]): PrivateCritics {
  const [width1, width2] = widths;
  const [board1, board2] = widths.map((width) => (1 + width) * size); // of one critic
  const layouts = new Map(sourceLists(topology).map((sources) => situationSize(sources) - 1).map((order) => [order, layOut(order)]));
  const largest = [...layouts.keys()].reduce((most, order) => Math.max(most, order), 0);
  const [states, nextStates] = [1, 2].map(() => kernels.numbers(largest * size));
  const z = kernels.numbers(3 * TOGETHER * Math.max(board1, board2));
  const [hidden1, hidden2] = [board1, board2].map(createHiddenBoard);
  const [delta1, delta2] = widths.map((width) => kernels.numbers(2 * TOGETHER * width * size));
  const [values, successors] = [1, 2].map(() => kernels.numbers(TOGETHER * size));
  const ones = kernels.numbers(size).fill(1);
  const gradient1 = kernels.numbers(TOGETHER * width1 * (largest + 1));

  function layOut(order: number): Layout {
    const second = width1 * (order + 1);
    const third = second + width2 * (width1 + 1);
    return { order, reads: everybody(order), second, third, total: third + width2 + 1 };
  }

  /** The 1 of each critic is written here and nowhere else. */
  function createHiddenBoard(length: number): Float32Array {
    const board = kernels.numbers(3 * TOGETHER * length);
    for (let at = 0; at < board.length; at += length) board.fill(1, at, at + size);
    return board;
  }

  /** Weighted inputs of the first hidden layer: what (1, v) makes of them, for what was done and would be done the same, and what the action adds. */
  function weighFirst({ neuron, batch, next, layout: { order, total } }: Situation, critic: Float32Array, target: Float32Array, first: number, count: number): void {
    const { board: { voltages, lanes }, acted } = batch;
    const layer = { blocks: count, rows: width1, count: size, weightStep: total, rowStride: order + 1, columnStride: 1, outStep: board1 };
    const [done, meant, then] = [0, 1, 2].map((which) => z.subarray(which * count * board1 + size));
    kernels.blockProducts({ ...layer, inputs: order, weights: critic, voltages: states, voltageStep: 0, out: done });
    kernels.copy(z, 0, count * board1, z, count * board1);
    kernels.blockProducts({ ...layer, inputs: order, weights: target, voltages: nextStates, voltageStep: 0, out: then });
    const action = { ...layer, inputs: 1, add: true };
    kernels.blockProducts({ ...action, weights: critic.subarray(order), voltages: acted.subarray(actedOffset(batch, neuron) + first * size), voltageStep: size, out: done });
    kernels.blockProducts({ ...action, weights: critic.subarray(order), voltages: voltages.subarray((neuron.index + first) * lanes), voltageStep: lanes, out: meant });
    kernels.blockProducts({ ...action, weights: target.subarray(order), voltages: next.subarray(first * lanes + size), voltageStep: lanes, out: then });
  }

  function weighSecond({ layout: { second, total } }: Situation, critic: Float32Array, target: Float32Array, count: number): void {
    const layer = { blocks: count, rows: width2, inputs: width1 + 1, count: size, weightStep: total, rowStride: width1 + 1, columnStride: 1, voltageStep: board1, outStep: board2 };
    for (let which = 0; which < 3; which += 1) {
      const from = which * count;
      kernels.blockProducts({ ...layer, weights: (which < 2 ? critic : target).subarray(second), voltages: hidden1.subarray(from * board1), out: z.subarray(from * board2 + size) });
    }
  }

  function activate({ neuron: { index } }: Situation, hidden: Float32Array, board: number, first: number, count: number): void {
    const bad = kernels.activate('tanh', z, hidden, { begin: 0, end: 3 * count, lanes: board, laneBegin: size, laneEnd: board });
    if (bad < 0) return;
    const wrong = z.subarray(bad * board + size, (bad + 1) * board).find((each) => !Number.isFinite(each)) ?? NaN;
    throw new DivergenceError(neuronName(topology, index + first + (bad % count)), 'critic\'s weighted input', wrong);
  }

  /** ∂L/∂z of both hidden layers, of what was done and then of what would be done, where L is error · Q of the one and Q of the other. */
  function spreadBack({ layout: { second, third, total } }: Situation, critic: Float32Array, error: Float32Array, count: number): void {
    const [length1, length2] = [width1 * size, width2 * size];
    const onto2 = { blocks: count, rows: width2, inputs: 1, count: size, weights: critic.subarray(third + 1), weightStep: total, rowStride: 1, columnStride: 1, outStep: length2 };
    kernels.blockProducts({ ...onto2, voltages: error, voltageStep: size, out: delta2 });
    kernels.blockProducts({ ...onto2, voltages: ones, voltageStep: 0, out: delta2.subarray(count * length2) });
    kernels.multiplySlopes('tanh', delta2, length2, hidden2.subarray(size), { begin: 0, end: 2 * count, lanes: board2, count: length2 }, 1);
    const onto1 = { blocks: count, rows: width1, inputs: width2, count: size, weights: critic.subarray(second + 1), weightStep: total, rowStride: 1, columnStride: width1 + 1, voltageStep: length2, outStep: length1 };
    for (const from of [0, count]) kernels.blockProducts({ ...onto1, voltages: delta2.subarray(from * length2), out: delta1.subarray(from * length1) });
    kernels.multiplySlopes('tanh', delta1, length1, hidden1.subarray(size), { begin: 0, end: 2 * count, lanes: board1, count: length1 }, 1);
  }

  /** Those of A come as one product over v, and go to where each critic has its own; the columns of the action follow. */
  function accumulate({ neuron, batch, layout: { order, reads, second, third, total } }: Situation, error: Float32Array, first: number, count: number, gradient: Float32Array): void {
    const of = { blocks: count, count: size, gradientStep: total };
    kernels.gradients(delta1, size, count * width1, reads, states, size, size, gradient1, order + 1);
    for (let k = 0; k < count; k += 1) kernels.copy(gradient1, k * second, (k + 1) * second, gradient, k * total);
    const acted = batch.acted.subarray(actedOffset(batch, neuron) + first * size);
    kernels.blockGradients({ ...of, rows: width1, inputs: 1, coefficients: delta1, coefficientStep: width1 * size, voltages: acted, voltageStep: size, gradient: gradient.subarray(order), rowStride: order + 1 });
    kernels.blockGradients({ ...of, rows: width2, inputs: width1 + 1, coefficients: delta2, coefficientStep: width2 * size, voltages: hidden1, voltageStep: board1, gradient: gradient.subarray(second), rowStride: width1 + 1 });
    kernels.blockGradients({ ...of, rows: 1, inputs: width2 + 1, coefficients: error, coefficientStep: size, voltages: hidden2, voltageStep: board2, gradient: gradient.subarray(third), rowStride: width2 + 1 });
  }

  return {
    values,
    successors,
    observe(neuron, batch, next) {
      const { board: { voltages, lanes } } = batch;
      for (const numbers of [states, nextStates]) numbers.fill(1, 0, size);
      let order = 1;
      for (const source of neuron.sources) {
        if (source === BIAS_NEURON) continue;
        const lane = source * lanes;
        kernels.copy(voltages, lane, lane + size, states, order * size);
        kernels.copy(voltages, lane + size, lane + 2 * size, nextStates, order * size);
        order += 1;
      }
      return { neuron, batch, next, layout: layouts.get(order) ?? layOut(order) };
    },
    evaluate(situation, first, count) {
      const { neuron, layout: { third, total } } = situation;
      const [critic, target] = [neuron.parameters[CRITIC].values, neuron.parameters[CRITIC].target].map((numbers) => numbers.subarray(first * total, (first + count) * total));
      weighFirst(situation, critic, target, first, count);
      activate(situation, hidden1, board1, first, count);
      weighSecond(situation, critic, target, count);
      activate(situation, hidden2, board2, first, count);
      const output = { blocks: count, rows: 1, inputs: width2 + 1, count: size, weightStep: total, rowStride: 0, columnStride: 1, voltageStep: board2, outStep: size };
      kernels.blockProducts({ ...output, weights: critic.subarray(third), voltages: hidden2, out: values });
      kernels.blockProducts({ ...output, weights: target.subarray(third), voltages: hidden2.subarray(2 * count * board2), out: successors });
    },
    differentiate(situation, first, count, error, gradient, credit) {
      const { neuron, layout: { order, total } } = situation;
      const critic = neuron.parameters[CRITIC].values.subarray(first * total);
      const own = error.subarray(first * size);
      spreadBack(situation, critic, own, count);
      accumulate(situation, own, first, count, gradient.subarray(first * total));
      const length = width1 * size;
      kernels.blockProducts({
        blocks: count, rows: 1, inputs: width1, count: size, weights: critic.subarray(order), weightStep: total, rowStride: 0, columnStride: order + 1,
        voltages: delta1.subarray(count * length), voltageStep: length, out: credit.subarray(first * size), outStep: size,
      });
    },
  };
}
