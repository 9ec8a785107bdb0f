import { crc32c } from '../telemetry/crc32c.js';

/** The first frame of `journal.bin`. */
export interface JournalHeader {
  /** What its entries are: reads of partitions, unless it is the order of actors' rollouts, all in the log of one partition. */
  readonly entries?: 'order';
  /** ℓ, ticks from the inputs to the outputs; 0 of actors. */
  readonly ticks: number;
  readonly partitions: number;
  /** The environment step at which the run was to end. */
  readonly goal: number;
  /** Of the run that was recorded, as its config.json has them. */
  readonly settings: unknown;
  /** Of whatever else has to be the same for the run to repeat: the caller's own. */
  readonly digest: string;
}

/** What `journal.bin` ends with. */
export interface JournalClosing {
  /** Of each partition. */
  readonly updates: readonly number[];
  /** True if a signal ended the run; the frame then has its state. */
  readonly stopped: boolean;
  /** Of the final weights, in hexadecimal. */
  readonly weightsSha256: string;
}

/**
 * The file, all numbers little-endian:
 *
 *   header   magic (8 bytes), format version (u32), length of the JSON (u32), JSON, CRC-32C of all before (u32)
 *   frames   one for each partition and command: those of command 0, from partition 0 on, then those of command 1, …
 *   closing  a frame whose body is JSON
 *
 *   frame    CRC-32C of the rest of it (u32), kind, partition, command, updates, length of the body, step (u32 each), number of the
 *            first update (f64), body
 *
 * The order is fixed, so that a missing, doubled or swapped frame is detected.
 */
export const MAGIC = new TextEncoder().encode('ganglog\n');
export const FORMAT = 2;
export const HEADER_BYTES = MAGIC.length + 8;
const WORDS = 6;
export const FRAME_BYTES = 4 + WORDS * 4 + 8;
export const FRAME = { command: 1, closing: 2 } as const;

export interface FrameHead {
  readonly kind: number;
  readonly partition: number;
  readonly command: number;
  /** Updates in the body. */
  readonly updates: number;
  /** The environment step at which the command ended. */
  readonly step: number;
  /** Number of the first of the updates. */
  readonly first: number;
}

export function encodeHeader(header: JournalHeader): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(HEADER_BYTES + json.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(MAGIC.length, FORMAT, true);
  view.setUint32(MAGIC.length + 4, json.length, true);
  bytes.set(json, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + json.length, crc32c(bytes.subarray(0, HEADER_BYTES + json.length)), true);
  return bytes;
}

export function encodeFrame({ kind, partition, command, updates, step, first }: FrameHead, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  [kind, partition, command, updates, body.length, step].forEach((word, i) => { view.setUint32(4 + 4 * i, word, true); });
  view.setFloat64(4 + WORDS * 4, first, true);
  bytes.set(body, FRAME_BYTES);
  view.setUint32(0, crc32c(bytes.subarray(4)), true);
  return bytes;
}

export function encodeClosing(command: number, step: number, closing: JournalClosing): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(closing));
  return encodeFrame({ kind: FRAME.closing, partition: 0, command, updates: 0, step, first: 0 }, body);
}

/** A frame as it is in the file. */
export interface Frame extends FrameHead {
  /** As much of it as is there. */
  readonly body: Uint8Array;
  /** False where bytes are missing at its end. */
  readonly whole: boolean;
  /** True where the checksum is that of its bytes. */
  readonly sound: boolean;
  /** Where it ends. */
  readonly end: number;
}

/** The frame at an offset, or undefined if its head is incomplete. */
export function decodeFrame(bytes: Uint8Array, offset: number): Frame | undefined {
  if (offset + FRAME_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FRAME_BYTES);
  const [kind, partition, command, updates, length, step] = Array.from({ length: WORDS }, (_, i) => view.getUint32(4 + 4 * i, true));
  const end = offset + FRAME_BYTES + length;
  return {
    kind,
    partition,
    command,
    updates,
    step,
    first: view.getFloat64(4 + WORDS * 4, true),
    body: bytes.subarray(offset + FRAME_BYTES, end),
    whole: end <= bytes.length,
    sound: view.getUint32(0, true) === crc32c(bytes.subarray(offset + 4, end)),
    end,
  };
}
