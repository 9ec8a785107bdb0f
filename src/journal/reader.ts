import { InternalError } from '../errors.js';
import { createEntryCursor, TAKEN, UNREAD, type EntryCursor, type JournalShape } from './entries.js';

/** What a partition does next: an acting tick, an update, the end of a command; or the journal is over. */
export type JournalEvent = 'act' | 'update' | 'end' | 'over';

/**
 * Reads the events of a partition from the journal, in order. The peeks return what the partition will still read of a peer, so that the
 * peer keeps it until then. Each peek has a cursor of its own, which passes through the journal once, and so costs a few entries per update.
 */
export interface JournalReader {
  /** Number of the update at hand, or else of the next one; from 0. */
  readonly update: number;
  /** Slots of the replay and environment steps as the update at hand saw them. */
  readonly stored: number;
  readonly steps: number;
  /** Advances to the next event and ends the current update, if there is one. */
  next(): JournalEvent;
  /** False if the current update read nothing from its peers. */
  readonly reads: boolean;
  /** What the update at hand had of a peer for a tick (from 0): TAKEN, or the version its voltages were computed from. */
  source(peer: number, tick: number): number;
  /** Marks a source of the current update as read: the look-ahead skips it. To be called for each source, or two partitions may wait for one another. */
  pass(peer: number, tick: number): void;
  /** Number of the next update, the current one included, that takes voltages which the peer published for it; Infinity if there is none. */
  nextTaken(peer: number): number;
  /** The next version of the peer's weights from which voltages are computed; Infinity if there is none. */
  nextVersion(peer: number): number;
}

/** @param bytes of all commands of one partition, one after another, as `readJournal` has found them whole */
export function createJournalReader(bytes: Uint8Array, shape: JournalShape): JournalReader {
  const { ticks, peers } = shape;
  const entry = createEntryCursor(bytes, shape);
  const lookahead = () => Array.from({ length: peers }, () => createEntryCursor(bytes, shape));
  const [takenAhead, versionAhead] = [lookahead(), lookahead()];
  const passed = new Uint8Array(ticks * peers);
  let acts = 0; // still to be done before the entry's own event
  let fresh = false; // the entry's own event is still to come
  let atHand = false;

  /** The first tick of the cursor's update that has such a source of the peer, or -1. */
  function tickWith(cursor: EntryCursor, peer: number, taken: boolean): number {
    for (let tick = 0; tick < ticks; tick += 1) {
      const i = tick * peers + peer;
      const source = cursor.sources[i];
      if (source === UNREAD || (source === TAKEN) !== taken) continue;
      if (cursor !== entry || passed[i] === 0) return tick;
    }
    return -1;
  }

  /** The next entry that reads the peer in this way: the current one, or the first at or after the cursor. */
  function find(cursor: EntryCursor, peer: number, taken: boolean): EntryCursor {
    if (atHand && tickWith(entry, peer, taken) >= 0) return entry;
    const from = atHand ? entry.update + 1 : entry.update;
    while (cursor.kind !== 'over' && (cursor.kind !== 'update' || cursor.update < from || tickWith(cursor, peer, taken) < 0)) advance(cursor);
    return cursor;
  }

  function indexOf(peer: number, tick: number): number {
    if (!atHand || !(peer >= 0 && peer < peers && tick >= 0 && tick < ticks)) throw new InternalError(`no update has a source of peer ${peer} in tick ${tick}`);
    return tick * peers + peer;
  }

  return {
    get update() {
      return entry.update;
    },
    get stored() {
      return entry.stored;
    },
    get steps() {
      return entry.steps;
    },
    get reads() {
      return atHand && entry.sources[0] !== UNREAD;
    },
    next() {
      atHand = false;
      if (!fresh) {
        advance(entry);
        acts = entry.acts;
        fresh = true;
      }
      if (acts > 0) {
        acts -= 1;
        return 'act';
      }
      fresh = false;
      if (entry.kind !== 'update') return entry.kind === 'end' ? 'end' : 'over';
      passed.fill(0);
      atHand = true;
      return 'update';
    },
    source(peer, tick) {
      const source = entry.sources[indexOf(peer, tick)];
      if (source === UNREAD) throw new InternalError(`update ${entry.update} read nothing of its peers when it was recorded`);
      return source;
    },
    pass(peer, tick) {
      passed[indexOf(peer, tick)] = 1;
    },
    nextTaken(peer) {
      const { kind, update } = find(takenAhead[peer], peer, true);
      return kind === 'over' ? Infinity : update;
    },
    nextVersion(peer) {
      const cursor = find(versionAhead[peer], peer, false);
      return cursor.kind === 'over' ? Infinity : cursor.sources[tickWith(cursor, peer, false) * peers + peer];
    },
  };
}

function advance(cursor: EntryCursor): void {
  cursor.advance();
  if (cursor.kind === 'broken') throw new InternalError(`the journal was not checked: it breaks at update ${cursor.update}`);
}
