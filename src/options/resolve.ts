import { checkKeys, checkObject, isRecord, wrongValue } from '../check.js';
import { InternalError, OptionRangeError } from '../errors.js';
import { changeOption } from './origin.js';
import type { AnyRow, At, Row } from './row.js';

/** The layers between given options and defaults for the option at a path; the first layer that has it wins. */
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
  refuseFormerNames(rows, layer, path);
  checkKeys(path, layer, [...new Set(rows.map((row) => sectionOf(row.path)))]);
  for (const row of rows) expandShortForm(row, layer, origins);
  for (const section of new Set(rows.filter((row) => !isSingle(row)).map((row) => sectionOf(row.path)))) {
    if (layer[section] === undefined) continue;
    const short = shorthandOf(rows, section);
    if (short !== undefined && typeof layer[section] === 'string') {
      origins.set(short.path, section);
      layer[section] = { [keyOf(short.path)]: layer[section] };
    }
    checkKeys(section, checkObject(section, layer[section]), rows.filter((row) => !isSingle(row) && sectionOf(row.path) === section).map((row) => keyOf(row.path)));
  }
  return { layer, origins };
}

/** @throws RangeError naming a former path and the present one. @param path of the record that the options are in */
function refuseFormerNames(rows: readonly AnyRow[], layer: Layer, path: string): void {
  const whole = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const [key, value] of Object.entries(layer)) {
    for (const name of [key, ...(isRecord(value) ? Object.keys(value).map((inner) => `${key}.${inner}`) : [])]) {
      const row = rows.find(({ formerly }) => formerly?.includes(name) === true);
      if (row !== undefined) throw formerName(whole(name), whole(row.path));
    }
    const inside = rows.some((row) => sectionOf(row.path) === key) ? undefined : rows.find(({ formerly }) => formerly?.some((name) => name.startsWith(`${key}.`)) === true);
    if (inside !== undefined) throw formerName(whole(key), whole(sectionOf(inside.path)));
  }
}

/** The error for an option, flag or scenario under its former name. */
export function formerName(former: string, now: string): OptionRangeError {
  return new OptionRangeError(former, `"${former}" is now "${now}"`);
}

const warned = new Set<string>();

/** Replaces a short form by the options that it abbreviates, and warns once in a process. @throws RangeError where these are given otherwise */
function expandShortForm({ path, shortFor }: AnyRow, layer: Record<string, unknown>, origins: Map<string, string>): void {
  const value = layer[path];
  const meant = typeof value === 'string' ? shortFor?.[value] : undefined;
  if (meant === undefined) return;
  layer[path] = undefined;
  for (const [other, expected] of Object.entries(meant)) {
    const given = layer[other] ?? expected;
    if (given !== expected) throw wrongValue(other, `${JSON.stringify(expected)} beside "${path}": ${JSON.stringify(value)}`, given);
    layer[other] = expected;
    origins.set(other, path);
    const warning = `"${path}": ${JSON.stringify(value)} is short for "${other}": ${JSON.stringify(expected)} with the default ${path}`;
    if (!warned.has(warning)) process.stderr.write(`warning: ${warning}\n`);
    warned.add(warning);
  }
}

/**
 * Every row's value: as given, or else as shipped, or else its default; all are checked. A row may read any other, which is resolved first;
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
