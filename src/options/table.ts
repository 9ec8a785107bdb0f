import { checkObject } from '../check.js';
import { plainOptions } from '../plain.js';
import { kind, type Kind } from './kind.js';
import { renameOption, typedName } from './origin.js';
import { readLayer, resolveRows, type Ships } from './resolve.js';
import type { AnyRow, OptionsOf, SettingsOf } from './row.js';
import { objectSchema } from './schema.js';

/** All options of something, and how they become its complete settings. */
export interface OptionTable<Settings = object> {
  readonly rows: readonly AnyRow[];
  /**
   * Checks what was given, fills in defaults and returns the complete settings, in the order of the rows.
   *
   * @param verify what concerns several options together
   * @throws TypeError or RangeError naming the option, what was expected and what came
   */
  resolve(given?: unknown, verify?: (settings: Settings) => void): Settings;
}

/** @param ships what tasks and rules ship with; nothing unless given */
export function createTable<const Rows extends readonly AnyRow[]>(rows: Rows, ships: Ships = () => []): OptionTable<SettingsOf<Rows[number]>> {
  return {
    rows,
    resolve(given = {}, verify) {
      const { layer, origins } = readLayer(rows, plainOptions(given));
      try {
        const settings = resolveRows(rows, layer, ships, '') as SettingsOf<Rows[number]>; // the types of the rows' values
        verify?.(settings);
        return settings;
      } catch (error) {
        throw renameOption(error, (path) => typedName(path, origins));
      }
    },
  };
}

/** An object with options of its own, such as one layer of a graph. */
export function record<const Rows extends readonly AnyRow[]>(rows: Rows): Kind<SettingsOf<Rows[number]>, OptionsOf<Rows[number]>> {
  return kind({
    check(option, value) {
      const { layer } = readLayer(rows, checkObject(option, value), option);
      return resolveRows(rows, layer, () => [], option) as SettingsOf<Rows[number]>; // as above
    },
    argument: 'object',
    schema: objectSchema(rows),
  });
}
