import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { FORMAT } from '../../src/checkpoint/container.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Header = Record<string, Json>;

const PREFIX = 24;
const DIGEST = 32;
const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** A checkpoint taken apart. */
export function takeApart(file: Uint8Array): { readonly header: Header; readonly body: Buffer } {
  const bytes = Buffer.from(file);
  const length = bytes.readUInt32LE(12);
  return { header: JSON.parse(bytes.toString('utf8', PREFIX, PREFIX + length)) as Header, body: bytes.subarray(PREFIX + padded(length), bytes.length - DIGEST) };
}

/** A file of right lengths and checksum, whatever is in it. @param length of the header, as the file is to say it */
export function putTogether(header: string | Uint8Array, body: Uint8Array, length?: number): Uint8Array {
  const json = Buffer.from(header);
  const begin = PREFIX + padded(json.length);
  const file = Buffer.alloc(begin + body.length + DIGEST);
  file.write('GANGLION', 'latin1');
  file.writeUInt32LE(FORMAT, 8);
  file.writeUInt32LE(length ?? json.length, 12);
  file.writeBigUInt64LE(BigInt(file.length), 16);
  file.set(json, PREFIX);
  file.set(body, begin);
  const end = file.length - DIGEST;
  file.set(createHash('sha256').update(file.subarray(0, end)).digest(), end);
  return file;
}

/** The same checkpoint with another header. */
export function forge(file: Uint8Array, change: (header: Header) => void): Uint8Array {
  const { header, body } = takeApart(file);
  change(header);
  return putTogether(JSON.stringify(header), body);
}

/** The places in a JSON value, from the outermost. */
export function placesIn(value: Json, path: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [...(path.length === 0 ? [] : [path]), ...inner.flatMap(([key, entry]) => placesIn(entry, [...path, key]))];
}

/** Puts a value in a place, or takes what is there away where it is undefined. */
export function setIn(value: Json, [key, ...rest]: readonly string[], replacement: Json | undefined): void {
  const owner = value as Record<string, Json>;
  if (rest.length > 0) setIn(owner[key], rest, replacement);
  else if (replacement === undefined) Reflect.deleteProperty(owner, key);
  else owner[key] = replacement;
}

/** What somebody may put in the place of a number, a list, a word. */
export const anyJson: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constantFrom<Json | undefined>(undefined, null, true, '', '__proto__', 'constructor', [], {}, -1, 0, 1, 0.5, 3, 1e3, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, [[[[]]]], { __proto__: { length: 5 } }),
  fc.integer(),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);
