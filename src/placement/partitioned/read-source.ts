import { TAKEN } from '../../journal/entries.js';
import type { PartitionLog } from '../../journal/file.js';
import type { JournalEvent } from '../../journal/reader.js';
import { createJournalWriter, type JournalWriter } from '../../journal/writer.js';
import { WORD, type Control } from '../../memory/control.js';
import type { ReplayRing } from '../../replay/ring.js';
import type { ActivationExchange } from './activation-exchange.js';
import type { PeerParameters } from './peer-parameters.js';

/**
 * Decides what a partition reads that depends on timing, and when it acts: the timing of a live run, which may be recorded in a journal, or the journal of
 * an earlier run.
 *
 * All other reads follow: an observation is submitted only once all partitions have answered the one before, so that voltages and
 * step are constant meanwhile, and the environment task cannot be ahead of the slowest partition.
 */
export interface ReadSource {
  /** What the partition does next; undefined if it chooses for itself. */
  readonly next?: () => JournalEvent;
  /** Called when a command begins. */
  beginCommand(recorded: boolean): void;
  /** The log of the command that has ended; undefined if none was kept. */
  endCommand(): PartitionLog | undefined;
  /** Called at each inference tick. */
  onTick(): void;
  /** True once all is there that update `update` reads when it begins. */
  mayBegin(update: number): boolean;
  /**
   * Begins an update. A partition that is not the first at a minibatch draws what the first has drawn: it might see another number of
   * slots, draw other transitions, and could not use the first one's voltages.
   *
   * @returns the slots of the replay that it draws from, never fewer than the time before
   */
  begin(update: number): number;
  /** Environment steps before the current update. Call after a gate: before it, a slot may be stored whose step does not count yet. */
  steps(): number;
  /** True once no peer is still to read the entry that `exchange.beginEntry` overwrites. */
  mayBeginEntry(update: number): boolean;
  /** Called when voltages have been published. */
  onPublished(): void;
  /** True once all is there that the current update reads of a peer; `tickIndex` counts from 0. */
  mayCollect(peer: number, update: number, tickIndex: number): boolean;
  /** As `exchange.read`. */
  read(...entry: Parameters<ActivationExchange['read']>): number;
  /** Copies a peer's parameters, for voltages of tick `tickIndex` that were not read. @returns their version, or -1 while they are not whole */
  refresh(peer: number, tickIndex: number): number;
  /** True once no peer is still to read the version that `peerParameters.snapshot` overwrites. */
  maySnapshot(version: number): boolean;
}

/** What a read source reads from. */
export interface ReadSourceContext {
  readonly partition: number;
  readonly partitions: number;
  /** Ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** Minibatches whose activations the exchange keeps. */
  readonly depth: number;
  readonly control: Control;
  readonly replay: ReplayRing;
  readonly exchange: ActivationExchange;
  readonly peerParameters: PeerParameters;
}

const always = () => true;
const nothing = () => undefined;

/** Index of a partition among another's peers. */
export const peerIndex = (peer: number, partition: number) => (peer < partition ? peer : peer - 1);

/** Timing decides, and nothing is recorded. */
export function createLiveSource({ control: { words }, replay, exchange, peerParameters }: ReadSourceContext): ReadSource {
  let drawn = 0;
  return {
    beginCommand: nothing,
    endCommand: nothing,
    onTick: nothing,
    mayBegin: always,
    begin(update) {
      const first = exchange.sampledFrom(update);
      drawn = Math.max(drawn, first < 0 ? replay.stored() : first);
      return drawn;
    },
    steps: () => Atomics.load(words, WORD.steps),
    mayBeginEntry: always,
    onPublished: nothing,
    mayCollect: always,
    read: (peer, update, tick, ranges, slots, activations) => exchange.read(peer, update, tick, ranges, slots, activations),
    refresh: (peer) => peerParameters.refresh(peer),
    maySnapshot: always,
  };
}

/** Timing decides, and recorded commands keep a log. */
export function createRecordingSource(context: ReadSourceContext): ReadSource {
  const { partition, partitions, ticks, control: { words }, exchange, peerParameters } = context;
  const live = createLiveSource(context);
  let writer: JournalWriter | undefined;
  let steps = 0;

  return {
    ...live,
    beginCommand(recorded) {
      writer = recorded ? writer ?? createJournalWriter({ ticks, peers: partitions - 1 }) : undefined;
    },
    endCommand() {
      writer?.end();
      return writer && { partition, updates: writer.updates, bytes: writer.takeBytes() };
    },
    onTick() {
      writer?.act();
    },
    begin(update) {
      steps = Atomics.load(words, WORD.steps);
      const stored = live.begin(update);
      writer?.begin(stored, steps);
      return stored;
    },
    steps: () => steps,
    read(peer, update, tick, ranges, slots, activations) {
      const version = exchange.read(peer, update, tick, ranges, slots, activations);
      if (version >= 0) writer?.source(peerIndex(peer, partition), tick - 1, TAKEN);
      return version;
    },
    refresh(peer, tickIndex) {
      const version = peerParameters.refresh(peer);
      if (version >= 0) writer?.source(peerIndex(peer, partition), tickIndex, version);
      return version;
    },
  };
}
