import { isCount, isRecord, wrongKind } from '../check.js';
import { JournalError } from '../errors.js';
import { plainOptions } from '../plain.js';
import { crc32c } from '../telemetry/crc32c.js';
import { createEntryCursor, type JournalShape } from './entries.js';
import { countOrder } from './order.js';
import { decodeFrame, FORMAT, FRAME, HEADER_BYTES, MAGIC, type Frame, type JournalClosing, type JournalHeader } from './frame.js';

/** A journal that is whole. */
export interface Journal extends JournalHeader, Omit<JournalClosing, 'updates'> {
  /** Of `createJournalReader`. */
  readonly shape: JournalShape;
  /** The environment step at which each command ended. */
  readonly halts: readonly number[];
  /** The bytes of each partition, all its commands one after another, and its updates. */
  readonly logs: readonly { readonly bytes: Uint8Array; readonly updates: number }[];
}

/**
 * Reads `journal.bin`. A truncated or altered journal is refused as a whole.
 *
 * @throws OptionTypeError unless it is given bytes
 * @throws JournalError naming the partition and the update where it breaks
 */
export function readJournal(bytes: Uint8Array): Journal {
  if (!((bytes as unknown) instanceof Uint8Array)) throw wrongKind('bytes', 'the bytes of a journal', bytes);
  const { header, end } = readHeader(bytes);
  const shape = { ticks: header.ticks, peers: header.partitions - 1 };
  const count = header.entries === 'order' ? countOrder : (body: Uint8Array) => countEntries(body, shape);
  const bodies = Array.from({ length: header.partitions }, (): Uint8Array[] => []);
  const updates = bodies.map(() => 0);
  const halts: number[] = [];
  for (let [frames, offset] = [0, end]; ; frames += 1) {
    const partition = frames % header.partitions;
    const command = Math.floor(frames / header.partitions);
    const refuse = (reason: string, ahead = 0): never => {
      throw new JournalError(reason, { partition, update: updates[partition] + ahead });
    };
    const frame = decodeFrame(bytes, offset) ?? refuse(offset === bytes.length ? 'cut short: the next frame is missing' : 'cut short');
    checkFrame(frame, { partition, command, first: updates[partition], step: halts.at(-1) ?? 0 }, count, refuse);
    offset = frame.end;
    if (frame.kind === FRAME.closing) {
      const closing = readClosing(frame.body, updates) ?? refuse('totals');
      if (offset < bytes.length) refuse('bytes after the closing frame');
      return { ...header, shape, halts, logs: bodies.map((parts, i) => ({ bytes: joined(parts), updates: updates[i] })), ...closing };
    }
    bodies[partition].push(frame.body);
    updates[partition] += frame.updates;
    if (partition === 0) halts.push(frame.step);
  }
}

/** @param refuse with the number of updates that are whole after those of the frames before */
function checkFrame(frame: Frame, expected: Pick<Frame, 'partition' | 'command' | 'first' | 'step'>, count: typeof countOrder, refuse: (reason: string, ahead?: number) => never): void {
  const entries = frame.kind === FRAME.command ? count(frame.body) : { updates: 0, ended: true };
  const { partition, command } = frame;
  const first = frame.kind === FRAME.closing ? 0 : expected.first;
  const begins = frame.kind === FRAME.command && partition === 0; // a command, which may end at any later step
  const placed = partition === expected.partition && command === expected.command && frame.first === first && (begins ? frame.step >= expected.step : frame.step === expected.step);
  if (!frame.whole) refuse('cut short', placed ? entries.updates : 0);
  if (!frame.sound) refuse('checksum');
  if (!placed) refuse('a frame is missing, doubled or swapped');
  if (frame.kind !== FRAME.command && frame.kind !== FRAME.closing) refuse('a frame of no known kind');
  if (!entries.ended || entries.updates !== frame.updates) refuse('entries that cannot be read', Math.min(entries.updates, frame.updates));
}

/** The whole updates of a body, and whether nothing but the end of the command comes after them. */
function countEntries(body: Uint8Array, shape: JournalShape): { updates: number; ended: boolean } {
  const cursor = createEntryCursor(body, shape);
  const next = () => {
    cursor.advance();
    return cursor.kind;
  };
  let kind = next();
  while (kind === 'update') kind = next();
  const updates = cursor.update;
  return { updates, ended: kind === 'end' && next() === 'over' };
}

function readHeader(bytes: Uint8Array): { header: JournalHeader; end: number } {
  const refuse = (reason: string): never => {
    throw new JournalError(reason, null);
  };
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) refuse('it is no journal');
  if (bytes.length < HEADER_BYTES) refuse('cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const format = view.getUint32(MAGIC.length, true);
  if (format !== FORMAT) refuse(`format ${format}, and this version reads format ${FORMAT}`);
  const end = HEADER_BYTES + view.getUint32(MAGIC.length + 4, true);
  if (end + 4 > bytes.length) refuse('cut short');
  if (view.getUint32(end, true) !== crc32c(bytes.subarray(0, end))) refuse('checksum');
  const json = bytes.subarray(HEADER_BYTES, end);
  return { header: toHeader(parse(json), json.length) ?? refuse('settings that cannot be read'), end: end + 4 };
}

/** Undefined if it is not JSON in UTF-8, or is nested too deeply. */
function parse(json: Uint8Array): unknown {
  try {
    return plainOptions(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
  } catch {
    return undefined;
  }
}

/** Most partitions of a run. */
const MOST_PARTITIONS = 1024;

/** @param bytes of the header: settings name every layer, and there are not more ticks than layers */
function toHeader(data: unknown, bytes: number): JournalHeader | undefined {
  if (!isRecord(data)) return undefined;
  const { entries, ticks, partitions, goal, settings, digest } = data;
  if (!isCount(ticks) || ticks > bytes || !isCount(partitions) || partitions === 0 || partitions > MOST_PARTITIONS || !isCount(goal) || typeof digest !== 'string') return undefined;
  if (entries !== undefined && !(entries === 'order' && ticks === 0 && partitions === 1)) return undefined;
  return { ...(entries === 'order' && { entries }), ticks, partitions, goal, settings, digest };
}

/** How the run ended; undefined unless its totals match the frames. */
function readClosing(body: Uint8Array, updates: readonly number[]): Omit<JournalClosing, 'updates'> | undefined {
  const data = parse(body);
  if (!isRecord(data) || typeof data.weightsSha256 !== 'string' || typeof data.stopped !== 'boolean') return undefined;
  const { stopped, weightsSha256 } = data;
  return JSON.stringify(data.updates) === JSON.stringify(updates) ? { stopped, weightsSha256 } : undefined;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
