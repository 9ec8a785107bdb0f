import type { Snapshot } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import type { ObservationEncoding } from '../network/observation-traces.js';
import type { OptionTable } from '../options/table.js';
import type { Agent } from '../placement/agent.js';
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
