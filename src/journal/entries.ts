/** What a partition's journal is about, besides acting: the sources of each update, [ticks, peers], row-major. */
export interface JournalShape {
  /** ℓ, ticks from the inputs to the outputs. */
  readonly ticks: number;
  /** The other partitions. */
  readonly peers: number;
}

/** A source: the peer's voltages were taken as it published them for the same update. Any other is the version they were computed from. */
export const TAKEN = -1;

/** A source of an update that read nothing of its peers. */
export const UNREAD = -2;

/**
 * A partition's journal is a list of entries, one for each update and one for the end of each command:
 *
 *   head     1 byte: kind in bits 0-1; stored slots and environment steps since the last update in bits 2-4 and 5-7, 7 for more
 *   acts     varint: acting ticks since the last entry
 *   stored   varint, if the field of the head is 7; steps likewise
 *   mask     if the kind is mixed: one bit for each source, from the lowest bit of the first byte; 1 where it was computed
 *   versions if the kind is mixed: one varint for each bit set, of the version less the last version read from that peer
 *
 * A varint has seven bits of a number in each byte, the lowest first, and the eighth bit set in all bytes but the last. So a usual update
 * takes two bytes if everything was taken.
 */
export const KIND = { taken: 0, mixed: 1, unread: 2, end: 3 } as const;

/** Field of the head for a number that follows it. */
export const FOLLOWS = 7;

/** Bytes of the longest varint: 53 bits. */
export const LONGEST_VARINT = 8;

export const maskBytes = ({ ticks, peers }: JournalShape) => Math.ceil((ticks * peers) / 8);

/** Reads entry after entry, into itself. Nothing is allocated on the way. */
export interface EntryCursor {
  /** Of the current entry. `broken`: an incomplete entry, which is the last. */
  readonly kind: 'before' | 'update' | 'end' | 'over' | 'broken';
  /** Number of the update at hand, or else of the next one; from 0. */
  readonly update: number;
  /** Acting ticks before the update, or the end, at hand. */
  readonly acts: number;
  /** Slots and environment steps at the update at hand, or at the last one. */
  readonly stored: number;
  readonly steps: number;
  /** Versions, TAKEN or UNREAD; [ticks, peers], row-major. Undefined contents outside of an update. */
  readonly sources: Float64Array;
  advance(): void;
}

export function createEntryCursor(bytes: Uint8Array, shape: JournalShape): EntryCursor {
  const { ticks, peers } = shape;
  const sources = new Float64Array(ticks * peers);
  const heard = new Float64Array(peers);
  const masked = maskBytes(shape);
  const cursor = { kind: 'before' as EntryCursor['kind'], update: 0, acts: 0, stored: 0, steps: 0, sources, advance };
  let at = 0;
  let whole = true; // the entry so far

  function varint(): number {
    let value = 0;
    for (let scale = 1; at < bytes.length && scale <= 2 ** 49; scale *= 128) {
      const byte = bytes[at];
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
    whole = false;
    return 0;
  }

  function readMixed(): void {
    const mask = at;
    at += masked;
    if (at > bytes.length) whole = false;
    for (let i = 0; i < masked * 8 && whole; i += 1) {
      const computed = (bytes[mask + (i >> 3)] >> (i & 7)) & 1;
      if (i >= sources.length) whole = computed === 0;
      else sources[i] = computed === 0 ? TAKEN : (heard[i % peers] += varint());
    }
  }

  function readSources(kind: number): void {
    if (kind === KIND.mixed) readMixed();
    else sources.fill(kind === KIND.taken ? TAKEN : UNREAD);
  }

  function advance(): void {
    if (cursor.kind === 'over' || cursor.kind === 'broken') return;
    if (cursor.kind === 'update') cursor.update += 1;
    cursor.acts = 0;
    if (at === bytes.length) {
      cursor.kind = 'over';
      return;
    }
    const head = bytes[at];
    at += 1;
    cursor.acts = varint();
    const kind = head & 3;
    if (kind === KIND.end) whole &&= head === KIND.end;
    else {
      const [stored, steps] = [(head >> 2) & FOLLOWS, head >> 5];
      cursor.stored += stored === FOLLOWS ? varint() : stored;
      cursor.steps += steps === FOLLOWS ? varint() : steps;
      readSources(kind);
    }
    cursor.kind = !whole ? 'broken' : kind === KIND.end ? 'end' : 'update';
  }

  return cursor;
}
