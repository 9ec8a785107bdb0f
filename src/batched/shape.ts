import type { ActivationName } from '../kernels/activation.js';
import type { Topology } from '../network/topology.js';

/** A layer of neuron-agents as one matrix of weights for each replica. */
export interface BatchedLayer {
  /** [neurons, sources], row-major: each neuron's row, the bias first where there is one. */
  readonly neurons: number;
  readonly sources: number;
  readonly activation: ActivationName;
}

/** A layered network in numbers: the layout of a replica. */
export interface BatchedShape {
  /** Input neurons, the bias neuron included. */
  readonly inputs: number;
  readonly bias: boolean;
  /** Hidden layers and the output layer, in order. */
  readonly layers: readonly BatchedLayer[];
  readonly outputs: number;
  /** Neurons that keep a part of the shared critic: inputs and hidden neurons, in order. */
  readonly features: number;
  /** Weights of one replica, rows by `topology.rowOffset`. */
  readonly weights: number;
  /** Numbers of the critic: each feature's [θ_n, w_{1,n}, …, w_{K,n}]. */
  readonly critic: number;
}

/** @param topology as `layeredTopology` makes it */
export function batchedShape({ populations, inputs, outputs, neurons, rowOffset }: Topology, bias: boolean): BatchedShape {
  const layers = populations.filter(({ kind }) => kind !== 'input').map(({ begin, end, sources, activation }) => ({ neurons: end - begin, sources: sources.length, activation }));
  const features = outputs.begin;
  const count = outputs.end - outputs.begin;
  return { inputs: inputs.end, bias, layers, outputs: count, features, weights: rowOffset[neurons], critic: features * (1 + count) };
}
