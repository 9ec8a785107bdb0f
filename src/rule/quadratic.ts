import { sourceLists } from '../network/topology.js';
import { everybody } from '../kernels/kernels.js';
import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { checkTdError, createTargetAction, observeSituation, ownCriticShape, situationSize } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext, type RuleProgram } from './rule.js';

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
 * W is kept as its upper triangle, row after row: W_00, W_01, …, W_0a, W_11, …, W_aa. An element off the diagonal stands for
 * two of the matrix: it counts twice in Q and in W x, and takes the one step D x_i x_j that each of the two would take.
 *
 * Source: the order-2 critic of OpenBrain. Differs: v holds the neuron's own sources, not all voltages, because W grows with the
 * square of their number: with 64 hidden neurons about 23 updates a second instead of 600, with 128 about 4.
 */
export const quadratic: Rule = {
  name: 'quadratic',
  summary: 'a critic of each neuron\'s own, of order two in the voltages it reads and its action',
  locality: 'only the reward is broadcast; a neuron uses the voltages of its sources, its own weights and its own critic',
  defaults: { rule: { criticRate: 3e-3, hiddenRate: 1e-4 } },
  experience: 'replay',
  hiddenExplores: true,
  targetWeights: true,
  reads: 'sources',
  parameters: (topology) => [ownCriticShape(topology, (sources) => triangleSize(situationSize(sources)))],
  create: createProgram,
};

/** Numbers in the upper triangle of a matrix of so many rows. */
function triangleSize(order: number): number {
  return (order * (order + 1)) / 2;
}

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, batchSize, rates, optimiser, longest } = context;
  const actor = createActor(context);
  const lanes = 3 * batchSize;
  const orders = new Set(sourceLists(topology).map(situationSize));
  const largest = Math.max(...orders);
  const x = kernels.numbers(lanes * largest);
  const products = kernels.numbers(lanes * largest);
  const square = kernels.numbers(largest ** 2);
  const error = kernels.numbers(batchSize);
  const successor = kernels.numbers(batchSize);
  const credit = kernels.numbers(batchSize);
  const gradient = kernels.numbers(longest);
  const targetAction = createTargetAction(context);
  const rowsOfOrder = new Map([...orders].map((order) => [order, everybody(order)]));
  const rows = (order: number) => rowsOfOrder.get(order) ?? everybody(order);

  /** W as a triangle of full rows: each element off the diagonal twice above it, and 0 below. */
  function unpack(triangle: Float32Array, order: number): void {
    for (let i = 0, at = 0; i < order; i += 1) {
      square.fill(0, i * order, i * order + i);
      for (let j = i; j < order; j += 1, at += 1) square[i * order + j] = j === i ? triangle[at] : 2 * triangle[at];
    }
  }

  /** value = xᵀ W x = Σ_i x_i (W_ii x_i + 2 Σ_{j>i} W_ij x_j), for the lanes from `first` on. */
  function evaluate(triangle: Float32Array, order: number, first: number, value: Float32Array): void {
    unpack(triangle, order);
    kernels.weightedInputs(square, rows(order), x, products, { begin: 0, end: order, lanes, laneBegin: first, laneEnd: first + batchSize });
    value.fill(0);
    for (let i = 0; i < order; i += 1) {
      for (let at = i * lanes + first, b = 0; b < batchSize; b += 1) value[b] += x[at + b] * products[at + b];
    }
  }

  /** credit = ∂Q/∂a = 2 Σ_j W_ja x_j: the last column of W, which ends each row of the triangle. */
  function differentiate(triangle: Float32Array, order: number): void {
    credit.fill(0);
    for (let j = 0, end = order - 1; j < order; j += 1, end += order - j) kernels.addScaled(2 * triangle[end], x, j * lanes + batchSize, credit, batchSize);
  }

  /** gradient_ij = mean(D x_i x_j). */
  function accumulate(order: number): void {
    for (let i = 0; i < order; i += 1) {
      for (let b = 0; b < batchSize; b += 1) products[i * batchSize + b] = (error[b] * x[i * lanes + b]) / batchSize;
    }
    kernels.gradients(products, batchSize, order, rows(order), x, lanes, batchSize, square);
    for (let i = 0, at = 0; i < order; at += order - i, i += 1) gradient.set(square.subarray(i * order + i, (i + 1) * order), at);
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      const order = situationSize(neuron.sources);
      observeSituation(neuron, batch, targetAction(neuron, batch), x);
      evaluate(critic.values, order, 0, error);
      evaluate(critic.target, order, 2 * batchSize, successor);
      for (let b = 0; b < batchSize; b += 1) error[b] = batch.reward[b] + batch.continuation[b] * successor[b] - error[b];
      checkTdError(topology, neuron, error, batchSize);

      accumulate(order);
      differentiate(critic.values, order);
      actor.learnRow(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      followTarget(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      observeSituation(neuron, batch, targetAction(neuron, batch), x);
      evaluate(neuron.parameters[CRITIC].values, situationSize(neuron.sources), 0, value);
    },
  };
}
