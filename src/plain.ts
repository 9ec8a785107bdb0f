import { checkKeys, wrongKind, wrongValue } from './check.js';

/** Levels of lists and objects in one another. */
const DEEPEST = 64;

const PLAIN = 'plain data (numbers, strings, booleans, null, lists and objects of these)';

/**
 * A copy of what a user gave as options, plain data through and through: later code need not guard against getters that throw,
 * circles, holes in lists, BigInts or instances of classes. Shared parts are copied once.
 *
 * @throws TypeError or RangeError naming the path of whatever is no plain data
 */
export function plainOptions(given: unknown): Record<string, unknown> {
  return copyRoot(given, { copies: new Map(), depth: 0 }, copy);
}

/**
 * The options of a command, which may contain a signal or a function besides plain data.
 *
 * @param live keys whose values are taken as they are
 * @throws TypeError or RangeError as `plainOptions`, and for a key that is not known
 */
export function commandOptions(given: unknown, known: readonly string[], live: readonly string[] = []): Record<string, unknown> {
  const options = copyRoot(given, { copies: new Map(), depth: 0 }, (key, value, state) => (known.includes(key) && !live.includes(key) ? copy(key, value, state) : value));
  checkKeys('', options, known);
  return options;
}

function copyRoot(given: unknown, state: State, entry: typeof copy): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || isList(given)) throw wrongKind('options', 'an object', given);
  state.copies.set(given, undefined);
  return copyObject('', given, { ...state, depth: 1 }, entry);
}

/** The copy of an object; undefined while it is being made. */
type Copy = unknown[] | Record<string, unknown> | undefined;

interface State {
  readonly copies: Map<object, Copy>;
  readonly depth: number;
}

function copy(path: string, value: unknown, state: State): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : copyOnce(path, value, state);
    case 'function':
    case 'bigint':
    case 'symbol':
      throw wrongKind(path, PLAIN, value);
    default:
      return value;
  }
}

function copyOnce(path: string, value: object, { copies, depth }: State): unknown {
  if (copies.has(value)) {
    const before = copies.get(value);
    if (before === undefined) throw wrongValue(path, 'no circle', value);
    return before;
  }
  if (depth === DEEPEST) throw wrongValue(path, `at most ${DEEPEST} levels of lists and objects`, value);
  copies.set(value, undefined);
  const inner = { copies, depth: depth + 1 };
  const made = isList(value) ? copyList(path, value, inner) : copyObject(path, value, inner);
  copies.set(value, made);
  return made;
}

function copyList(path: string, list: readonly unknown[], state: State): unknown[] {
  const copied: unknown[] = [];
  const length = Number(get(path, list, 'length'));
  for (let i = 0; i < length; i += 1) {
    const at = `${path}[${i}]`;
    if (!guarded(at, list, () => Object.hasOwn(list, i))) throw wrongValue(path, 'a list without holes', list, `; it has no entry ${i}`);
    copied.push(copy(at, get(at, list, i), state));
  }
  return copied;
}

function copyObject(path: string, value: object, state: State, entry: typeof copy = copy): Record<string, unknown> {
  if (!isPlain(path, value)) throw wrongKind(nameOf(path), PLAIN, value);
  return Object.fromEntries(keysOf(path, value).map((key) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [key, entry(at, get(at, value, key), state)];
  }));
}

const nameOf = (path: string) => (path === '' ? 'options' : path);

/** An object of no class, from this realm or another. */
function isPlain(path: string, value: object): boolean {
  return guarded(path, value, () => {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
  });
}

function isList(value: object): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false; // a proxy that was revoked
  }
}

function keysOf(path: string, value: object): string[] {
  return guarded(path, value, () => Object.keys(value));
}

function get(path: string, owner: object, key: string | number): unknown {
  return guarded(path, owner, (): unknown => Reflect.get(owner, key));
}

/** Whatever a getter or a proxy throws is the fault of the option. */
function guarded<Result>(path: string, value: object, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw wrongValue(nameOf(path), 'a value that can be read', value, ` (${error instanceof Error ? error.message : 'it throws'})`);
  }
}
