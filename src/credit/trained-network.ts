import type { Kernels } from '../kernels/kernels.js';
import type { Arena } from '../memory/arena.js';
import type { CreditAssignment, LearningNeurons } from './credit.js';
import { attachParameter, type Parameter, type ParameterShape, type ParameterTable } from '../memory/parameters.js';
import { createActivationGradients, type ActivationGradients } from '../network/backpropagation.js';
import type { Activations } from '../network/activations.js';
import { createActivations } from '../network/dynamic.js';
import { isFixed, rowLengths, type Topology } from '../network/topology.js';

/** A network and all that backpropagation needs to train it. */
export interface TrainedNetwork {
  readonly topology: Topology;
  /** Every neuron's row of weights, with target copy and moments; by `topology.rowOffset`. */
  readonly weights: ParameterTable;
  /** What its hidden neurons keep for their credit, by name. */
  readonly credit: Readonly<Record<string, ParameterTable>>;
  /** The minibatch: states in the lanes of its first half, their successors in the second. */
  readonly activations: Activations;
  /** ∂L/∂v and ∂L/∂z of every neuron on the states, L being a mean over the minibatch; of the inputs only where they are needed; [neurons, size] */
  readonly activationGradients: ActivationGradients;
  /** ∂L/∂K, every neuron's row by `topology.rowOffset`. */
  readonly gradient: Float32Array;
  /** ∂L/∂z of one neuron on the states, and its row of the gradient: views of the above; [neurons]. */
  readonly deltaOf: readonly Float32Array[];
  readonly gradientOf: readonly Float32Array[];
}

/** What a trained network keeps in the arena. */
export function networkShape(name: string, topology: Topology): ParameterShape {
  return { name, lengths: rowLengths(topology), target: true, published: false, learned: true };
}

/** What its hidden neurons keep for their credit, under names of the network's own; by the credit's names. */
export function creditShapes(name: string, topology: Topology, credit: CreditAssignment): Record<string, ParameterShape> {
  return Object.fromEntries(credit.parameters(topology).map((shape) => [shape.name, { ...shape, name: `${name}/${shape.name}` }]));
}

/**
 * A network whose weights lie in an arena that has the blocks of `networkShape` and `creditShapes`.
 *
 * @param size transitions in a minibatch
 */
export function createTrainedNetwork(kernels: Kernels, arena: Arena, name: string, topology: Topology, credit: CreditAssignment, size: number): TrainedNetwork {
  const tables = Object.entries(creditShapes(name, topology, credit)).map(([own, shape]) => [own, attachParameter(arena, shape)] as const);
  return withBuffers(kernels, { topology, weights: attachParameter(arena, networkShape(name, topology)), credit: Object.fromEntries<ParameterTable>(tables) }, size);
}

/**
 * The same network with minibatch buffers of its own, for measurement during training.
 *
 * @param size transitions in a minibatch
 */
export function withBuffers(kernels: Kernels, { topology, weights, credit }: Pick<TrainedNetwork, 'topology' | 'weights' | 'credit'>, size: number): TrainedNetwork {
  const { neurons, rowOffset } = topology;
  const lanes = 2 * size;
  const activationGradients = createActivationGradients(kernels, topology, size);
  const gradient = kernels.numbers(rowOffset[neurons]);
  const each = <Result>(of: (neuron: number) => Result) => Array.from({ length: neurons }, (_, neuron) => of(neuron));
  return {
    topology,
    weights,
    credit,
    activations: createActivations(kernels, topology, lanes),
    activationGradients,
    gradient,
    deltaOf: each((n) => activationGradients.weightedInputs.subarray(n * size, (n + 1) * size)),
    gradientOf: each((n) => gradient.subarray(rowOffset[n], rowOffset[n + 1])),
  };
}

/** One of the threads that share an update: its number, and how many there are. */
export interface Share {
  readonly part: number;
  readonly parts: number;
}

/** What one thread takes of so many: the minibatch's lanes, or neighbouring neurons. Eight at a time, as kernels do. */
export function shareOf({ part, parts }: Share, count: number): { readonly begin: number; readonly end: number } {
  const border = (number: number) => (number === parts ? count : 8 * Math.round((count * number) / (8 * parts)));
  return { begin: Math.min(count, border(part)), end: Math.min(count, border(part + 1)) };
}

/** Rows of one population that one thread steps. Views of a trained network. */
export interface OwnRows extends LearningNeurons {
  readonly sources: Int32Array;
  /** ∂L/∂z; [count, size] */
  readonly delta: Float32Array;
  readonly gradient: Float32Array;
  readonly frozen: boolean;
}

/** What neurons `begin..end` keep for their credit, by name. */
export function creditOf({ credit }: Pick<TrainedNetwork, 'credit'>, begin: number, end: number): Record<string, Parameter> {
  return Object.fromEntries(Object.entries(credit).map(([name, table]) => [name, table.of(begin, end - begin)]));
}

/** @param frozenLayers names of the populations whose rows stay as they are */
export function ownRows(network: TrainedNetwork, share: Share, frozenLayers: readonly string[]): OwnRows[] {
  const { topology: { populations, rowOffset }, topology, weights, gradient, deltaOf, activationGradients } = network;
  return populations.filter(({ sources }) => sources.length > 0).flatMap((population) => {
    const { name, begin: first, end: last, sources } = population;
    const own = shareOf(share, last - first);
    const [begin, end] = [first + own.begin, first + own.end];
    if (end === begin) return [];
    const delta = activationGradients.weightedInputs.subarray(begin * deltaOf[begin].length, end * deltaOf[begin].length);
    return [{
      index: begin, count: end - begin, sources, delta, gradient: gradient.subarray(rowOffset[begin], rowOffset[end]), weights: weights.of(begin, end - begin),
      parameters: creditOf(network, begin, end), frozen: frozenLayers.includes(name) || isFixed(population, topology),
    }];
  });
}

/**
 * The gradient of rows: ∂L/∂K^n = Σ_b ∂L/∂z_n[b] v[b].
 *
 * Reads: the activations as `propagate` left it, and the rows' `delta`. Writes: their `gradient`.
 */
export function takeGradient(kernels: Kernels, { voltages, lanes }: Activations, { count, sources, delta, gradient }: OwnRows, size: number): void {
  kernels.gradients(delta, size, count, sources, voltages, lanes, size, gradient);
}
