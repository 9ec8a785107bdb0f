import type { DisciplineName } from '../schedule/schedule.js';
import type { Distribution } from './distribution.js';

/** A world in which computing and sending take the time that they are said to take. Durations are in seconds of virtual time. */
export interface VirtualSettings {
  /** The schedule that partitions keep within virtual time. */
  readonly discipline: DisciplineName;
  /** One update of one partition. */
  readonly compute: Distribution;
  /** Share of an update's time that its forward ticks take, evenly; null: as much for each as for the step of the rows at the end. */
  readonly forward: number | null;
  /** One acting tick of one partition; where acting is free, one of its turns. */
  readonly act: Distribution;
  /** One step of the environment, the showing of its observation included. */
  readonly step: Distribution;
  /** From the end of what is published for learning (voltages on minibatches, rows, gates) to when a peer may read it. */
  readonly delay: Distribution;
  /** The same for the voltages of acting. */
  readonly latency: Distribution;
  /** From when something is there that a sleeping partition waits for to when it is up. */
  readonly wake: Distribution;
  /** Cores that the partitions share; null: each has its own. */
  readonly cores: number | null;
  /** Whether a partition that needs nobody's leave waits a little for voltages that are as good as there, as on threads with a core each. */
  readonly waits: boolean;
  /** Probability that a message about learning is lost on its way to one peer. Who waits for it at a gate has it sent again. */
  readonly loss: number;
  /** Share of the partitions that are stragglers: everything they compute takes `slowdown` times as long. */
  readonly stragglers: number;
  readonly slowdown: number;
}
