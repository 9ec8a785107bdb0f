import type { CreditAssignment, Locality } from '../credit/credit.js';
import type { ParameterShape, ParameterTable } from '../memory/parameters.js';
import type { ActivationName } from '../kernels/activation.js';
import type { Neuron } from '../network/neuron.js';
import type { Topology } from '../network/topology.js';
import type { Batch } from '../objective/batch.js';
import type { ObjectiveContext, ObjectiveDefinition } from '../objective/objective.js';
import type { OptimiserName } from '../optimise/registry.js';

export interface RuleRates {
  /** η_Q, step size of critics. */
  readonly criticRate: number;
  /** η_A of output neurons. */
  readonly outputRate: number;
  /** η_A of hidden neurons; 0 freezes their rows. */
  readonly hiddenRate: number;
  /** τ of the soft target updates. */
  readonly targetRate: number;
}

/** All that a rule's program is built from. */
export interface RuleContext extends ObjectiveContext {
  readonly rates: RuleRates;
  /** γ. */
  readonly discount: number;
  /** λ, of eligibility traces. */
  readonly traceDecay: number;
  /** Standard deviations of the neurons' exploration. */
  readonly exploration: { readonly output: number; readonly hidden: number };
  /**
   * The live weights of all neurons, by `topology.rowOffset`: for oracles alone, in their read phase alone. A rule that looks
   * at them is no local rule: its `locality` is `weights`. Not to be written.
   */
  readonly weights: Float32Array; // shared, racy on purpose (Hogwild)
}

/** A rule at work in one partition. `update` counts from 1. */
export interface RuleProgram {
  /**
   * Read phase, once per update: computes the scalars that are broadcast. Absent if neurons share only the reward.
   * Reads: all published voltages and critic parts. Writes: the program's own scratch.
   */
  broadcast?(batch: Batch): void;
  /**
   * Write phase, once per own neuron, or group of them. Reads: the voltages that the rule declares, the broadcasts, the neuron's own
   * state. Writes: the neuron's own state.
   *
   * @throws DivergenceError naming the neuron whose TD error is not finite
   */
  learn(neuron: Neuron, batch: Batch, update: number): void;
  /**
   * The step of what an input or hidden neuron keeps for the objective alone, where a partition keeps that of all neurons: for those of its peers. Absent where the rule is
   * no objective under a credit. Reads: the last broadcast, the neuron's voltages. Writes: the partition's own replica.
   */
  learnPart?(neuron: Neuron, batch: Batch, update: number): void;
  /**
   * Q^n(v, a) of the actions taken, by the neuron's current critic, for measurement. If the critic is shared, it is the
   * same for all neurons; V(v) if the critic has no action input. Called between `broadcast` and the neuron's `learn`. Reads: what these two may. Writes: `value`.
   *
   * @param value [size]
   */
  estimate(neuron: Neuron, batch: Batch, value: Float32Array): void;
}

export interface RuleDefaults {
  readonly rule?: Partial<RuleRates> & { readonly traceDecay?: number; readonly finalRateFraction?: number; readonly optimiser?: OptimiserName };
  readonly network?: { readonly outputActivation: ActivationName };
  readonly exploration?: Readonly<Record<string, number>>;
  readonly learning?: Readonly<Record<string, number>>;
}

/** A learning rule: one file, one entry in the registry. */
export interface Rule {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** What it needs of other neurons besides the voltages it reads: that of its credit. The contract suite makes everything else NaN. */
  readonly locality: Locality;
  /** The same in words: the honest statement. */
  readonly localityNote: string;
  /** Options that this rule needs where they differ from the general ones and the task's; laid out as a config.json. */
  readonly defaults?: RuleDefaults;
  /** Of a rule that is an objective under a credit: its credit. Any objective may take the place of its own. */
  readonly credit?: CreditAssignment;
  /** Its objective, whose parts a partition may keep for all neurons. */
  readonly objective?: ObjectiveDefinition;
  /**
   * What it learns from: minibatches drawn from the replay, with target copies; or the stream of transitions, each once and in
   * order, with eligibility traces, and where hidden neurons explore with the voltages of all neurons as acted.
   */
  readonly data: 'replay' | 'online';
  /** Absent where it learns every kind of task. */
  readonly actions?: 'discrete';
  /** True where hidden neurons explore too. */
  readonly hiddenIsStochastic: boolean;
  /** True where a neuron also keeps a target copy K' of its weights. */
  readonly targetWeights: boolean;
  /** Voltages that a neuron uses in its write phase: its own and its sources', or those of all neurons. */
  readonly reads: 'sources' | 'all';
  /** Where its program learns groups of neurons at once: of those that read the same, or any neighbours. */
  readonly batching?: 'same-sources' | 'any';
  /** The numbers each neuron keeps besides its weights. */
  parameters(topology: Topology): ParameterShape[];
  /** Sets the first values of the declared parameters; they are zero where this is absent. */
  initialise?(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void;
  create(context: RuleContext): RuleProgram;
}
