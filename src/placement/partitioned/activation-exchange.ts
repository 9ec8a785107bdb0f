import type { Kernels } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { attachParameter, type ParameterShape } from '../../memory/parameters.js';
import type { Activations } from '../../network/activations.js';
import type { NeuronRange, Ownership } from '../../network/ownership.js';
import { attachEntryLocks, ENTRY_LOCKS, entryLockBlocks, NO_LOCKS } from '../../runtime/entry-locks.js';
import { copyBlocks, forEachOwnedRange, publishedParts, VERSION_MARKS, type PublishedPart, type PeerParameters } from './peer-parameters.js';

/** Fewest and most minibatches that are kept, and the bytes that they may take: 64 MiB. */
const [LEAST_DEPTH, MOST_DEPTH, MOST_BYTES] = [4, 64, 2 ** 26];

/** Minibatches whose activations are kept: a partition that is at most this far behind a peer still finds the peer's activations. */
export function exchangeDepth(neurons: number, batchSize: number): number {
  const bytes = neurons * 2 * batchSize * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(LEAST_DEPTH, Math.min(MOST_DEPTH, Math.floor(MOST_BYTES / bytes)));
}

/** The blocks of marks of what is published. 0 is the mark of an entry never written. */
const MARKS: ReadonlySet<string> = new Set(['exchange/mark', ENTRY_LOCKS, VERSION_MARKS]);

/** A mark older than those of all minibatches: any partition may begin the entry. */
const ABANDONED = -1;

export interface ExchangeShape {
  readonly partitions: number;
  readonly neurons: number;
  /** Minibatches whose activations are kept. */
  readonly depth: number;
  /** Transitions in a minibatch: its activations have twice as many lanes. */
  readonly batchSize: number;
  /** ℓ, ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** Whether a partition that is ahead computes and publishes the activations of those behind. */
  readonly helping: boolean;
  /** The published ones. */
  readonly parameters: readonly ParameterShape[];
}

export function exchangeBlocks({ partitions, neurons, depth, batchSize, parameters, helping }: ExchangeShape): BlockRequest[] {
  const owner = 'each partition its own neurons and its own row';
  return [
    ...parameters.flatMap((parameter) => copyBlocks('exchange', parameter, depth)),
    { name: 'exchange/voltages', type: 'float32', shape: [depth, neurons, 2 * batchSize], owner },
    { name: 'exchange/slots', type: 'int32', shape: [depth, partitions, batchSize], owner },
    { name: 'exchange/stored', type: 'int32', shape: [depth, partitions], owner },
    { name: 'exchange/version', type: 'int32', shape: [depth, partitions], owner },
    { name: 'exchange/mark', type: 'int32', shape: [depth, partitions], owner },
    ...(helping ? entryLockBlocks(depth, partitions) : []),
  ];
}

/**
 * Where partitions publish the voltages of their own neurons on the current minibatch. All partitions draw the same
 * minibatches, each by itself, so that update u of one is update u of another; an entry records the replay slots that it was
 * computed for, and a reader takes it only if they are its own.
 *
 * Published parameters are stored with the voltages. Read live, a peer's critic might already have been stepped on this very
 * minibatch, and the second partition would learn from an error that the first has just removed: that bias stops learning
 * (docs/research.md, entry 9).
 *
 * With helping, a partition that does not find a peer's voltages computes and publishes them. The peer reads its own voltages from the entry when it comes to the
 * update, and so catches up (entry 24).
 *
 * Then all partitions that have drawn the same transitions work in place, on the entry's own activations: a mark publishes them without a copy. An entry is written
 * once, and is not begun anew while another partition may work in it.
 */
export interface ActivationExchange {
  /** The activations of the entries, each [neurons, lanes]; none without helping. On these `publish` and `read` copy nothing. */
  readonly sharedVoltages: readonly Float32Array[];
  /**
   * The activations on which this partition may work on update `update` until it has finished it, by number; -1 if another partition has drawn other
   * transitions for it, or uses the entry for another update. Call after `beginEntry`.
   */
  entryOf(update: number, slots: Int32Array): number;
  /**
   * Begins the entry of update `update` for the voltages of partition `of`, with the slots, the number of slots they were drawn from, and this
   * partition's copies of the other's published parameters; its own are copied live.
   *
   * @param version of the weights that the voltages are computed from
   * @returns true if this partition is to publish them; false if another one does or has, or no partition may
   */
  beginEntry(of: number, update: number, slots: Int32Array, stored: number, version: number): boolean;
  /** The number of slots that a peer has drawn the minibatch of update `update` from, or -1 if no peer has begun it. */
  sampledFrom(update: number): number;
  /** Publishes the voltages of partition `of`, neurons `ranges`, of tick `tick` (from 1). To be called for every tick if `beginEntry` returned true. */
  publish(of: number, update: number, tick: number, ranges: readonly NeuronRange[], activations: Activations): void;
  /** True once tick `tick` of the update is published for partition `of`, or the entry is lost to a later update. */
  isPublished(of: number, update: number, tick: number): boolean;
  /** The partition that publishes the voltages of partition `of`. */
  writerOf(of: number, update: number): number;
  /**
   * Copies the voltages of partition `owner` onto the activations, and with those of the last tick, where it is a peer, the parameters published beside them.
   *
   * @returns the version of their weights, or -1 if they are absent, are for other transitions, or were
   *   overwritten meanwhile: the activations' rows are then to be computed
   */
  read(of: number, update: number, tick: number, ranges: readonly NeuronRange[], slots: Int32Array, activations: Activations): number;
}

/** Discards all that was published or begun. Only while no partition runs. */
export function clearExchange(arena: Arena): void {
  for (const { name } of arena.blocks) if (MARKS.has(name)) arena.int32(name).fill(0);
}

/** @param tables where this partition keeps its copies of published parameters */
export function attachExchange(arena: Arena, { copy }: Pick<Kernels, 'copy'>, shape: ExchangeShape, ownership: Ownership, self: number, { tables }: Pick<PeerParameters, 'tables'>): ActivationExchange {
  const { partitions, neurons, depth, batchSize, ticks, parameters, helping } = shape;
  const lanes = 2 * batchSize;
  const voltages = arena.float32('exchange/voltages');
  const allSlots = arena.int32('exchange/slots');
  const storedAt = arena.int32('exchange/stored');
  const versions = arena.int32('exchange/version');
  const marks = arena.int32('exchange/mark');
  const { version: reached } = attachControl(arena);
  const sharedVoltages = helping ? Array.from({ length: depth }, (_, at) => voltages.subarray(at * neurons * lanes, (at + 1) * neurons * lanes)) : [];
  const firstMark = (update: number) => update * (ticks + 1) + 1; // 0 is the mark of an entry never written, and the negative that of one being begun
  const entry = (update: number, partition: number) => (update % depth) * partitions + partition;

  const parts = parameters.flatMap((parameter) => {
    const table = attachParameter(arena, parameter);
    return publishedParts(parameter).map((part): PublishedPart => ({ table, live: table[part], local: tables[parameter.name][part], copies: arena.float32(`exchange/${parameter.name}/${part}`) }));
  });

  const stretches = ownership.map((ranges) => {
    const found: { readonly part: PublishedPart; readonly begin: number; readonly end: number }[] = [];
    forEachOwnedRange(parts, ranges, (part, begin, end) => { if (end > begin) found.push({ part, begin, end }); });
    return found;
  });

  function hearEntry(peer: number, update: number): void {
    for (const { part: { copies, live, local: to }, begin, end } of stretches[peer]) {
      const first = (update % depth) * live.length;
      copy(copies, first + begin, first + end, to, begin);
    }
  }

  function publishParameters(of: number, update: number): void {
    for (const { part: { copies, live, local: from }, begin, end } of stretches[of]) copy(from, begin, end, copies, (update % depth) * live.length + begin);
  }

  function hearOwn(): void {
    for (const { part: { live, local: to }, begin, end } of stretches[self]) copy(live, begin, end, to, begin);
  }

  function copyVoltages(ranges: readonly NeuronRange[], from: Float32Array, fromBase: number, to: Float32Array, toBase: number): void {
    for (const { begin, end } of ranges) copy(from, fromBase + begin * lanes, fromBase + end * lanes, to, toBase + begin * lanes);
  }

  function sameSlots(at: number, slots: Int32Array): boolean {
    for (let b = 0; b < batchSize; b += 1) if (allSlots[at * batchSize + b] !== slots[b]) return false;
    return true;
  }

  const holders = helping ? attachEntryLocks(arena, self) : NO_LOCKS;
  for (const at of holders.abandoned()) {
    Atomics.store(marks, at, ABANDONED);
    holders.unlock(at);
  }

  /** Whether a peer may still work in place on an earlier update of the entry. */
  function occupied(update: number): boolean {
    for (let peer = 0; peer < partitions; peer += 1) {
      const at = peer === self ? update : reached.get(peer);
      if (at < update && at % depth === update % depth) return true;
    }
    return false;
  }

  /**
   * Whether this partition may write the entry: without helping always; else if no other does, has, or works there. The mark
   * is stored before the check of the others, and they check it in `entryOf` after they have stored their version: at least one of the two checks finds the other.
   */
  function seize(at: number, update: number): boolean {
    if (!holders.tryLock(at)) return false;
    if (helping && Atomics.load(marks, at) >= firstMark(update)) {
      holders.unlock(at);
      return false;
    }
    Atomics.store(marks, at, -firstMark(update));
    if (!helping || !occupied(update)) return true;
    Atomics.store(marks, at, firstMark(update) + ticks + 1); // lost
    holders.unlock(at);
    return false;
  }

  return {
    sharedVoltages,
    entryOf(update, slots) {
      if (!helping) return -1;
      for (let partition = 0; partition < partitions; partition += 1) {
        const at = entry(update, partition);
        const mark = Atomics.load(marks, at);
        if (Math.abs(mark) > firstMark(update) + ticks || (mark >= firstMark(update) && !sameSlots(at, slots))) return -1;
      }
      return update % depth;
    },
    beginEntry(of, update, slots, stored, version) {
      if (of === self) hearOwn();
      const at = entry(update, of);
      if (!seize(at, update)) return false;
      allSlots.set(slots, at * batchSize);
      publishParameters(of, update);
      storedAt[at] = stored;
      versions[at] = version;
      Atomics.store(marks, at, firstMark(update));
      return true;
    },
    sampledFrom(update) {
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
    publish(of, update, tick, ranges, activations) {
      if (activations.voltages !== sharedVoltages[update % depth]) copyVoltages(ranges, activations.voltages, 0, voltages, (update % depth) * neurons * lanes);
      const at = entry(update, of);
      Atomics.store(marks, at, firstMark(update) + tick);
      if (tick === ticks) holders.unlock(at);
    },
    isPublished(of, update, tick) {
      return Atomics.load(marks, entry(update, of)) >= firstMark(update) + tick;
    },
    writerOf(of, update) {
      const holder = holders.owner(entry(update, of));
      return holder < 0 ? of : holder;
    },
    read(of, update, tick, ranges, slots, activations) {
      const at = entry(update, of);
      const mark = Atomics.load(marks, at) - firstMark(update);
      if (mark < tick || mark > ticks || !sameSlots(at, slots)) return -1;
      const version = versions[at];
      if (activations.voltages !== sharedVoltages[update % depth]) copyVoltages(ranges, voltages, (update % depth) * neurons * lanes, activations.voltages, 0);
      if (tick === ticks && of !== self) hearEntry(of, update);
      const after = Atomics.load(marks, at) - firstMark(update); // overwritten while copying?
      return after < tick || after > ticks ? -1 : version;
    },
  };
}
