import { checkObject, readJson } from '../src/entries/internals.js';

/** The object in a file of JSON. @throws TypeError or RangeError naming the option whose file it is, where there is none */
export function readJsonObject(option: string, file: string): Record<string, unknown> {
  return { ...checkObject(option, readJson(option, file)) };
}
