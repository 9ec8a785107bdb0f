import { isRecord } from '../../src/check.js';
import type { Draw } from './draw.js';
import { anyValue, nearText, NUMBERS, TEXTS } from './values.js';

/** Data and what was done to it. */
export interface Altered<Data> {
  readonly data: Data;
  readonly words: readonly string[];
}

export type Path = readonly (string | number)[];

/** The path of a value, for people. */
export const describePath = (path: Path) => (path.length === 0 ? 'everything' : path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join(''));

/** What was put somewhere, short enough to be read. */
export function describe(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}… (${text.length} characters)` : text;
}

/** Alters plain data in one to three places. */
export function alterData(draw: Draw, data: unknown, places = draw.weighted([[6, 1], [2, 2], [1, 3]])): Altered<unknown> {
  let altered = data;
  const words: string[] = [];
  for (let i = 0; i < places; i += 1) {
    const path = draw.pick(pathsOf(altered));
    const [next, done] = alterAt(draw, altered, path);
    altered = next;
    words.push(done);
  }
  return { data: altered, words };
}

/** Deepest place that is altered: data may be circular, and deeper data is not read. */
const DEEPEST = 6;

/** Longest list that is altered inside: copies of longer ones take their time. */
const LONGEST_LIST = 30_000;

/** Every place in the data, of long lists only the first. */
export function pathsOf(data: unknown, path: Path = []): Path[] {
  if (path.length === DEEPEST) return [path];
  const entries: [string | number, unknown][] = Array.isArray(data) ? data.slice(0, data.length > LONGEST_LIST ? 0 : 5).map((item: unknown, i) => [i, item]) : isRecord(data) ? Object.entries(data).slice(0, 40) : [];
  return [path, ...entries.flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

function alterAt(draw: Draw, data: unknown, path: Path): [unknown, string] {
  const where = describePath(path);
  const old = path.reduce<unknown>((value, key) => (Array.isArray(value) ? value[Number(key)] as unknown : isRecord(value) ? value[key] : undefined), data);
  const at = (value: unknown, words: string): [unknown, string] => [replaceAt(data, path, () => value), `${where} ${words}`];
  const choice = draw.weighted([[8, 'value'], [3, 'near'], [path.length > 0 ? 2 : 0, 'remove'], [path.length > 0 ? 2 : 0, 'rename'], [isRecord(old) ? 4 : 0, 'add'], [Array.isArray(old) ? 4 : 0, 'list'], [1, 'wrap'], [0.5, 'deep']] as const);
  switch (choice) {
    case 'value': {
      const value = anyValue(draw);
      return at(value, `is ${describe(value)}`);
    }
    case 'near': {
      const value = nearValue(draw, old);
      return at(value, `is ${describe(value)}`);
    }
    case 'remove': return [replaceAt(data, path, undefined), `${where} is left out`];
    case 'rename': {
      const name = draw.chance(0.7) ? nearText(draw, String(path[path.length - 1])) : draw.pick(TEXTS);
      return [renameAt(data, path, name), `${where} is called ${describe(name)}`];
    }
    case 'add': {
      const [name, value] = [draw.pick(TEXTS), anyValue(draw, 2)];
      return at(Object.fromEntries([...Object.entries(isRecord(old) ? old : {}), [name, value]]), `gets ${describe(name)}: ${describe(value)}`);
    }
    case 'list': {
      const value = otherList(draw, Array.isArray(old) ? old : []);
      return at(value, `has ${value.length} entries: ${describe(value)}`);
    }
    case 'wrap': return at(draw.chance(0.5) ? [old] : { value: old }, 'is wrapped');
    case 'deep': {
      const depth = draw.pick([10, 200]);
      let value = old;
      for (let i = 0; i < depth; i += 1) value = draw.chance(0.5) ? [value] : { a: value };
      return at(value, `is ${depth} levels deeper`);
    }
  }
}

/** A value of the same kind that is a little off. */
function nearValue(draw: Draw, old: unknown): unknown {
  if (typeof old === 'number') return draw.pick([old + 1, old - 1, -old, old / 2, old * 1000, old + 0.5, String(old), [old], old === 0 ? 1 : 1 / old, ...NUMBERS.slice(0, 8)]);
  if (typeof old === 'string') return nearText(draw, old);
  if (typeof old === 'boolean') return draw.pick([!old, Number(old), String(old)]);
  return draw.pick([null, [], {}, '', 0]);
}

/** The list in another order, with an entry twice, without one, or very often. */
function otherList(draw: Draw, list: readonly unknown[]): unknown[] {
  const at = draw.below(Math.max(1, list.length));
  switch (draw.pick(['reverse', 'double', 'drop', 'repeat', 'append', 'empty'] as const)) {
    case 'reverse': return list.toReversed();
    case 'double': return list.toSpliced(at, 0, list[at] ?? null);
    case 'drop': return list.toSpliced(at, 1);
    case 'repeat': return Array.from({ length: draw.pick([10, 1000, 20_000]) }, (_, i) => (list.length === 0 ? null : list[i % list.length]));
    case 'append': return [...list, anyValue(draw, 2)];
    case 'empty': return [];
  }
}

/** @param change what the value becomes; undefined: it is taken away */
export function replaceAt(data: unknown, path: Path, change: ((old: unknown) => unknown) | undefined): unknown {
  if (path.length === 0) return change?.(data);
  const [key, ...rest] = path;
  const deeper = (value: unknown) => replaceAt(value, rest, change);
  const gone = rest.length === 0 && change === undefined;
  if (Array.isArray(data)) return gone ? data.toSpliced(Number(key), 1) : data.toSpliced(Number(key), 1, deeper(data[Number(key)]));
  if (!isRecord(data)) return data;
  return Object.fromEntries(Object.entries(data).flatMap(([name, value]) => (name !== key ? [[name, value]] : gone ? [] : [[name, deeper(value)]])));
}

function renameAt(data: unknown, path: Path, name: string): unknown {
  const last = path[path.length - 1];
  return replaceAt(data, path.slice(0, -1), (parent) => (isRecord(parent) ? Object.fromEntries(Object.entries(parent).map(([key, value]) => [key === last ? name : key, value])) : parent));
}
