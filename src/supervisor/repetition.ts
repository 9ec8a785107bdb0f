import { InternalError } from '../errors.js';
import { TAKEN } from '../journal/entries.js';
import { createJournalReader } from '../journal/reader.js';
import type { Arena } from '../memory/arena.js';
import { WORD } from '../memory/control.js';
import type { BlockRequest } from '../memory/layout.js';
import type { Bell } from '../schedule/bell.js';
import { placeOf, type Chronicle, type ChronicleContext } from './chronicle.js';
import { VERSIONS } from './rows.js';

const WANTED_ENTRY = 'wanted/entry';
const WANTED_VERSION = 'wanted/version';

/** Wants nothing any more. */
const NEVER = 2 ** 31 - 1;

/** What each partition is still to read of each peer; [partitions, partitions], row-major. 0 until it has said so: everything. */
export function repetitionBlocks(partitions: number): BlockRequest[] {
  return [WANTED_ENTRY, WANTED_VERSION].map((name) => ({ name, type: 'int32', shape: [partitions, partitions], owner: 'each partition its own row' }));
}

/**
 * The journal decides: a partition waits for what it read when the journal was written, and overwrites nothing that a peer has still to
 * read. The run that was recorded is an order in which all of this happened, so that partitions which keep to it never wait for one another
 * in a circle, on however many threads. For the same reason what was read of one peer is let go of before the next one is waited for.
 *
 * @param log of this partition, as `readJournal` has found it whole
 */
export function createRepeatingChronicle(context: ChronicleContext, arena: Arena, bell: Bell, log: Uint8Array): Chronicle {
  const { partition, partitions, ticks, depth, control: { words }, exchange, rows } = context;
  const reader = createJournalReader(log, { ticks, peers: partitions - 1 });
  const wantedEntry = arena.int32(WANTED_ENTRY);
  const wantedVersion = arena.int32(WANTED_VERSION);

  function say(wanted: Int32Array, peer: number, first: number): void {
    const at = partition * partitions + peer;
    const number = Math.min(first, NEVER);
    if (Atomics.load(wanted, at) === number) return;
    Atomics.store(wanted, at, number);
    bell.ring();
  }

  function sayWanted(peer: number): void {
    const place = placeOf(peer, partition);
    say(wantedEntry, peer, reader.nextTaken(place));
    say(wantedVersion, peer, reader.nextVersion(place));
  }

  /** True where no peer wants anything of this partition up to number `last`. */
  function unwanted(wanted: Int32Array, last: number): boolean {
    for (let peer = 0; peer < partitions; peer += 1) {
      if (peer !== partition && Atomics.load(wanted, peer * partitions + partition) <= last) return false;
    }
    return true;
  }

  const sourceOf = (peer: number, tickIndex: number) => reader.source(placeOf(peer, partition), tickIndex);

  let unread = 0; // sources of the update at hand

  function pass(peer: number, tickIndex: number): void {
    unread -= 1;
    reader.pass(placeOf(peer, partition), tickIndex);
    sayWanted(peer);
  }

  return {
    next: () => reader.next(),
    open() {
      for (let peer = 0; peer < partitions; peer += 1) if (peer !== partition) sayWanted(peer);
    },
    close: () => undefined,
    acted: () => undefined,
    mayBegin(update) {
      if (reader.update !== update) throw new InternalError(`update ${update} comes where the journal has update ${reader.update}`);
      const over = Atomics.load(words, WORD.finished) !== 0; // before what the host writes until then
      const there = Atomics.load(words, WORD.stored) >= reader.stored && Atomics.load(words, WORD.steps) >= reader.steps;
      if (over && !there) throw new InternalError(`update ${update} waits for step ${reader.steps}, which the run does not come to`);
      return there;
    },
    begin() {
      unread = reader.reads ? ticks * (partitions - 1) : 0;
      return reader.stored;
    },
    steps: () => reader.steps,
    mayOpen: (update) => unwanted(wantedEntry, update - depth),
    published() {
      bell.ring();
    },
    mayCollect(peer, update, tickIndex) {
      const source = sourceOf(peer, tickIndex);
      return source === TAKEN ? exchange.settled(peer, update, tickIndex + 1) : rows.hearVersion(peer, source);
    },
    take(peer, update, tick, ranges, slots, activations) {
      if (sourceOf(peer, tick - 1) !== TAKEN) return -1;
      const version = exchange.take(peer, update, tick, ranges, slots, activations);
      if (version < 0) throw new InternalError(`update ${update} does not find the voltages that partition ${peer} published for it when it was recorded`);
      pass(peer, tick - 1);
      return version;
    },
    hear(peer, tickIndex) {
      const version = sourceOf(peer, tickIndex); // `mayCollect` has heard it
      pass(peer, tickIndex);
      return version;
    },
    mayKeep(version) {
      if (unread > 0) throw new InternalError(`update ${version - 1} has nothing to learn from, and read its peers when it was recorded`); // who waits for its reading would wait for ever
      return unwanted(wantedVersion, version - VERSIONS);
    },
  };
}
