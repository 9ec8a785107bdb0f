import type { EpisodeRecord } from '../environment/environment.js';
import type { EnvironmentLoop } from '../environment/loop.js';
import type { Arena, Snapshot } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import type { ParameterTable } from '../memory/parameters.js';
import type { Decoder } from '../network/decoder.js';
import type { Encoder } from '../network/encoder.js';
import type { ObservationEncoding } from '../network/observation-traces.js';
import type { Topology } from '../network/topology.js';
import type { OptionTable } from '../options/table.js';
import type { ValueHeadShape } from '../objective/value-head.js';
import type { RingShape } from '../replay/ring.js';

/** The settings that a trainer reads, whatever the algorithm: plain data. */
export interface AlgorithmSettings {
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly network: ObservationEncoding & { readonly hidden: readonly number[] };
  /** Environment steps before the first update, updates owed for each step after, and transitions that each learns from. */
  readonly learning: { readonly warmup: number; readonly updatesPerStep: number; readonly batch: number };
  /** Threads that share an update; 1 unless given. */
  readonly threads?: number;
}

/** The weights of one network. */
export interface AgentNetwork {
  readonly topology: Topology;
  readonly weights: ParameterTable;
}

/** The policy network, for a file from which a reader can act as it does. */
export interface ActingPolicy {
  readonly topology: Topology;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly encoding: ObservationEncoding;
  /** State of the environment at the end of training, where the gains of observation traces are. */
  readonly trained: ArrayLike<number>;
  /** How outputs become action values, where they are not the voltages of an action. */
  readonly values?: ValueHeadShape;
}

/** An algorithm at work on the calling thread, with an environment and a replay of its own. A trainer decides when it steps and when it learns. */
export interface Agent {
  /** The whole state: another agent with the same settings continues from a copy. */
  readonly arena: Arena;
  /** Names of populations differ between networks. */
  readonly networks: readonly AgentNetwork[];
  readonly steps: number;
  readonly updates: number;
  /** One environment step with exploration. @returns the episode that it ended, if any */
  step(): EpisodeRecord | undefined;
  /** One update. @throws DivergenceError naming the neuron */
  update(): void;
  /** An environment loop of its own, without exploration: training is not disturbed. */
  evaluation(): EnvironmentLoop;
  acting(): ActingPolicy;
  /** @throws DivergenceError naming a neuron one of whose numbers is not finite */
  examine(): void;
  close(): void;
}

/** What the arena of an agent holds, derived from its settings alone; by it checkpoints are checked. */
export interface AgentLayout {
  readonly blocks: readonly BlockRequest[];
  readonly ring: Pick<RingShape, 'capacity' | 'environments'>;
  /** Numbers in an observation, observation traces included. */
  readonly observations: number;
}

/** An algorithm placed on one thread: one folder, and one row in `registry.ts`. Trainer, command line, studies, checkpoints and `--help` take it from there. */
export interface Algorithm<Settings extends AlgorithmSettings = AlgorithmSettings, Own extends Agent = Agent> {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Present if it can learn no other kind of actions. */
  readonly actions?: 'discrete';
  /** What crosses between neurons. */
  readonly localityNote: string;
  readonly table: OptionTable<Settings>;
  /** @throws RangeError naming an option that does not fit the task or the network */
  layout(settings: Settings): AgentLayout;
  /** The block with the weights of its first network: their number is checked before the network of a checkpoint is built. */
  readonly weights: string;
  /** @param checkpoint of the same settings, to continue from */
  create(settings: Settings, checkpoint?: Snapshot): Own;
}
