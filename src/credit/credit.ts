import type { Kernels } from '../kernels/kernels.js';
import type { Parameter, ParameterShape, ParameterTable, PeerParameter } from '../memory/parameters.js';
import type { ActivationGradients } from '../network/backpropagation.js';
import type { Activations } from '../network/activations.js';
import type { Topology } from '../network/topology.js';
import type { OutputError } from '../objective/objective.js';
import type { Optimiser } from '../optimise/optimiser.js';

/**
 * What a credit assignment needs of other neurons, besides the voltages that a neuron reads and the global reward, from the least to the most:
 *
 *   reward     nothing
 *   broadcast  scalars that are the same for all neurons, such as the TD error
 *   outputs    the errors of all output neurons
 *   deltas     what the neurons that read it send back: their ∂J/∂z through feedback weights that they keep
 *   weights    other neurons' weights: it is backpropagation, or part of it
 */
export const LOCALITIES = ['reward', 'broadcast', 'outputs', 'deltas', 'weights'] as const;
export type Locality = (typeof LOCALITIES)[number];

/** Neurons of one population that are worked on in one call, and what each keeps for its credit. */
export interface CreditedNeurons {
  readonly index: number;
  readonly count: number;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** The same, with their rows of weights, one after another. */
export interface LearningNeurons extends CreditedNeurons {
  readonly weights: Parameter;
}

/** Lanes of a minibatch, `begin` up to `end`, of `size`. */
export interface Lanes {
  readonly begin: number;
  readonly end: number;
  readonly size: number;
}

/** What a credit assignment is built from. */
export interface CreditContext {
  readonly kernels: Kernels;
  readonly topology: Topology;
  /** Transitions in a minibatch. */
  readonly batchSize: number;
  /** The published parameters of all neurons, its own among them; for credit of locality `deltas`. Not to be written. */
  readonly peers: Readonly<Record<string, PeerParameter>>;
  /** The live weights of all neurons, by `topology.rowOffset`; for credit of locality `weights` alone. Not to be written. */
  readonly weights: Float32Array; // shared, racy on purpose (Hogwild)
  /** Steps what neurons keep for their credit, where that learns. */
  readonly optimiser: Optimiser;
}

/** A credit assignment at work on one network. */
export interface CreditProgram {
  /** Once per minibatch, before any `assign`. Absent where a neuron needs nothing that is computed for all of them. Reads: the activations, the error of all outputs or heads. */
  prepare?(activations: Activations, error: OutputError): void;
  /**
   * credit[i, b] = what neuron index + i takes for ∂J/∂v in transition b. Reads: what the locality allows, and the neurons' own parameters.
   *
   * @param error of the outputs; of the head of the neurons' own layer where layers have heads
   * @param credit written in these lanes; [count, size], row-major
   */
  assign(neurons: CreditedNeurons, error: OutputError, credit: Float32Array, lanes: Lanes): void;
  /**
   * The credit and ∂J/∂z of all neurons at once, for an algorithm that owns the whole network; it then calls neither `prepare` nor `assign`. For credit
   * that is passed back from layer to layer.
   *
   * Reads: the rows of outputs or heads in `gradients.voltages`, which hold ∂J/∂v. Writes: the other rows, lanes 0 up to `count`.
   *
   * @param weights those to differentiate at, where they are not the live ones
   */
  spread?(activations: Activations, gradients: ActivationGradients, count: number, weights: Float32Array): void;
  /**
   * Once per update for hidden and output neurons alike, after the step of their rows; absent where nothing is learned. Reads and writes: the
   * neurons' own parameters and rows.
   *
   * @param gradient the gradient that their rows have followed; laid out as the rows
   * @param rate the learning rate of the rows' step
   */
  learn?(neurons: LearningNeurons, gradient: Float32Array, rate: number, update: number): void;
}

/**
 * How what is wrong at the outputs reaches hidden neurons. Output neurons follow their own error, whatever the credit; with hidden
 * neurons' credit c every algorithm takes the same step, gradient(row n) = Σ_b c[n, b] σ'(z_n) v_sources.
 */
export interface CreditAssignment {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  readonly locality: Locality;
  /**
   * Read-outs that it needs. `skip`: the outputs read all hidden layers, not only the last. `heads`: each hidden layer has a linear read-out of its own, on which the
   * objective is evaluated, and the outputs are the mean of these. DDPG and actor-learners build their networks so; a network of neurons has to have these connections.
   */
  readonly outputs?: 'skip' | 'heads';
  /** True if `learn` computes with the weights of the whole network: threads do not share such an update. */
  readonly alone?: boolean;
  /** The numbers each neuron keeps for it. */
  parameters(topology: Topology): ParameterShape[];
  /** Sets their first values; they are zero where this is absent. */
  initialise?(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void;
  create(context: CreditContext): CreditProgram;
}
