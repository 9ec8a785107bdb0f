import { describeValue } from '../describe.js';
import { TaskFault } from './blame.js';

/**
 * How a state that is plain data lies in a list of numbers, so that it can be kept, copied and compared: its numbers and booleans in the
 * order of its lists and keys. The structure is that of the first state; every later one has to have the same.
 */
export interface Structure {
  /** Numbers in a state. */
  readonly size: number;
  /** Writes: `numbers`, [size]. @throws TaskFault where the state is not of this structure */
  flatten(state: unknown, numbers: Float64Array): void;
  /** A state of its own. */
  restore(numbers: ArrayLike<number>): unknown;
}

/** The kind of one entry of a state. */
type Shape = 'number' | 'boolean' | { readonly list: readonly Shape[]; readonly typed?: TypedArrayConstructor } | { readonly keys: readonly (readonly [string, Shape])[] };

type TypedArrayConstructor = new (length: number) => Float64Array | Float32Array | Int32Array | Uint8Array;

const TYPED: readonly TypedArrayConstructor[] = [Float64Array, Float32Array, Int32Array, Uint8Array];

/** @throws TaskFault where a state is more than finite numbers, booleans, lists, typed arrays and objects of these */
export function structureOf(state: unknown): Structure {
  const shape = shapeOf(state, 'state');
  return {
    size: sizeOf(shape),
    flatten(given, numbers) {
      write(shape, given, 'state', numbers, 0);
    },
    restore: (numbers) => read(shape, numbers, { at: 0 }),
  };
}

function shapeOf(value: unknown, path: string): Shape {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  const typed = TYPED.find((constructor) => value instanceof constructor);
  if (typed !== undefined || Array.isArray(value)) {
    return { list: Array.from(value as ArrayLike<unknown>, (each, i) => shapeOf(each, `${path}[${i}]`)), ...(typed && { typed }) };
  }
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    return { keys: Object.entries(value).map(([key, each]) => [key, shapeOf(each, `${path}.${key}`)] as const) };
  }
  throw new TaskFault(`expected a ${path} of numbers, booleans, lists and objects of these, got ${describeValue(value)}`);
}

function sizeOf(shape: Shape): number {
  if (typeof shape === 'string') return 1;
  const parts = 'list' in shape ? shape.list : shape.keys.map(([, each]) => each);
  return parts.reduce((sum, each) => sum + sizeOf(each), 0);
}

/** @returns the next index */
function write(shape: Shape, value: unknown, path: string, numbers: Float64Array, at: number): number {
  if (shape === 'number' || shape === 'boolean') {
    if (typeof value !== shape || !Number.isFinite(Number(value))) throw new TaskFault(`expected ${path} to be a ${shape === 'number' ? 'finite number' : shape}, got ${describeValue(value)}`);
    numbers[at] = Number(value);
    return at + 1;
  }
  if (typeof value !== 'object' || value === null) throw new TaskFault(`expected ${path} to be as at the first reset, got ${describeValue(value)}`);
  let next = at;
  if ('list' in shape) {
    const list = value as ArrayLike<unknown>;
    if (list.length !== shape.list.length) throw new TaskFault(`expected ${path} to have ${shape.list.length} entries, got ${String(list.length)}`);
    for (let i = 0; i < shape.list.length; i += 1) next = write(shape.list[i], list[i], `${path}[${i}]`, numbers, next);
    return next;
  }
  const record = value as Record<string, unknown>;
  const extra = Object.keys(record).find((key) => !shape.keys.some(([known]) => known === key));
  if (extra !== undefined) throw new TaskFault(`expected ${path} to have the same keys as at the first reset, got also ${describeValue(extra)}`);
  for (const [key, each] of shape.keys) next = write(each, record[key], `${path}.${key}`, numbers, next);
  return next;
}

function read(shape: Shape, numbers: ArrayLike<number>, cursor: { at: number }): unknown {
  if (shape === 'number') return numbers[cursor.at++];
  if (shape === 'boolean') return numbers[cursor.at++] !== 0;
  if (!('list' in shape)) return Object.fromEntries(shape.keys.map(([key, each]) => [key, read(each, numbers, cursor)]));
  if (shape.typed === undefined) return shape.list.map((each) => read(each, numbers, cursor));
  const typed = new shape.typed(shape.list.length);
  for (let i = 0; i < typed.length; i += 1) typed[i] = numbers[cursor.at++];
  return typed;
}
