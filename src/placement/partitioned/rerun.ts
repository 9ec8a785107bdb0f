import { InternalError } from '../../errors.js';
import { TAKEN } from '../../journal/entries.js';
import { createJournalReader } from '../../journal/reader.js';
import type { Arena } from '../../memory/arena.js';
import { WORD } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import type { EventCount } from '../../schedule/event-count.js';
import { peerIndex, type ReadSource, type ReadSourceContext } from './read-source.js';
import { VERSIONS } from './peer-parameters.js';

const WANTED_ENTRY = 'rerun/entry';
const WANTED_VERSION = 'rerun/version';

/** No further reads. */
const NEVER = 2 ** 31 - 1;

/** The next entry and version that each partition is to read of each peer; [partitions, partitions], row-major. 0 until it is known: all of them. */
export function rerunBlocks(partitions: number): BlockRequest[] {
  return [WANTED_ENTRY, WANTED_VERSION].map((name) => ({ name, type: 'int32', shape: [partitions, partitions], owner: 'each partition its own row' }));
}

/**
 * The journal decides: a partition waits for what it read when the journal was written, and overwrites nothing that a peer has still to
 * read. The recorded run is one order in which all of this happened, so that partitions which keep to it cannot wait for one another
 * in a circle, on any number of threads. For the same reason reads of one peer are released before the next peer is waited for.
 *
 * @param log of this partition, as `readJournal` has found it whole
 */
export function createRerunSource(context: ReadSourceContext, arena: Arena, bell: EventCount, log: Uint8Array): ReadSource {
  const { partition, partitions, ticks, depth, control: { words }, exchange, peerParameters } = context;
  const reader = createJournalReader(log, { ticks, peers: partitions - 1 });
  const wantedEntry = arena.int32(WANTED_ENTRY);
  const wantedVersion = arena.int32(WANTED_VERSION);

  function say(wanted: Int32Array, peer: number, first: number): void {
    const at = partition * partitions + peer;
    const number = Math.min(first, NEVER);
    if (Atomics.load(wanted, at) === number) return;
    Atomics.store(wanted, at, number);
    bell.notify();
  }

  function sayWanted(peer: number): void {
    const place = peerIndex(peer, partition);
    say(wantedEntry, peer, reader.nextTaken(place));
    say(wantedVersion, peer, reader.nextVersion(place));
  }

  /** True if no peer is to read anything of this partition up to number `last`. */
  function unwanted(wanted: Int32Array, last: number): boolean {
    for (let peer = 0; peer < partitions; peer += 1) {
      if (peer !== partition && Atomics.load(wanted, peer * partitions + partition) <= last) return false;
    }
    return true;
  }

  const sourceOf = (peer: number, tickIndex: number) => reader.source(peerIndex(peer, partition), tickIndex);

  let unread = 0; // sources of the current update

  function pass(peer: number, tickIndex: number): void {
    unread -= 1;
    reader.pass(peerIndex(peer, partition), tickIndex);
    sayWanted(peer);
  }

  return {
    next: () => reader.next(),
    beginCommand() {
      for (let peer = 0; peer < partitions; peer += 1) if (peer !== partition) sayWanted(peer);
    },
    endCommand: () => undefined,
    onTick: () => undefined,
    mayBegin(update) {
      if (reader.update !== update) throw new InternalError(`update ${update} comes where the journal has update ${reader.update}`);
      const over = Atomics.load(words, WORD.finished) !== 0; // before what the environment task writes until then
      const there = Atomics.load(words, WORD.stored) >= reader.stored && Atomics.load(words, WORD.steps) >= reader.steps;
      if (over && !there) throw new InternalError(`update ${update} waits for step ${reader.steps}, which the run does not come to`);
      return there;
    },
    begin() {
      unread = reader.reads ? ticks * (partitions - 1) : 0;
      return reader.stored;
    },
    steps: () => reader.steps,
    mayBeginEntry: (update) => unwanted(wantedEntry, update - depth),
    onPublished() {
      bell.notify();
    },
    mayCollect(peer, update, tickIndex) {
      const source = sourceOf(peer, tickIndex);
      return source === TAKEN ? exchange.isPublished(peer, update, tickIndex + 1) : peerParameters.refreshVersion(peer, source);
    },
    read(peer, update, tick, ranges, slots, activations) {
      if (sourceOf(peer, tick - 1) !== TAKEN) return -1;
      const version = exchange.read(peer, update, tick, ranges, slots, activations);
      if (version < 0) throw new InternalError(`update ${update} does not find the voltages that partition ${peer} published for it when it was recorded`);
      pass(peer, tick - 1);
      return version;
    },
    refresh(peer, tickIndex) {
      const version = sourceOf(peer, tickIndex); // `mayCollect` has copied it
      pass(peer, tickIndex);
      return version;
    },
    maySnapshot(version) {
      if (unread > 0) throw new InternalError(`update ${version - 1} has nothing to learn from, and read its peers when it was recorded`); // a peer that waits for this read would wait for ever
      return unwanted(wantedVersion, version - VERSIONS);
    },
  };
}
