import { TAKEN } from '../../journal/entries.js';
import type { PartitionLog } from '../../journal/file.js';
import type { JournalEvent } from '../../journal/reader.js';
import { createJournalWriter, type JournalWriter } from '../../journal/writer.js';
import { WORD, type Control } from '../../memory/control.js';
import type { ReplayRing } from '../../replay/ring.js';
import type { ActivationExchange } from './activation-exchange.js';
import type { PeerParameters } from './peer-parameters.js';

/**
 * What a partition reads that depends on time, and when it acts. A partition asks here and does not know who decides: the moment,
 * which may be kept in a journal, or the journal of an earlier run.
 *
 * All else that it reads follows: an observation to answer is shown only once all have answered the one before, so that voltages and
 * step stand still meanwhile, and the environment's host can be no further than the partition that has answered least.
 */
export interface ReadSource {
  /** What the partition does next; absent where it is free to choose. */
  readonly next?: () => JournalEvent;
  /** Told as a command begins. */
  beginCommand(recorded: boolean): void;
  /** What was kept of the command, which is over; undefined where nothing was. */
  endCommand(): PartitionLog | undefined;
  /** Told of each acting tick. */
  onTick(): void;
  /** True where all is there that the next update, of number `update`, sees as it begins. */
  mayBegin(update: number): boolean;
  /**
   * Begins an update. A partition that comes second to a minibatch draws what the first has drawn: they would see different numbers of
   * slots, draw different transitions, and could not use each other's voltages.
   *
   * @returns the slots of the replay that it draws from, never fewer than the time before
   */
  begin(update: number): number;
  /** Environment steps that the update at hand sees. To be asked behind a gate: before it, the host may have stored a slot of the stream and not yet have counted its step. */
  steps(): number;
  /** True where no peer is still to read the entry that `exchange.open` overwrites. */
  mayBeginEntry(update: number): boolean;
  /** Told that voltages have been published. */
  onPublished(): void;
  /** True where that is there which the update at hand is to have of a peer; `tickIndex` counts from 0. */
  mayCollect(peer: number, update: number, tickIndex: number): boolean;
  /** As `exchange.take`. */
  read(...entry: Parameters<ActivationExchange['read']>): number;
  /** Hears a peer's rows, for voltages of tick `tickIndex` that were not taken. @returns their version, or -1 where they are not whole yet */
  refresh(peer: number, tickIndex: number): number;
  /** True where no peer is still to read the version that `peerParameters.keep` overwrites. */
  maySnapshot(version: number): boolean;
}

/** What chronicles look at. */
export interface ReadSourceContext {
  readonly partition: number;
  readonly partitions: number;
  /** Ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** Minibatches whose voltages the exchange keeps. */
  readonly depth: number;
  readonly control: Control;
  readonly replay: ReplayRing;
  readonly exchange: ActivationExchange;
  readonly peerParameters: PeerParameters;
}

const always = () => true;
const nothing = () => undefined;

/** Place of a partition among another's peers. */
export const peerIndex = (peer: number, partition: number) => (peer < partition ? peer : peer - 1);

/** The moment decides, and nothing is kept. */
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

/** The moment decides, and in commands that are recorded what it decided is kept. */
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
