import { readFileSync } from 'node:fs';

import { checkObject, wrongKind, wrongValue } from '../src/index.js';

/** The object in a file of JSON. @throws TypeError or RangeError naming the option whose file it is, where there is none */
export function readJson(option: string, file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrongValue(option, 'a file that can be read', file, ` (${error instanceof Error ? error.message : String(error)})`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw wrongKind(option, `a file of JSON (${error instanceof Error ? error.message : String(error)})`, file);
  }
  return { ...checkObject(option, parsed) };
}
