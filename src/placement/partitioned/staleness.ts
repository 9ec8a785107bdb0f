import type { Arena } from '../../memory/arena.js';
import type { BlockRequest } from '../../memory/layout.js';
import * as recorder from '../../runtime/staleness.js';
import { histogramBetween, mergeHistograms, type StalenessHistogram } from '../../runtime/staleness-histogram.js';

/**
 * What a partition reads that other partitions write, and the age of each read:
 *
 * `voltages`: published voltages of a peer, in inference and on minibatches, and the critic parts published with them; or a partition's own, if a peer has
 * published them for it. Age: updates that the neurons' owner has finished since they were computed.
 *
 * `weights`: a peer's weights, from which its voltages are computed here. Age: updates that the peer has finished between the version read and
 * the end of the computation. Racy reads may see newer weights.
 *
 * `reward`: the data of one update. Age, as the update ends: slots stored since the minibatch was drawn; under a rule that learns online, since the
 * transition was complete.
 *
 * `acting`: a peer's weights, under central inference. Age: updates that the peer has finished during the computation.
 */
export const READ_KINDS = ['voltages', 'weights', 'reward', 'acting'] as const;
export type ReadKind = (typeof READ_KINDS)[number];

/** The reads so far, of one partition or of all. */
export interface Staleness extends Readonly<Record<ReadKind, StalenessHistogram>> {
  /** Reads of published voltages of a peer, their median age and maximum age in updates: a summary of `voltages`. */
  readonly reads: number;
  readonly median: number;
  readonly max: number;
  /** Times that a peer's voltages were not published yet, and were computed here from its weights. */
  readonly helped: number;
}

export type StalenessRecorder = recorder.StalenessRecorder<ReadKind>;

export function stalenessBlocks(partitions: number): BlockRequest[] {
  return recorder.stalenessBlocks(partitions, READ_KINDS);
}

export function attachStalenessRecorder(arena: Arena, partition: number): StalenessRecorder {
  return recorder.attachStalenessRecorder(arena, partition, READ_KINDS);
}

/** What a partition has recorded so far. */
export function readStaleness(arena: Arena, partition: number): Staleness {
  return withSummary(recorder.readStaleness(arena, partition, READ_KINDS));
}

function withSummary(reads: Readonly<Record<ReadKind, StalenessHistogram>>): Staleness {
  const { voltages, weights } = reads;
  return { reads: voltages.reads, median: voltages.median, max: voltages.max, helped: weights.reads, ...reads };
}

function perKind(histogramOf: (kind: ReadKind) => StalenessHistogram): Staleness {
  const [voltages, weights, reward, acting] = READ_KINDS.map(histogramOf);
  return withSummary({ voltages, weights, reward, acting });
}

/** The staleness of several partitions together; of none, that of no reads. */
export function joinStaleness(all: readonly Staleness[]): Staleness {
  return perKind((kind) => mergeHistograms(all.map((each) => each[kind])));
}

/** The staleness of the reads between two calls of `readStaleness`. */
export function stalenessBetween(before: Staleness, after: Staleness): Staleness {
  return perKind((kind) => histogramBetween(before[kind], after[kind]));
}

/** No reads: of a run on one thread, or without measurement. */
export const NOTHING_READ: Staleness = joinStaleness([]);
