import { checkBoolean, checkInteger, checkKeys, checkName, checkNumber, checkObject, isRecord, type NumberRange } from '../check.js';
import { plainOptions } from '../plain.js';

/** One layer of options in its full form: what a user gave, or what a task ships with. */
export type Layer = Readonly<Record<string, unknown>>;

/** Every option there is: the sections with their keys, and the options outside of them. */
export interface Grammar {
  readonly sections: Readonly<Record<string, readonly string[]>>;
  readonly single: readonly string[];
}

/**
 * Takes options as one layer, with every key known.
 *
 * @throws TypeError or RangeError naming what is no plain data, the section that is no object, or the option nobody reads
 */
export function checkLayer(options: unknown, { sections, single }: Grammar): Layer {
  const layer = plainOptions(options);
  checkKeys('', layer, [...Object.keys(sections), ...single]);
  for (const [section, keys] of Object.entries(sections)) {
    if (layer[section] !== undefined) checkKeys(section, checkObject(section, layer[section]), keys);
  }
  return layer;
}

/** Looks options up by their dotted paths. What is found is checked, and so is a default: both come out in range. */
export interface OptionReader {
  /** The option as given, null included, or else the fallback. */
  value(path: string, fallback: unknown): unknown;
  number(path: string, fallback: number, range: NumberRange): number;
  integer(path: string, fallback: number, range: NumberRange): number;
  boolean(path: string, fallback: boolean): boolean;
  name<Name extends string>(path: string, fallback: Name, names: readonly Name[]): Name;
}

/** @param layers the first that has an option wins */
export function createReader(layers: readonly Layer[]): OptionReader {
  const value = (path: string, fallback: unknown) => {
    const found = find(layers, path);
    return found === undefined ? fallback : found;
  };
  return {
    value,
    number: (path, fallback, range) => checkNumber(path, value(path, fallback), range),
    integer: (path, fallback, range) => checkInteger(path, value(path, fallback), range),
    boolean: (path, fallback) => checkBoolean(path, value(path, fallback)),
    name: (path, fallback, names) => checkName(path, value(path, fallback), names),
  };
}

function find(layers: readonly Layer[], path: string): unknown {
  const [section, ...keys] = path.split('.');
  const key = keys.at(0);
  for (const layer of layers) {
    const found = layer[section];
    const value = key === undefined || !isRecord(found) ? found : found[key];
    if (value !== undefined) return value;
  }
  return undefined;
}
