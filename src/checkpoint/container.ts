import { createHash } from 'node:crypto';

import { isCount, isRecord } from '../check.js';
import { CheckpointError } from '../errors.js';
import { jsonFault } from './plain-data.js';

const MAGIC = Buffer.from('GANGLION', 'latin1');

/** Number of the file format, the only one that is written and read. */
export const FORMAT = 4;

/** Magic, format, length of the header, length of the file. */
const PREFIX_BYTES = 24;
const DIGEST_BYTES = 32;

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** A JSON header and byte strings after it, each of which starts on 8 bytes. */
export interface Container {
  readonly header: Readonly<Record<string, unknown>>;
  readonly parts: readonly Uint8Array[];
}

/**
 * Puts header and parts into one file that contains its length and ends in the SHA-256 of all before: `docs/checkpoint.md` has the
 * bytes. The header gets the lengths of the parts as `lengths`.
 */
export function encodeContainer({ header, parts }: Container): Uint8Array {
  const json = Buffer.from(JSON.stringify({ ...header, lengths: parts.map(({ length }) => length) }));
  const body = PREFIX_BYTES + padded(json.length);
  const length = parts.reduce((sum, part) => sum + padded(part.length), body) + DIGEST_BYTES;
  const file = Buffer.alloc(length);
  file.set(MAGIC, 0);
  file.writeUInt32LE(FORMAT, 8);
  file.writeUInt32LE(json.length, 12);
  file.writeBigUInt64LE(BigInt(length), 16);
  file.set(json, PREFIX_BYTES);
  let at = body;
  for (const part of parts) {
    file.set(part, at);
    at += padded(part.length);
  }
  file.set(createHash('sha256').update(file.subarray(0, at)).digest(), at);
  return file;
}

/**
 * Takes a file apart. The parts are views of it.
 *
 * @throws CheckpointError for a file of another format, one that was cut short, and one of which any byte was changed
 */
export function decodeContainer(bytes: Uint8Array): Container {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkPrefix(file);
  const end = file.length - DIGEST_BYTES;
  if (!createHash('sha256').update(file.subarray(0, end)).digest().equals(file.subarray(end))) {
    throw new CheckpointError('checksum', 'its bytes do not give the SHA-256 at its end: it has been altered');
  }
  const headerEnd = PREFIX_BYTES + file.readUInt32LE(12);
  const body = PREFIX_BYTES + padded(headerEnd - PREFIX_BYTES);
  if (body > end) throw new CheckpointError('format', `its header would end at byte ${headerEnd}, after the ${end} bytes there are`);
  const header = parseHeader(file.subarray(PREFIX_BYTES, headerEnd));
  return { header, parts: takeApart(file.subarray(body, end), header.lengths) };
}

/** @throws CheckpointError where the bytes are no JSON object in UTF-8, or are nested too deep */
function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const refuse = (fault: string) => new CheckpointError('format', `its header is no JSON object: ${fault}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw refuse(error instanceof SyntaxError ? error.message : 'its bytes are no UTF-8');
  }
  const fault = isRecord(header) ? jsonFault('it', header) : 'it is something else';
  if (!isRecord(header) || fault !== undefined) throw refuse(String(fault));
  return header;
}

/** Views of the parts, which fill the bytes to the last. @throws CheckpointError where they do not */
function takeApart(bytes: Uint8Array, lengths: unknown): Uint8Array[] {
  if (!isLengths(lengths)) throw new CheckpointError('format', 'its header has no list of the lengths of its parts');
  const total = lengths.reduce((sum, length) => sum + padded(length), 0);
  if (total !== bytes.length) throw new CheckpointError('format', `its parts have ${bytes.length} bytes instead of the declared ${total}`);
  let at = 0;
  return lengths.map((length) => {
    const part = bytes.subarray(at, at + length);
    at += padded(length);
    return part;
  });
}

function isLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((length: unknown) => isCount(length));
}

function checkPrefix(file: Buffer): void {
  const least = PREFIX_BYTES + DIGEST_BYTES;
  if (!file.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, file.length)) || file.length === 0) {
    throw new CheckpointError('format', 'it does not begin as a checkpoint does');
  }
  if (file.length < least) throw new CheckpointError('length', `it is too short: ${file.length} bytes, of ${least} at least`);
  const format = file.readUInt32LE(8);
  if (format !== FORMAT) throw new CheckpointError('format', `it is of format ${format}; this version reads format ${FORMAT}`);
  const length = file.readBigUInt64LE(16);
  if (length === BigInt(file.length)) return;
  const fault = length > file.length ? 'too short' : 'too long';
  throw new CheckpointError('length', `it is ${fault}: ${file.length} bytes, of ${length}`);
}
