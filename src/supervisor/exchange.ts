import type { Arena } from '../memory/arena.js';
import type { Control } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { attachParameter, type HeardParameter, type ParameterShape } from '../memory/parameters.js';
import type { Board } from '../network/dynamic.js';
import type { NeuronRange, Ownership } from '../network/ownership.js';

/** Minibatches whose voltages are kept: a partition may be this far behind a peer and still find what the peer computed. */
const DEPTH = 4;

/** What peers hear of a published parameter. */
const heardParts = ({ target }: ParameterShape) => (target ? (['values', 'target'] as const) : (['values'] as const));

/** A mark no minibatch has: the entry is being rewritten. */
const REWRITING = -1;

export interface ExchangeShape {
  readonly partitions: number;
  readonly neurons: number;
  /** Transitions in a minibatch: a board has twice as many lanes. */
  readonly batchSize: number;
  /** ℓ, ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** The published ones. */
  readonly parameters: readonly ParameterShape[];
}

export function exchangeBlocks({ partitions, neurons, batchSize, parameters }: ExchangeShape): BlockRequest[] {
  const owner = 'each partition its own neurons and its own row';
  const published = parameters.flatMap((parameter) => {
    const length = parameter.lengths.reduce((sum, size) => sum + size, 0);
    return heardParts(parameter).map((part): BlockRequest => ({ name: `exchange/${parameter.name}/${part}`, type: 'float32', shape: [DEPTH, length], owner }));
  });
  return [
    ...published,
    { name: 'exchange/voltages', type: 'float32', shape: [DEPTH, neurons, 2 * batchSize], owner },
    { name: 'exchange/slots', type: 'int32', shape: [DEPTH, partitions, batchSize], owner },
    { name: 'exchange/version', type: 'int32', shape: [DEPTH, partitions], owner },
    { name: 'exchange/mark', type: 'int32', shape: [DEPTH, partitions], owner },
  ];
}

/**
 * Where partitions broadcast the voltages of their own neurons on the minibatch at hand. All partitions draw the same
 * minibatches, each by itself, so that update u of one is update u of another; an entry carries the replay slots it was
 * computed for, and a reader takes it only where they are its own.
 *
 * Published parameters travel with the voltages. Read live, a peer's critic might already have been stepped on this very
 * minibatch, and the second partition would learn from an error that the first has just taken away: that bias stops learning
 * (docs/research.md, entry 9).
 */
export interface Exchange {
  /** The published parameters of all neurons, as far as this partition has heard; by name. */
  readonly heard: Readonly<Record<string, HeardParameter>>;
  /** Hears a peer's published parameters as they stand now, for when the peer's voltages were computed here. */
  hearLive(peer: number): void;
  /** Opens this partition's entry for update `update`, with its slots and its published parameters. */
  open(update: number, slots: Int32Array): void;
  /** Publishes the voltages of `ranges`, computed in tick `tick` (from 1). */
  publish(update: number, tick: number, ranges: readonly NeuronRange[], board: Board): void;
  /** True once the peer has published tick `tick` of the update, or the entry is lost to a later one. */
  settled(peer: number, update: number, tick: number): boolean;
  /** True where the peer is at work on this very update: its voltages may come soon. */
  near(peer: number, update: number): boolean;
  /**
   * Copies a peer's voltages onto the board, and with those of the last tick the parameters published beside them.
   *
   * @returns the version of the weights behind them, or -1 where they are not there, are for other transitions, or were
   *   overwritten meanwhile: the board's rows are then to be computed
   */
  take(peer: number, update: number, tick: number, ranges: readonly NeuronRange[], slots: Int32Array, board: Board): number;
}

/** Takes back all that was published, while nobody runs: readers then compute it anew. */
export function clearExchange(arena: Arena): void {
  arena.int32('exchange/mark').fill(0);
}

export function attachExchange(arena: Arena, control: Control, shape: ExchangeShape, ownership: Ownership, self: number): Exchange {
  const { partitions, neurons, batchSize, ticks, parameters } = shape;
  const lanes = 2 * batchSize;
  const voltages = arena.float32('exchange/voltages');
  const allSlots = arena.int32('exchange/slots');
  const versions = arena.int32('exchange/version');
  const marks = arena.int32('exchange/mark');
  const firstMark = (update: number) => update * (ticks + 1) + 1; // 0 is the mark of an entry never written
  const entry = (update: number, partition: number) => (update % DEPTH) * partitions + partition;

  const published = parameters.map((parameter) => {
    const table = attachParameter(arena, parameter);
    const heard = partitions === 1 ? table : { values: new Float32Array(table.values.length), target: new Float32Array(table.target.length) };
    const parts = heardParts(parameter).map((part) => ({ live: table[part], heard: heard[part], entries: arena.float32(`exchange/${parameter.name}/${part}`) }));
    return { table, heard, parts };
  });

  /** Applies `move` to the stretch of every part of every published parameter that a partition's neurons own. */
  function eachStretch(partition: number, move: (of: (typeof published)[number]['parts'][number], begin: number, end: number) => void): void {
    for (const { table, parts } of published) {
      for (const range of ownership[partition]) {
        for (const part of parts) move(part, table.offset[range.begin], table.offset[range.end]);
      }
    }
  }

  function hearEntry(peer: number, update: number): void {
    eachStretch(peer, ({ live, heard, entries }, begin, end) => {
      const base = (update % DEPTH) * live.length;
      heard.set(entries.subarray(base + begin, base + end), begin);
    });
  }

  function hearLive(peer: number): void {
    eachStretch(peer, ({ live, heard }, begin, end) => {
      heard.set(live.subarray(begin, end), begin); // shared, racy on purpose (Hogwild)
    });
  }

  function publishParameters(update: number): void {
    eachStretch(self, ({ live, entries }, begin, end) => {
      entries.set(live.subarray(begin, end), (update % DEPTH) * live.length + begin);
    });
    hearLive(self);
  }

  function copy(ranges: readonly NeuronRange[], from: Float32Array, fromBase: number, to: Float32Array, toBase: number): void {
    for (const { begin, end } of ranges) {
      to.set(from.subarray(fromBase + begin * lanes, fromBase + end * lanes), toBase + begin * lanes);
    }
  }

  function sameSlots(at: number, slots: Int32Array): boolean {
    for (let b = 0; b < batchSize; b += 1) if (allSlots[at * batchSize + b] !== slots[b]) return false;
    return true;
  }

  return {
    heard: Object.fromEntries(published.map(({ table, heard }) => [table.shape.name, heard])),
    hearLive,
    open(update, slots) {
      const at = entry(update, self);
      Atomics.store(marks, at, REWRITING);
      allSlots.set(slots, at * batchSize);
      publishParameters(update);
      versions[at] = control.version.get(self);
      Atomics.store(marks, at, firstMark(update));
    },
    publish(update, tick, ranges, board) {
      copy(ranges, board.voltages, 0, voltages, (update % DEPTH) * neurons * lanes);
      Atomics.store(marks, entry(update, self), firstMark(update) + tick);
    },
    settled(peer, update, tick) {
      return Atomics.load(marks, entry(update, peer)) >= firstMark(update) + tick;
    },
    near(peer, update) {
      const ahead = Atomics.load(marks, entry(update, peer)) - firstMark(update);
      return ahead >= 0 && ahead <= ticks;
    },
    take(peer, update, tick, ranges, slots, board) {
      const at = entry(update, peer);
      const mark = Atomics.load(marks, at) - firstMark(update);
      if (mark < tick || mark > ticks || !sameSlots(at, slots)) return -1;
      const version = versions[at];
      copy(ranges, voltages, (update % DEPTH) * neurons * lanes, board.voltages, 0);
      if (tick === ticks) hearEntry(peer, update);
      const after = Atomics.load(marks, at) - firstMark(update); // overwritten while copying?
      return after < tick || after > ticks ? -1 : version;
    },
  };
}
