import { isRecord } from '../check.js';
import { CheckpointError } from '../errors.js';

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** No plain data that is packed is nested deeper. */
const DEEPEST = 12;

/** Plain data with its typed arrays taken out, each replaced by `{ float32: length }`, `{ float64: length }` or `{ int32: length }`. */
export interface Packed {
  readonly plain: unknown;
  /** The arrays' bytes, in the order in which they were. */
  readonly bytes: Uint8Array;
}

const nameOf = (value: unknown) => (Object.keys(ARRAYS) as ArrayName[]).find((name) => value instanceof ARRAYS[name]); // keys of the object above

/** Packs plain data, with Float32Array, Float64Array and Int32Array at any place. */
export function pack(value: unknown): Packed {
  const parts: Uint8Array[] = [];
  function walk(each: unknown): unknown {
    const name = nameOf(each);
    if (name !== undefined) {
      const array = each as InstanceType<(typeof ARRAYS)[ArrayName]>;
      parts.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      return { [name]: array.length };
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
  function take(name: ArrayName, length: unknown): InstanceType<(typeof ARRAYS)[ArrayName]> {
    const size = ARRAYS[name].BYTES_PER_ELEMENT * Number(length);
    if (!Number.isSafeInteger(length) || size < 0 || at + size > bytes.length) throw misfit();
    const array = new ARRAYS[name](Number(length)); // aligned, whatever the place of its bytes
    new Uint8Array(array.buffer).set(bytes.subarray(at, (at += size)));
    return array;
  }
  function walk(each: unknown, depth: number): unknown {
    if (depth > DEEPEST) throw misfit();
    if (Array.isArray(each)) return each.map((inner: unknown) => walk(inner, depth + 1));
    if (!isRecord(each)) return each;
    const entries = Object.entries(each);
    const [[key, length] = ['', 0]] = entries;
    if (entries.length === 1 && key in ARRAYS) return take(key as ArrayName, length);
    return Object.fromEntries(entries.map(([name, inner]) => [name, walk(inner, depth + 1)]));
  }
  const value = walk(plain, 0);
  if (at !== bytes.length) throw misfit();
  return value;
}

const misfit = () => new CheckpointError('format', 'its virtual world does not fit its numbers');
