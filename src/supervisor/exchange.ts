import type { Arena } from '../memory/arena.js';
import { WORD, type Control } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import { attachParameter, type ParameterShape } from '../memory/parameters.js';
import type { Board } from '../network/dynamic.js';
import type { NeuronRange, Ownership } from '../network/ownership.js';
import { copyBlocks, eachStretch, hearCopy, heardParts, hearLive, keepCopy, VERSION_MARKS, type HeardPart, type Rows } from './rows.js';

/** Fewest and most minibatches whose voltages are kept, and what they may take together: 64 MiB. */
const [LEAST_DEPTH, MOST_DEPTH, MOST_BYTES] = [4, 64, 2 ** 26];

/** Minibatches whose voltages are kept: a partition may be this far behind a peer and still find what the peer computed. */
export function exchangeDepth(neurons: number, batchSize: number): number {
  const bytes = neurons * 2 * batchSize * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(LEAST_DEPTH, Math.min(MOST_DEPTH, Math.floor(MOST_BYTES / bytes)));
}

/** The blocks of marks by which readers know what was published. 0 is the mark of what never was. */
const MARKS: ReadonlySet<string> = new Set(['exchange/mark', VERSION_MARKS]);

/** A mark no minibatch has: the entry is being rewritten. */
const REWRITING = -1;

export interface ExchangeShape {
  readonly partitions: number;
  readonly neurons: number;
  /** Minibatches whose voltages are kept. */
  readonly depth: number;
  /** Transitions in a minibatch: a board has twice as many lanes. */
  readonly batchSize: number;
  /** ℓ, ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** The published ones. */
  readonly parameters: readonly ParameterShape[];
}

export function exchangeBlocks({ partitions, neurons, depth, batchSize, parameters }: ExchangeShape): BlockRequest[] {
  const owner = 'each partition its own neurons and its own row';
  return [
    ...parameters.flatMap((parameter) => copyBlocks('exchange', parameter, depth)),
    { name: 'exchange/voltages', type: 'float32', shape: [depth, neurons, 2 * batchSize], owner },
    { name: 'exchange/slots', type: 'int32', shape: [depth, partitions, batchSize], owner },
    { name: 'exchange/stored', type: 'int32', shape: [depth, partitions], owner },
    { name: 'exchange/version', type: 'int32', shape: [depth, partitions], owner },
    { name: 'exchange/mark', type: 'int32', shape: [depth, partitions], owner },
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
  /** Opens this partition's entry for update `update`, with its slots, the number of slots they were drawn from, and its published parameters. */
  open(update: number, slots: Int32Array, stored: number): void;
  /** The number of slots that a peer has drawn the minibatch of update `update` from, or -1 where no peer has come to it. */
  drawn(update: number): number;
  /** Publishes the voltages of `ranges`, computed in tick `tick` (from 1). */
  publish(update: number, tick: number, ranges: readonly NeuronRange[], board: Board): void;
  /** True once the peer has published tick `tick` of the update, or the entry is lost to a later one. */
  settled(peer: number, update: number, tick: number): boolean;
  /**
   * Copies a peer's voltages onto the board, and with those of the last tick the parameters published beside them.
   *
   * @returns the version of the weights behind them, or -1 where they are not there, are for other transitions, or were
   *   overwritten meanwhile: the board's rows are then to be computed
   */
  take(peer: number, update: number, tick: number, ranges: readonly NeuronRange[], slots: Int32Array, board: Board): number;
}

/** Takes back all that was published or is under way, while nobody runs: whoever needs it computes it anew. */
export function clearExchange(arena: Arena): void {
  for (const { name } of arena.blocks) if (MARKS.has(name)) arena.int32(name).fill(0);
  Atomics.add(arena.int32('control'), WORD.epoch, 1);
}

/** @param heard where this partition puts what it hears of published parameters */
export function attachExchange(arena: Arena, control: Control, shape: ExchangeShape, ownership: Ownership, self: number, { heard }: Pick<Rows, 'heard'>): Exchange {
  const { partitions, neurons, depth, batchSize, ticks, parameters } = shape;
  const lanes = 2 * batchSize;
  const voltages = arena.float32('exchange/voltages');
  const allSlots = arena.int32('exchange/slots');
  const storedAt = arena.int32('exchange/stored');
  const versions = arena.int32('exchange/version');
  const marks = arena.int32('exchange/mark');
  const firstMark = (update: number) => update * (ticks + 1) + 1; // 0 is the mark of an entry never written
  const entry = (update: number, partition: number) => (update % depth) * partitions + partition;

  const parts = parameters.flatMap((parameter) => {
    const table = attachParameter(arena, parameter);
    return heardParts(parameter).map((part): HeardPart => ({ table, live: table[part], heard: heard[parameter.name][part], copies: arena.float32(`exchange/${parameter.name}/${part}`) }));
  });

  function hearEntry(peer: number, update: number): void {
    eachStretch(parts, ownership[peer], (part, begin, end) => { hearCopy(part, update % depth, begin, end); });
  }

  function publishParameters(update: number): void {
    eachStretch(parts, ownership[self], (part, begin, end) => {
      keepCopy(part, update % depth, begin, end);
      hearLive(part, begin, end);
    });
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
    open(update, slots, stored) {
      const at = entry(update, self);
      Atomics.store(marks, at, REWRITING);
      allSlots.set(slots, at * batchSize);
      publishParameters(update);
      storedAt[at] = stored;
      versions[at] = control.version.get(self);
      Atomics.store(marks, at, firstMark(update));
    },
    drawn(update) {
      for (let peer = 0; peer < partitions; peer += 1) {
        const at = entry(update, peer);
        const opened = () => {
          const mark = Atomics.load(marks, at) - firstMark(update);
          return mark >= 0 && mark <= ticks;
        };
        if (peer === self || !opened()) continue;
        const stored = storedAt[at];
        if (opened()) return stored; // else it was overwritten meanwhile
      }
      return -1;
    },
    publish(update, tick, ranges, board) {
      copy(ranges, board.voltages, 0, voltages, (update % depth) * neurons * lanes);
      Atomics.store(marks, entry(update, self), firstMark(update) + tick);
    },
    settled(peer, update, tick) {
      return Atomics.load(marks, entry(update, peer)) >= firstMark(update) + tick;
    },
    take(peer, update, tick, ranges, slots, board) {
      const at = entry(update, peer);
      const mark = Atomics.load(marks, at) - firstMark(update);
      if (mark < tick || mark > ticks || !sameSlots(at, slots)) return -1;
      const version = versions[at];
      copy(ranges, voltages, (update % depth) * neurons * lanes, board.voltages, 0);
      if (tick === ticks) hearEntry(peer, update);
      const after = Atomics.load(marks, at) - firstMark(update); // overwritten while copying?
      return after < tick || after > ticks ? -1 : version;
    },
  };
}
