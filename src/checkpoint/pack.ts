import { isRecord } from '../check.js';
import { CheckpointError } from '../errors.js';

const ARRAYS = { float32: Float32Array, int32: Int32Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** No plain data that is packed is nested deeper. */
const DEEPEST = 12;

/** Plain data with its typed arrays taken out, each replaced by `{ float32: length }` or `{ int32: length }`. */
export interface Packed {
  readonly plain: unknown;
  /** The arrays' bytes, in the order in which they were. */
  readonly bytes: Uint8Array;
}

/** Packs plain data, with Float32Array and Int32Array at any place. */
export function pack(value: unknown): Packed {
  const parts: Uint8Array[] = [];
  function walk(each: unknown): unknown {
    if (each instanceof Float32Array || each instanceof Int32Array) {
      parts.push(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
      return { [each instanceof Float32Array ? 'float32' : 'int32']: each.length };
    }
    if (Array.isArray(each)) return each.map(walk);
    return isRecord(each) ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, walk(inner)])) : each;
  }
  const plain = walk(value);
  return { plain, bytes: Buffer.concat(parts) };
}

/** Gives the data back. @throws CheckpointError where the arrays do not take up the bytes exactly */
export function unpack({ plain, bytes }: Packed): unknown {
  let at = 0;
  function take(name: ArrayName, length: unknown): Float32Array | Int32Array {
    const size = 4 * Number(length);
    if (!Number.isSafeInteger(length) || size < 0 || at + size > bytes.length) throw misfit();
    const own = bytes.slice(at, (at += size));
    return new ARRAYS[name](own.buffer, own.byteOffset, own.byteLength / 4);
  }
  function walk(each: unknown, depth: number): unknown {
    if (depth > DEEPEST) throw misfit();
    if (Array.isArray(each)) return each.map((inner: unknown) => walk(inner, depth + 1));
    if (!isRecord(each)) return each;
    const entries = Object.entries(each);
    const [[key, length] = ['', 0]] = entries;
    if (entries.length === 1 && (key === 'float32' || key === 'int32')) return take(key, length);
    return Object.fromEntries(entries.map(([name, inner]) => [name, walk(inner, depth + 1)]));
  }
  const value = walk(plain, 0);
  if (at !== bytes.length) throw misfit();
  return value;
}

const misfit = () => new CheckpointError('format', 'its virtual world does not fit its numbers');
