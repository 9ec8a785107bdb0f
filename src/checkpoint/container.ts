import { createHash } from 'node:crypto';

import { isRecord } from '../check.js';
import { CheckpointError } from '../errors.js';

const MAGIC = Buffer.from('GANGLION', 'latin1');

/** Number of the file format that is written, and the only one that is read. */
export const FORMAT = 2;

/** Magic, format, length of the header, length of the file. */
const PREFIX_BYTES = 24;
const DIGEST_BYTES = 32;

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** A JSON header and byte strings behind it, each of which starts on 8 bytes. */
export interface Container {
  readonly header: Readonly<Record<string, unknown>>;
  readonly parts: readonly Uint8Array[];
}

/**
 * Puts header and parts into one file that tells its length and ends in the SHA-256 of all before: `docs/checkpoint.md` has the
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
  const header: unknown = JSON.parse(file.toString('utf8', PREFIX_BYTES, headerEnd));
  if (!isRecord(header) || !Array.isArray(header.lengths)) throw new CheckpointError('format', 'its header is no record with the lengths of its parts');
  let at = PREFIX_BYTES + padded(headerEnd - PREFIX_BYTES);
  const parts = header.lengths.map((length: unknown) => {
    const part = file.subarray(at, at + Number(length));
    at += padded(part.length);
    return part;
  });
  return { header, parts };
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
