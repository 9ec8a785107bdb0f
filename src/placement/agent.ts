import type { EpisodeRecord } from '../environment/environment.js';
import type { EnvironmentLoop } from '../environment/loop.js';
import type { Arena } from '../memory/arena.js';
import type { ParameterTable } from '../memory/parameters.js';
import type { Decoder } from '../network/decoder.js';
import type { Encoder } from '../network/encoder.js';
import type { ObservationEncoding } from '../network/observation-traces.js';
import type { Topology } from '../network/topology.js';
import type { ValueHeadShape } from '../objective/value-head.js';

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
