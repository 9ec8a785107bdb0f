import { isRecord } from '../check.js';
import { keyOf, sectionOf } from '../options/resolve.js';
import type { AnyRow } from '../options/row.js';
import { canonical } from './trial.js';

/**
 * The command line that gives these settings again: all of its flags, or its config.json if a flag cannot express a value.
 *
 * @param start of the command, up to the scenario
 */
export function repeatCommand(start: string, rows: readonly AnyRow[], settings: object): string {
  const flags: string[] = [];
  for (const row of rows) {
    const value = valueAt(settings, row.path);
    if (value === null || value === undefined || row.flag === undefined) continue;
    const text = row.kind.show(value);
    if (!expresses(row, text, value)) return `${start} --config config.json, with the config.json that lies beside this page`;
    flags.push(`${row.flag} ${/^[\w.,:/+-]+$/.test(text) ? text : `"${text}"`}`);
  }
  return [start, ...flags].join(' ');
}

/** True if the text after the flag gives the value. */
function expresses({ kind, flag = '', path }: AnyRow, text: string, value: unknown): boolean {
  try {
    return canonical(kind.check(path, kind.parse(text, flag))) === canonical(value);
  } catch {
    return false;
  }
}

function valueAt(settings: object, path: string): unknown {
  const section: unknown = new Map<string, unknown>(Object.entries(settings)).get(sectionOf(path));
  if (!path.includes('.')) return section;
  return isRecord(section) ? section[keyOf(path)] : undefined;
}
