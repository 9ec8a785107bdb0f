import { InternalError } from '../errors.js';
import { FOLLOWS, KIND, LONGEST_VARINT, maskBytes, TAKEN, UNREAD, type JournalShape } from './entries.js';

/** Bytes that a writer starts with: a slice of a thousand updates in usual runs. */
const FIRST_BYTES = 1 << 14;

/** Records the events and reads of one partition, for a rerun. Writes into memory of its own, and allocates nothing per update. */
export interface JournalWriter {
  /** Updates begun so far, in all commands. */
  readonly updates: number;
  /** One acting tick. The update before it is over. */
  act(): void;
  /**
   * Begins an update.
   *
   * @param stored slots of the replay ever written, as the partition has read
   * @param steps environment steps, as the partition has read
   */
  begin(stored: number, steps: number): void;
  /**
   * Records the source of a peer's voltages for a tick of the current update. An update records all ticks and peers or, without
   * transitions to learn from, none.
   *
   * @param tick from 0
   * @param version TAKEN, or the version of the peer's weights that its voltages were computed from; never lower than one before it
   */
  source(peer: number, tick: number, version: number): void;
  /** Ends the command. */
  end(): void;
  /** The bytes of the commands since the last call, which must have ended. They are the caller's own. */
  takeBytes(): Uint8Array<ArrayBuffer>;
}

export function createJournalWriter(shape: JournalShape): JournalWriter {
  const { ticks, peers } = shape;
  const sources = new Float64Array(ticks * peers);
  const heard = new Float64Array(peers);
  const longestEntry = 1 + 3 * LONGEST_VARINT + maskBytes(shape) + sources.length * LONGEST_VARINT;
  let bytes = new Uint8Array(Math.max(FIRST_BYTES, longestEntry));
  let length = 0;
  let acts = 0;
  let updates = 0;
  let open = false; // between `begin` and whatever comes after its sources
  let storedDelta = 0;
  let stepsDelta = 0;
  let stored = 0;
  let steps = 0;
  let said = 0; // sources of the current update
  let ended = true;

  function reserve(): void {
    if (length + longestEntry <= bytes.length) return;
    const larger = new Uint8Array(2 * bytes.length);
    larger.set(bytes);
    bytes = larger;
  }

  function varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      bytes[length] = (rest % 128) + 128;
      length += 1;
    }
    bytes[length] = rest;
    length += 1;
  }

  function kindOf(): number {
    if (sources.length === 0) return KIND.taken;
    if (said === 0) return KIND.unread;
    if (said < sources.length) throw new InternalError(`update ${updates - 1} names ${said} of its ${sources.length} sources`);
    for (let i = 0; i < sources.length; i += 1) if (sources[i] !== TAKEN) return KIND.mixed;
    return KIND.taken;
  }

  function writeMixed(): void {
    const mask = length;
    length += maskBytes(shape);
    bytes.fill(0, mask, length);
    for (let i = 0; i < sources.length; i += 1) {
      if (sources[i] === TAKEN) continue;
      const peer = i % peers;
      if (sources[i] < heard[peer]) throw new InternalError(`version ${sources[i]} of peer ${peer} comes after version ${heard[peer]}`);
      bytes[mask + (i >> 3)] |= 1 << (i & 7);
      varint(sources[i] - heard[peer]);
      heard[peer] = sources[i];
    }
  }

  /** Writes the update at hand, once it is over. */
  function finishUpdate(): void {
    if (!open) return;
    reserve();
    const kind = kindOf();
    const [storedBits, stepsBits] = [Math.min(storedDelta, FOLLOWS), Math.min(stepsDelta, FOLLOWS)];
    bytes[length] = kind | (storedBits << 2) | (stepsBits << 5);
    length += 1;
    varint(acts);
    if (storedBits === FOLLOWS) varint(storedDelta);
    if (stepsBits === FOLLOWS) varint(stepsDelta);
    if (kind === KIND.mixed) writeMixed();
    acts = 0;
    open = false;
  }

  return {
    get updates() {
      return updates;
    },
    act() {
      finishUpdate();
      acts += 1;
      ended = false;
    },
    begin(storedNow, stepsNow) {
      finishUpdate();
      if (storedNow < stored || stepsNow < steps) throw new InternalError(`update ${updates} sees fewer slots or steps than the one before`);
      [storedDelta, stepsDelta] = [storedNow - stored, stepsNow - steps];
      [stored, steps] = [storedNow, stepsNow];
      sources.fill(UNREAD);
      said = 0;
      open = true;
      ended = false;
      updates += 1;
    },
    source(peer, tick, version) {
      const i = tick * peers + peer;
      if (!open || !(tick >= 0 && tick < ticks && peer >= 0 && peer < peers) || sources[i] !== UNREAD) {
        throw new InternalError(`no update waits for a source of peer ${peer} in tick ${tick}`);
      }
      if (!(version >= TAKEN)) throw new InternalError(`${version} is no version of peer ${peer}`);
      sources[i] = version;
      said += 1;
    },
    end() {
      finishUpdate();
      reserve();
      bytes[length] = KIND.end;
      length += 1;
      varint(acts);
      acts = 0;
      ended = true;
    },
    takeBytes() {
      if (!ended) throw new InternalError('the command has not ended');
      const taken = bytes.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
