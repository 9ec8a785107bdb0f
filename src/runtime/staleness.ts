import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import { AGE_BINS, nonEmptyBins, histogramBetween, binIndex, mergeHistograms, summariseBins, type StalenessHistogram } from './staleness-histogram.js';

/**
 * What a partition reads that others write, each with an age of its own:
 *
 * `voltages`: a peer's published voltages, in acting and on minibatches, and the critic parts published beside the latter. Age: updates that the
 * peer has finished since it computed them. Likewise a partition's own voltages, where a peer published them in its place: age by its own updates.
 *
 * `weights`: a peer's rows, read to compute its voltages here. Age: updates that the peer has finished between the version read and
 * the end of the computation. Racy rows are at least of the version that counted as the read began.
 *
 * `reward`: the experience of one update. Age, as the update ends: slots that the host has stored since the minibatch was drawn;
 * for a rule that learns from the stream, slots stored since the transition was whole.
 *
 * `acting`: a peer's rows, where the host answers for everybody. Age: updates that the peer has finished meanwhile.
 */
export const READ_KINDS = ['voltages', 'weights', 'reward', 'acting'] as const;
export type ReadKind = (typeof READ_KINDS)[number];

/** What has been read so far, by one partition or by all. */
export interface Staleness extends Readonly<Record<ReadKind, StalenessHistogram>> {
  /** Reads of a peer's published voltages; these four tell the most important in short. */
  readonly reads: number;
  /** Half of these were at most this many versions behind. */
  readonly median: number;
  /** Versions behind, exact. */
  readonly max: number;
  /** Times a peer's voltages were not there yet and were computed here from the peer's weights instead. */
  readonly helped: number;
}

/** Where one partition records its reads: how old what it read was. What is newer than expected counts as 0. */
export type StalenessRecorder = Readonly<Record<ReadKind, (age: number) => void>>;

const MAXIMUM = AGE_BINS; // the word behind the bins: the exact maximum
const LINE = 16; // words on a cache line: no two partitions write to one
const ROW = Math.ceil((AGE_BINS + 1) / LINE) * LINE;
const SUMS = 8; // float64 on a cache line

/** For each partition and kind the counts by age and the greatest age, and the sums of ages. */
export function stalenessBlocks(partitions: number): BlockRequest[] {
  const owner = 'each partition its own row';
  return [
    { name: 'staleness', type: 'uint32', shape: [partitions, READ_KINDS.length, ROW], owner },
    { name: 'staleness/sum', type: 'float64', shape: [partitions, SUMS], owner },
  ];
}

function rowOf(arena: Arena, partition: number, kind: number): Uint32Array {
  const at = partition * READ_KINDS.length + kind;
  return arena.uint32('staleness').subarray(at * ROW, (at + 1) * ROW);
}

/** The ledger of one partition, for writing. */
export function attachStalenessRecorder(arena: Arena, partition: number): StalenessRecorder {
  const sums = arena.float64('staleness/sum').subarray(partition * SUMS, (partition + 1) * SUMS);
  const recorder = (kind: ReadKind) => {
    const index = READ_KINDS.indexOf(kind);
    const row = rowOf(arena, partition, index);
    return (age: number) => {
      const behind = Math.max(0, age);
      row[binIndex(behind)] += 1;
      if (behind > row[MAXIMUM]) row[MAXIMUM] = behind;
      sums[index] += behind;
    };
  };
  return { voltages: recorder('voltages'), weights: recorder('weights'), reward: recorder('reward'), acting: recorder('acting') };
}

/** Reads what a partition has recorded. */
export function readStaleness(arena: Arena, partition: number): Staleness {
  const sums = arena.float64('staleness/sum');
  return stalenessOf((kind) => {
    const index = READ_KINDS.indexOf(kind);
    const row = rowOf(arena, partition, index);
    return summariseBins(nonEmptyBins(row.subarray(0, AGE_BINS)), sums[partition * SUMS + index], row[MAXIMUM]);
  });
}

function stalenessOf(ages: (kind: ReadKind) => StalenessHistogram): Staleness {
  const [voltages, weights, reward, acting] = READ_KINDS.map(ages);
  return { reads: voltages.reads, median: voltages.median, max: voltages.max, helped: weights.reads, voltages, weights, reward, acting };
}

/** The staleness of several partitions together. Of none: that of nothing read. */
export function joinStaleness(all: readonly Staleness[]): Staleness {
  return stalenessOf((kind) => mergeHistograms(all.map((each) => each[kind])));
}

/** The staleness of the stretch between two looks at the same ledger. */
export function stalenessBetween(before: Staleness, after: Staleness): Staleness {
  return stalenessOf((kind) => histogramBetween(before[kind], after[kind]));
}

/** One thread that reads nothing of others, or a ledger that is not kept. */
export const NOTHING_READ: Staleness = joinStaleness([]);
