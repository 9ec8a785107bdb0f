import { iota } from '../kernels/kernels.js';
import { sourceLists } from '../network/topology.js';
import { createRowUpdate } from './row-update.js';
import { polyakUpdate } from '../optimise/update.js';
import { sampledOffset, checkTdError, createTargetAction, largestPopulation, observeSources, localCriticShape, criticInputSize } from './local-critic.js';
import { CRITIC } from '../objective/objective.js';
import { tdError } from '../objective/targets.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/**
 * `quadratic`: each neuron's own critic is of order two in what it reads and what it does, with target copies of critic and
 * weights:
 *
 *   Q^n = xᵀ W x,  x = (1, v, a),  W symmetric,   D = r + γ Q'(v', σ(K'^n v')) - Q(v, a)
 *   W += η_Q mean(D x xᵀ),   K^n += η_A mean((∂Q/∂a) σ'(z) v),   ∂Q/∂a = 2 (W x)_a at a = μ(v)
 *   W' ← τW + (1-τ)W',  K' ← τK + (1-τ)K'
 *
 * The products of a with v let the slope differ from state to state, and its square lets it end at a best action.
 *
 * W is kept as its lower triangle, row after row: W_00, W_10, W_11, W_20, …, W_a0, …, W_aa. An element off the diagonal represents
 * two of the matrix: it counts twice in Q and in W x, and takes the one step D x_i x_j that each of the two would take.
 *
 * The products of what is read, all but the last row's, are the same for all neurons that read the same: of a group they are
 * computed once, and what all critics make of them is one product.
 *
 * Source: the order-2 critic of OpenBrain. Differs: v holds the neuron's own sources, not all voltages, because W grows with the
 * square of their number.
 */
export const quadratic: Rule = {
  name: 'quadratic',
  summary: 'a critic of each neuron\'s own, of order two in the voltages it reads and its action',
  locality: 'reward',
  localityNote: 'only the reward is broadcast; a neuron uses the voltages of its sources, its own weights and its own critic',
  defaults: { rule: { criticRate: 3e-3, hiddenRate: 1e-4 } },
  data: 'replay',
  hiddenIsStochastic: true,
  targetWeights: true,
  reads: 'sources',
  batching: 'same-sources',
  parameters: (topology) => [localCriticShape(topology, (sources) => triangleSize(criticInputSize(sources)))],
  create: createProgram,
};

/** Numbers in the triangle of a symmetric matrix of so many rows. */
function triangleSize(order: number): number {
  return (order * (order + 1)) / 2;
}

/** Products of pairs that are worked on at a time: those of 64 sources, which with 64 transitions fill half of a second-level cache of 1 MiB. */
const BLOCK = 2304;

/** Rows `begin..end` of the triangle: numbers `first` and following of each critic, as many as `products` lists. */
interface Block {
  readonly begin: number;
  readonly end: number;
  readonly first: number;
  readonly products: Int32Array;
}

/** How critics lie that read so many numbers. */
interface Layout {
  /** Of (1, v). */
  readonly order: number;
  readonly reads: Int32Array;
  /** The rows of (1, v). */
  readonly blocks: readonly Block[];
  /** Where the row of a begins. */
  readonly action: number;
  /** Numbers of each critic. */
  readonly total: number;
}

function layOut(order: number): Layout {
  const blocks: Block[] = [];
  for (let begin = 0; begin < order;) {
    const first = triangleSize(begin);
    let end = begin + 1;
    while (end < order && triangleSize(end + 1) - first <= BLOCK) end += 1;
    blocks.push({ begin, end, first, products: iota(triangleSize(end) - first) });
    begin = end;
  }
  return { order, reads: iota(order), blocks, action: triangleSize(order), total: triangleSize(order + 1) };
}

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, batchSize: size, rates, optimiser, longest } = context;
  const rowUpdate = createRowUpdate(context);
  const targetAction = createTargetAction(context);
  const layouts = new Map(sourceLists(topology).map((sources) => criticInputSize(sources) - 1).map((order) => [order, layOut(order)]));
  const most = largestPopulation(topology);
  const largest = (of: (layout: Layout) => number) => [...layouts.values()].reduce((found, layout) => Math.max(found, of(layout)), 0);
  const [states, nextStates] = [1, 2].map(() => kernels.numbers(largest(({ order }) => order) * size));
  const products = kernels.numbers(largest(({ blocks }) => blocks.reduce((found, each) => Math.max(found, each.products.length), 0)) * size);
  const [values, slopes, nextValues, nextSlopes, part, error, errorOfAction, credit] = [1, 2, 3, 4, 5, 6, 7, 8].map(() => kernels.numbers(most * size));
  const gradient = kernels.numbers(longest);

  function observe(neuron: Neuron, batch: Batch): Layout {
    const order = observeSources(kernels, neuron, batch, states, nextStates);
    return layouts.get(order) ?? layOut(order);
  }

  /**
   * What of Q is no matter of the action, half of it, and what the action is multiplied with, half of it:
   * values = Σ_{i>j} W_ij x_i x_j + Σ_i W_ii x_i² / 2 and slopes = Σ_j W_aj x_j, x = (1, v).
   */
  function evaluate({ blocks, reads, action, total }: Layout, critics: Float32Array, count: number, x: Float32Array, values: Float32Array, slopes: Float32Array): void {
    const range = { begin: 0, end: count, lanes: size, laneBegin: 0, laneEnd: size };
    for (const { begin, end, first, products: each } of blocks) {
      kernels.pairProducts(x, size, begin, end, size, products);
      kernels.weightedInputs(critics.subarray(first), each, products, first === 0 ? values : part, range, total);
      if (first > 0) kernels.addScaled(1, part, 0, values, count * size);
    }
    kernels.weightedInputs(critics.subarray(action), reads, x, slopes, range, total);
  }

  /** error = D / size, errorOfAction = (D / size) a, credit = ∂Q/∂a at a = μ(v), and the gradient of each W_aa. */
  function observeErrors(neuron: Neuron, batch: Batch, { total }: Layout): void {
    const { index, count, parameters: { [CRITIC]: { values: critic, target } } } = neuron;
    const { reward, discounts, sampled, activations: { voltages, lanes } } = batch;
    const own = sampledOffset(batch, neuron);
    const next = targetAction(neuron, batch);
    for (let row = 0; row < count; row += 1) {
      const last = (row + 1) * total - 1;
      const square = critic[last];
      const targetSquare = target[last];
      const means = (index + row) * lanes;
      const then = row * lanes + size;
      let sum = 0;
      for (let b = 0, at = row * size; b < size; b += 1, at += 1) {
        const a = sampled[own + at];
        const nextAction = next[then + b];
        const value = 2 * (values[at] + a * slopes[at]) + square * a * a;
        const successor = 2 * (nextValues[at] + nextAction * nextSlopes[at]) + targetSquare * nextAction * nextAction;
        const share = tdError(reward[b], discounts[b], successor, value) / size;
        error[at] = share;
        errorOfAction[at] = share * a;
        sum += share * a * a;
        credit[at] = 2 * (slopes[at] + square * voltages[means + b]);
      }
      gradient[last] = sum;
    }
  }

  /** gradient_ij = mean(D x_i x_j), of all but the W_aa. What is computed last of the products is still there. */
  function accumulate({ order, reads, blocks, action, total }: Layout, count: number): void {
    for (let i = blocks.length - 1; i >= 0; i -= 1) {
      const { begin, end, first, products: each } = blocks[i];
      if (i < blocks.length - 1) kernels.pairProducts(states, size, begin, end, size, products);
      kernels.gradients(error, size, count, each, products, size, size, gradient.subarray(first), total);
    }
    for (let row = 0; row < count; row += 1) for (let i = 0; i < order; i += 1) gradient[row * total + triangleSize(i + 1) - 1] *= 2; // the products hold half of a square
    kernels.gradients(errorOfAction, size, count, reads, states, size, size, gradient.subarray(action), total);
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const { count, parameters: { [CRITIC]: critic } } = neuron;
      const layout = observe(neuron, batch);
      evaluate(layout, critic.target, count, nextStates, nextValues, nextSlopes);
      evaluate(layout, critic.values, count, states, values, slopes);
      observeErrors(neuron, batch, layout);
      checkTdError(topology, neuron, error, size);

      accumulate(layout, count);
      rowUpdate.ascend(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      polyakUpdate(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      const { values: critic } = neuron.parameters[CRITIC];
      const layout = observe(neuron, batch);
      evaluate(layout, critic, 1, states, values, slopes);
      const own = sampledOffset(batch, neuron);
      for (let b = 0; b < size; b += 1) {
        const a = batch.sampled[own + b];
        value[b] = 2 * (values[b] + a * slopes[b]) + critic[layout.total - 1] * a * a;
      }
    },
  };
}
