import type { Kernels } from '../kernels/kernels.js';
import type { ParameterShape, ParameterTable, PeerParameter } from '../memory/parameters.js';
import type { Neuron } from '../network/neuron.js';
import type { Topology } from '../network/topology.js';
import type { Optimiser } from '../optimise/optimiser.js';
import type { Batch } from './batch.js';

/** Name of the parameter in which every shipped objective and rule keeps its critic. */
export const CRITIC = 'critic';

/** What is wrong at the outputs of a network, transition by transition: the only input of credit besides activations. J is maximised. */
export interface OutputError {
  /** ∂J/∂v of each output neuron; [outputs, size], row-major */
  readonly outputs: Float32Array;
  /**
   * The scalars that are broadcast to all neurons: first the one that rates the action, such as the TD error; then those of
   * the objective's own, if any. [signals, size], row-major
   */
  readonly signals: Float32Array;
}

/** An objective at work on the minibatches of one network. */
export interface Objective {
  /** What the last `evaluate` found. */
  readonly error: OutputError;
  /**
   * Once per update, before anything is written.
   *
   * Reads: all published voltages and parts of the objective. Writes: `error`.
   *
   * @throws DivergenceError where a TD error is not finite
   */
  evaluate(batch: Batch): void;
  /** The step of what a neuron, or group, keeps for the objective itself, such as its part of a critic. Reads: the last error, its own voltages. Writes: its own part. */
  learnPart(neuron: Neuron, batch: Batch, update: number): void;
  /** The values of the actions taken, by the last `evaluate`. Writes: `value`, [size]. */
  estimate(value: Float32Array): void;
}

/** What an objective is built from. */
export interface ObjectiveContext {
  /** What does the arithmetic, and gives out the room for what it works on. */
  readonly kernels: Kernels;
  readonly topology: Topology;
  /** The published parameters of all neurons, as they were when the minibatch's voltages were computed. Not to be written. */
  readonly peers: Readonly<Record<string, PeerParameter>>;
  /** Step sizes: η_Q of critics, τ of target copies. Read at each update: learning rates decay during the run. */
  readonly rates: { readonly criticRate: number; readonly targetRate: number };
  readonly optimiser: Optimiser;
  readonly batchSize: number;
  /** Length of the longest parameter vector of any neuron or group: room for a gradient. */
  readonly longest: number;
}

/** An objective: what is wrong at the outputs, and what neurons keep to find it out. One file, one line in the registry; or a module of the user's own. */
export interface ObjectiveDefinition {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** The numbers each neuron keeps for it; a critic is called `critic`. */
  parameters(topology: Topology): ParameterShape[];
  /** Sets their first values; they are zero where this is absent. */
  initialise?(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void;
  create(context: ObjectiveContext): Objective;
}
