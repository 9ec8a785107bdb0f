import type { Kernels } from '../kernels/kernels.js';
import type { Parameter, ParameterShape, ParameterTable } from '../memory/parameters.js';
import type { Activations } from '../network/dynamic.js';
import type { Topology } from '../network/topology.js';
import type { OutputError } from '../objective/objective.js';

/**
 * What a credit assignment needs of other neurons, besides the voltages that a neuron reads and the global reward, from the least to the most:
 *
 *   reward     nothing
 *   broadcast  scalars that are the same for all neurons, such as the TD error
 *   outputs    the errors of all output neurons
 *   weights    other neurons' weights: it is backpropagation, or some of it
 */
export const LOCALITIES = ['reward', 'broadcast', 'outputs', 'weights'] as const;
export type Locality = (typeof LOCALITIES)[number];

/** Hidden neurons of one population that get their credit in one call, and what each keeps for it. */
export interface CreditedNeurons {
  readonly index: number;
  readonly count: number;
  readonly parameters: Readonly<Record<string, Parameter>>;
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
  /** The live weights of all neurons, by `topology.rowOffset`; for credit of locality `weights` alone. Not to be written. */
  readonly weights: Float32Array; // shared, racy on purpose (Hogwild)
}

/** A credit assignment at work on one network. */
export interface CreditProgram {
  /** Once per minibatch, before any `assign`. Absent where a neuron needs nothing that is worked out for all of them. Reads: the activations, the error. */
  prepare?(activations: Activations, error: OutputError): void;
  /**
   * credit[i, b] = what neuron index + i takes for ∂J/∂v in transition b. Reads: what the locality allows, and the neurons' own parameters.
   *
   * @param credit written in these lanes; [count, size], row-major
   */
  assign(neurons: CreditedNeurons, error: OutputError, credit: Float32Array, lanes: Lanes): void;
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
  /** The numbers each hidden neuron keeps for it. */
  parameters(topology: Topology): ParameterShape[];
  /** Sets their first values; they are zero where this is absent. */
  initialise?(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void;
  create(context: CreditContext): CreditProgram;
}
