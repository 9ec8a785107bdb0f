import { checkKeys, checkObject, isRecord, wrongValue } from '../check.js';
import { InternalError } from '../errors.js';
import { changeOption } from './origin.js';
import type { AnyRow, At, Row } from './row.js';

/** What stands between given options and defaults for the option at a path; the first layer that has it wins. */
export type Ships = (at: At, path: string) => readonly Layer[];

/** Options as they are nested in a config.json: what a user gave, or what a task ships with. */
export type Layer = Readonly<Record<string, unknown>>;

export const sectionOf = (path: string) => path.split('.')[0];
export const keyOf = (path: string) => path.slice(path.indexOf('.') + 1);
const isSingle = ({ path }: AnyRow) => !path.includes('.');

/** The row of which a section may be given as the value alone. */
const shorthandOf = (rows: readonly AnyRow[], section: string) => rows.find(({ path, shorthand }) => shorthand === true && sectionOf(path) === section);

/**
 * Takes options as one layer, with every key known and no section in short.
 *
 * @param path of the record that they are in; empty for the settings themselves
 * @returns and what was typed for an option that was given in short
 * @throws TypeError or RangeError naming the section that is no object, or the option that does not exist
 */
export function readLayer(rows: readonly AnyRow[], given: Layer, path = ''): { layer: Layer; origins: Map<string, string> } {
  const origins = new Map<string, string>();
  const layer: Record<string, unknown> = { ...given };
  checkNames(rows, path, layer, [...new Set(rows.map((row) => sectionOf(row.path)))]);
  for (const section of new Set(rows.filter((row) => !isSingle(row)).map((row) => sectionOf(row.path)))) {
    if (layer[section] === undefined) continue;
    const short = shorthandOf(rows, section);
    if (short !== undefined && typeof layer[section] === 'string') {
      origins.set(short.path, section);
      layer[section] = { [keyOf(short.path)]: layer[section] };
    }
    checkNames(rows, section, checkObject(section, layer[section]), rows.filter((row) => !isSingle(row) && sectionOf(row.path) === section).map((row) => keyOf(row.path)));
  }
  return { layer, origins };
}

/** Refuses what no row reads; a former name is refused with the present one. */
function checkNames(rows: readonly AnyRow[], section: string, value: Layer, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    const path = section === '' ? key : `${section}.${key}`;
    const now = rows.find(({ formerly }) => formerly?.includes(path) === true);
    if (now !== undefined) throw wrongValue(path, `"${now.path}", as it is called now`, key);
  }
  checkKeys(section, value, known);
}

/**
 * Every row's value: as given, or else as shipped, or else its default; all are checked. A row may ask for any other, which is resolved first;
 * one that is not among these rows has its default.
 *
 * @param path of the record that the rows are part of; empty for the settings themselves
 */
export function resolveRows(rows: readonly AnyRow[], given: Layer, ships: Ships, path: string): Record<string, unknown> {
  const values = new Map<string, unknown>();
  const open = new Set<string>();
  const at: At = <Value>(wanted: Pick<Row<string, Value, unknown>, 'path' | 'kind' | 'fallback'>) => {
    const row = rows.find((each) => each.path === wanted.path);
    return row === undefined ? wanted.kind.check(wanted.path, wanted.fallback(at)) : (valueOf(row) as Value); // what its kind gives, whose type it has
  };
  const valueOf = (row: AnyRow): unknown => {
    if (values.has(row.path)) return values.get(row.path);
    if (open.has(row.path)) throw new InternalError(`the option ${row.path} depends on itself`);
    open.add(row.path);
    const value = resolveRow(row);
    values.set(row.path, value);
    return value;
  };
  const resolveRow = (row: AnyRow): unknown => {
    const found = find(row, given);
    if (row.when?.holds(at) === false) {
      if (found !== undefined) throw wrongValue(row.path, ...row.when.otherwise(at));
      return undefined;
    }
    const value = [() => found, () => shipped(row), () => row.fallback(at)].reduce<unknown>((known, next) => (known === undefined ? next() : known), undefined);
    if (value === undefined && row.optional === true) return undefined;
    const name = path === '' ? row.path : `${path}.${row.path}`;
    const kind = row.narrow?.(at) ?? row.kind;
    try {
      return kind.check(name, value);
    } catch (error) {
      throw found === undefined ? changeOption(error, (option, message) => (option === name ? [option, `${message} (its default)`] : undefined)) : error;
    }
  };
  const shipped = (row: AnyRow): unknown => {
    if (row.unshipped?.(at) === true) return undefined;
    return ships(at, row.path).map((layer) => find(row, layer)).find((value) => value !== undefined);
  };
  const settings: Record<string, unknown> = {};
  for (const row of rows) {
    const value = valueOf(row);
    if (value !== undefined) put(settings, row.path, value);
  }
  return settings;
}

/** What a layer has for a row; undefined where it has nothing. */
function find({ path }: AnyRow, layer: Layer): unknown {
  const section = layer[sectionOf(path)];
  return isRecord(section) && path.includes('.') ? section[keyOf(path)] : section;
}

/** Sets a value at its path. */
export function put(settings: Record<string, unknown>, path: string, value: unknown): void {
  if (!path.includes('.')) {
    settings[path] = value;
    return;
  }
  const section = settings[sectionOf(path)];
  settings[sectionOf(path)] = { ...(isRecord(section) ? section : {}), [keyOf(path)]: value };
}
