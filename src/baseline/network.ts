import type { Kernels } from '../kernels/kernels.js';
import type { Arena } from '../memory/arena.js';
import { attachParameter, type ParameterShape, type ParameterTable } from '../memory/parameters.js';
import { backpropagate, createSensitivities, type Sensitivities } from '../network/backpropagation.js';
import { createBoard, rowsOf, type Board } from '../network/dynamic.js';
import { rowLengths, type Topology } from '../network/topology.js';

/** A network and all that backpropagation needs to train it. */
export interface TrainedNetwork {
  readonly topology: Topology;
  /** Every neuron's row of weights, with target copy and moments; by `topology.rowOffset`. */
  readonly weights: ParameterTable;
  /** The minibatch: states in the lanes of its first half, their successors in the second. */
  readonly board: Board;
  /** ∂L/∂v and ∂L/∂z of every neuron on the states; lanes as the board's. */
  readonly sensitivities: Sensitivities;
  /** Mean of ∂L/∂K over the minibatch, every neuron's row by `topology.rowOffset`. */
  readonly gradient: Float32Array;
  /** ∂L/∂z of one neuron on the states, and its row of the gradient: views of the above; [neurons]. */
  readonly deltaOf: readonly Float32Array[];
  readonly gradientOf: readonly Float32Array[];
}

/** What a trained network keeps in the arena. */
export function networkShape(name: string, topology: Topology): ParameterShape {
  return { name, lengths: rowLengths(topology), target: true, published: false, learned: true };
}

/**
 * A network whose weights lie in an arena that has their blocks.
 *
 * @param size transitions in a minibatch
 */
export function createTrainedNetwork(kernels: Kernels, arena: Arena, topology: Topology, shape: ParameterShape, size: number): TrainedNetwork {
  return withRoom(kernels, { topology, weights: attachParameter(arena, shape) }, size);
}

/**
 * The same network, with room for minibatches of its own: for whoever watches one that is being trained.
 *
 * @param size transitions in a minibatch
 */
export function withRoom(kernels: Kernels, { topology, weights }: Pick<TrainedNetwork, 'topology' | 'weights'>, size: number): TrainedNetwork {
  const { neurons, rowOffset } = topology;
  const lanes = 2 * size;
  const sensitivities = createSensitivities(kernels, topology, lanes);
  const gradient = kernels.numbers(rowOffset[neurons]);
  const each = <Result>(of: (neuron: number) => Result) => Array.from({ length: neurons }, (_, neuron) => of(neuron));
  return {
    topology,
    weights,
    board: createBoard(kernels, topology, lanes),
    sensitivities,
    gradient,
    deltaOf: each((n) => sensitivities.weightedInputs.subarray(n * lanes, n * lanes + size)),
    gradientOf: each((n) => gradient.subarray(rowOffset[n], rowOffset[n + 1])),
  };
}

/**
 * The gradient of every row: ∂L/∂K^n = mean_b(∂L/∂z_n[b] v[b]).
 *
 * Reads: the board as `propagate` left it, and the outputs' rows of `sensitivities.voltages`. Writes: all other rows of
 * `sensitivities`, and `gradient`.
 *
 * @param weights what the board was propagated with: every neuron's row, by `topology.rowOffset`
 */
export function differentiate(kernels: Kernels, { topology, board, sensitivities, gradient }: Omit<TrainedNetwork, 'weights'>, weights: Float32Array, size: number): void {
  backpropagate(kernels, topology, weights, board, sensitivities, size);
  for (const { begin, end, sources } of topology.populations) {
    if (sources.length === 0) continue;
    const delta = sensitivities.weightedInputs.subarray(begin * board.lanes, end * board.lanes);
    kernels.gradients(delta, board.lanes, end - begin, sources, board.voltages, board.lanes, size, rowsOf(topology, gradient, begin, end));
  }
  for (let i = 0; i < gradient.length; i += 1) gradient[i] /= size;
}
