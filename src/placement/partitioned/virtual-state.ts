import type { ClockState } from '../../schedule/poisson-clock.js';
import type { DurationState } from '../../virtual/world.js';

/**
 * The state of a run in virtual time that has come to rest, besides the arena: all that partitions need to be built anew and to continue the same
 * way in another process. Plain data.
 */
export interface VirtualState {
  /** Seconds of virtual time. */
  readonly time: number;
  readonly durations: DurationState;
  /** Of each partition, the clocks of its schedule. */
  readonly clocks: readonly (readonly ClockState[])[];
  readonly messages: Messages;
}

/** Messages that may still be received. By partition. */
export interface Messages {
  /** The number of finished updates that the others have received. */
  readonly received: readonly number[];
  /** Such numbers under way, in the order in which they were sent. */
  readonly inFlight: readonly CounterMessage[];
  /** Parameters. */
  readonly versions: readonly (readonly VersionMessage[])[];
  /** Voltages on minibatches that peers have not finished. */
  readonly updates: readonly (readonly UpdateMessages[])[];
}

/** A copy of a partition's own range of every part, in the order of parts and ranges. */
export type Stretches = readonly Float32Array[];

/** A version of a partition's parameters, sent to its peers. */
export interface VersionMessage {
  readonly version: number;
  readonly sent: number;
  readonly stretches: Stretches;
}

/** Voltages of a partition's neurons in one tick. */
export interface TickMessage {
  readonly sent: number;
  readonly ranges: readonly Float32Array[];
}

/** A partition's messages on one minibatch. */
export interface UpdateMessages {
  readonly update: number;
  /** The same array for all partitions that have drawn the same slots. */
  readonly slots: Int32Array;
  readonly stored: number;
  readonly parameters: Stretches;
  readonly ticks: TickMessage[];
}

/** A partition's number of finished updates, in a message to the others. */
export interface CounterMessage {
  readonly partition: number;
  readonly value: number;
  /** When it arrives, in seconds of virtual time. */
  readonly time: number;
}

/** The same state without the messages that are under way. */
export function withoutMessages({ messages, ...others }: VirtualState): VirtualState {
  const nothing = messages.versions.map(() => []);
  return { ...others, messages: { received: messages.received, inFlight: messages.inFlight, versions: nothing, updates: nothing } };
}
