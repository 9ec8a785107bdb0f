import type { ClockState } from '../../schedule/poisson-clock.js';
import type { DurationState } from '../../virtual/world.js';
import type { UpdateMessages, VersionMessage } from './message-exchange.js';

/**
 * What is left of a virtual world that has come to rest, besides what lies in the arena: all that partitions need to begin anew and to go the same
 * way in another process. Plain data.
 */
export interface VirtualState {
  /** Seconds of virtual time. */
  readonly time: number;
  readonly durations: DurationState;
  /** Of each partition, those of its schedule. */
  readonly clocks: readonly (readonly ClockState[])[];
  readonly messages: Messages;
}

/** What partitions have said, as far as others may still hear it. By partition. */
export interface Messages {
  /** The number of finished updates that the others have heard of. */
  readonly received: readonly number[];
  /** Such numbers that are under way, in the order in which they were sent. */
  readonly inFlight: readonly CounterMessage[];
  /** Rows. */
  readonly versions: readonly (readonly VersionMessage[])[];
  /** Voltages on minibatches that others have still to come to. */
  readonly updates: readonly (readonly UpdateMessages[])[];
}

/** A partition's number of finished updates, on its way to the others. */
export interface CounterMessage {
  readonly partition: number;
  readonly value: number;
  /** When it arrives. */
  readonly time: number;
}

/** What is left where everything that was said is taken back. */
export function withoutMessages({ messages, ...others }: VirtualState): VirtualState {
  const nothing = messages.versions.map(() => []);
  return { ...others, messages: { received: messages.received, inFlight: messages.inFlight, versions: nothing, updates: nothing } };
}
