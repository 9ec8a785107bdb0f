import { TAKEN } from '../journal/entries.js';
import type { PartitionLog } from '../journal/file.js';
import type { JournalEvent } from '../journal/reader.js';
import { createJournalWriter, type JournalWriter } from '../journal/writer.js';
import { WORD, type Control } from '../memory/control.js';
import type { ReplayRing } from '../replay/ring.js';
import type { Exchange } from './exchange.js';
import type { Rows } from './rows.js';

/**
 * What a partition reads that depends on time, and when it acts. A partition asks here and does not know who decides: the moment,
 * which may be kept in a journal, or the journal of an earlier run.
 *
 * All else that it reads follows: an observation to answer is shown only once all have answered the one before, so that voltages and
 * step stand still meanwhile, and the environment's host can be no further than the partition that has answered least.
 */
export interface Chronicle {
  /** What the partition does next; absent where it is free to choose. */
  readonly next?: () => JournalEvent;
  /** Told as a command begins. */
  open(recorded: boolean): void;
  /** What was kept of the command, which is over; undefined where nothing was. */
  close(): PartitionLog | undefined;
  /** Told of each acting tick. */
  acted(): void;
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
  mayOpen(update: number): boolean;
  /** Told that voltages have been published. */
  published(): void;
  /** True where that is there which the update at hand is to have of a peer; `tickIndex` counts from 0. */
  mayCollect(peer: number, update: number, tickIndex: number): boolean;
  /** As `exchange.take`. */
  take(...entry: Parameters<Exchange['take']>): number;
  /** Hears a peer's rows, for voltages of tick `tickIndex` that were not taken. @returns their version, or -1 where they are not whole yet */
  hear(peer: number, tickIndex: number): number;
  /** True where no peer is still to read the version that `rows.keep` overwrites. */
  mayKeep(version: number): boolean;
}

/** What chronicles look at. */
export interface ChronicleContext {
  readonly partition: number;
  readonly partitions: number;
  /** Ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** Minibatches whose voltages the exchange keeps. */
  readonly depth: number;
  readonly control: Control;
  readonly replay: ReplayRing;
  readonly exchange: Exchange;
  readonly rows: Rows;
}

const always = () => true;
const nothing = () => undefined;

/** Place of a partition among another's peers. */
export const placeOf = (peer: number, partition: number) => (peer < partition ? peer : peer - 1);

/** The moment decides, and nothing is kept. */
export function createLiveChronicle({ control: { words }, replay, exchange, rows }: ChronicleContext): Chronicle {
  let drawn = 0;
  return {
    open: nothing,
    close: nothing,
    acted: nothing,
    mayBegin: always,
    begin(update) {
      const first = exchange.drawn(update);
      drawn = Math.max(drawn, first < 0 ? replay.stored() : first);
      return drawn;
    },
    steps: () => Atomics.load(words, WORD.steps),
    mayOpen: always,
    published: nothing,
    mayCollect: always,
    take: (peer, update, tick, ranges, slots, activations) => exchange.take(peer, update, tick, ranges, slots, activations),
    hear: (peer) => rows.hear(peer),
    mayKeep: always,
  };
}

/** The moment decides, and in commands that are recorded what it decided is kept. */
export function createRecordingChronicle(context: ChronicleContext): Chronicle {
  const { partition, partitions, ticks, control: { words }, exchange, rows } = context;
  const live = createLiveChronicle(context);
  let writer: JournalWriter | undefined;
  let steps = 0;

  return {
    ...live,
    open(recorded) {
      writer = recorded ? writer ?? createJournalWriter({ ticks, peers: partitions - 1 }) : undefined;
    },
    close() {
      writer?.end();
      return writer && { partition, updates: writer.updates, bytes: writer.takeBytes() };
    },
    acted() {
      writer?.act();
    },
    begin(update) {
      steps = Atomics.load(words, WORD.steps);
      const stored = live.begin(update);
      writer?.begin(stored, steps);
      return stored;
    },
    steps: () => steps,
    take(peer, update, tick, ranges, slots, activations) {
      const version = exchange.take(peer, update, tick, ranges, slots, activations);
      if (version >= 0) writer?.source(placeOf(peer, partition), tick - 1, TAKEN);
      return version;
    },
    hear(peer, tickIndex) {
      const version = rows.hear(peer);
      if (version >= 0) writer?.source(placeOf(peer, partition), tickIndex, version);
      return version;
    },
  };
}
