/** Most levels of lists and objects in one another, and most values in all: no header has more. */
const DEEPEST = 64;
const MOST_VALUES = 2 ** 24;

/**
 * Finds values that JSON does not preserve: functions, NaN, undefined, BigInt, symbols, holes in lists, instances of classes, circles, and
 * what is nested more than 64 levels deep.
 *
 * @param name of the value, for the words
 * @returns what is wrong with it, in words; undefined where nothing is
 */
export function jsonFault(name: string, value: unknown): string | undefined {
  let left = MOST_VALUES;

  function look(path: string, given: unknown, depth: number): string | undefined {
    left -= 1;
    if (left < 0) return `${name} holds more than ${MOST_VALUES} values`;
    if (given === null || typeof given === 'string' || typeof given === 'boolean') return undefined;
    if (typeof given === 'number') return Number.isFinite(given) ? undefined : `${path} is ${given}`;
    if (typeof given !== 'object') return `${path} is ${given === undefined ? 'undefined' : `a ${typeof given}`}`;
    if (depth === DEEPEST) return `${name} is nested more than ${DEEPEST} levels deep`;
    if (Array.isArray(given)) return lookList(path, given, depth + 1);
    return isPlain(given) ? lookObject(path, given, depth + 1) : `${path} is an object of a class`;
  }

  function lookList(path: string, list: readonly unknown[], depth: number): string | undefined {
    for (let i = 0; i < list.length; i += 1) {
      const fault = look(`${path}[${i}]`, list[i], depth); // a hole is undefined
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  function lookObject(path: string, object: object, depth: number): string | undefined {
    if (Object.getOwnPropertySymbols(object).length > 0) return `${path} has a symbol for a key`;
    for (const [key, entry] of Object.entries(object)) {
      const fault = look(`${path}.${key}`, entry, depth);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  return look(name, value, 0);
}

/** An object of no class, from this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null);
}
