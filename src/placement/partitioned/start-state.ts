import type { Snapshot } from '../../memory/arena.js';
import type { Image } from '../../memory/image.js';
import type { RunLayout } from './run-layout.js';
import type { VirtualState } from './virtual-state.js';

/** A state from which a run may continue. */
export interface QuiescentState {
  /** Environment steps taken. */
  readonly step: number;
  /** The arena at the last rest: now, unless a run in virtual time is paused. */
  readonly image: Image;
  /** The state of virtual time at that rest; undefined at its beginning, and in real time. */
  readonly virtualState: VirtualState | undefined;
}

/** The state of an earlier run, from which this one continues. */
export interface StartState {
  /** The arena, as `QuiescentState.image` has it. */
  readonly snapshot: Snapshot;
  readonly step: number;
  /** The state of virtual time. @throws CheckpointError if it cannot be one of such a run */
  readonly virtualState: (layout: RunLayout) => VirtualState | undefined;
}

/** A recorded run that is to be rerun. */
export interface RerunLogs {
  /** Of each partition, as `readJournal` has found them whole. */
  readonly logs: readonly Uint8Array[];
  /** Worker threads, at most one for each partition. */
  readonly threads: number;
}
