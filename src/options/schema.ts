import type { JsonSchema } from './kind.js';
import { keyOf, sectionOf } from './resolve.js';
import type { AnyRow } from './row.js';

/**
 * The JSON schema of options as a file has them. It holds every option to what it may be at all: where that depends on other options, the
 * program alone can check.
 */
export function objectSchema(rows: readonly AnyRow[]): JsonSchema & { readonly properties: Readonly<Record<string, JsonSchema>> } {
  const sections = new Set(rows.map(({ path }) => sectionOf(path)));
  const properties = Object.fromEntries([...sections].map((section) => [section, sectionSchema(rows.filter(({ path }) => sectionOf(path) === section), section)]));
  const needed = rows.filter((row) => row.required === true).map(({ path }) => path);
  return { type: 'object', properties, additionalProperties: false, ...(needed.length > 0 && { required: needed }) };
}

function sectionSchema(rows: readonly AnyRow[], section: string): JsonSchema {
  const [first] = rows;
  if (first.path === section) return described(first);
  const properties = Object.fromEntries(rows.map((row) => [keyOf(row.path), described(row)]));
  const whole = { type: 'object', properties, additionalProperties: false };
  const short = rows.find(({ shorthand }) => shorthand === true);
  return short === undefined ? whole : { anyOf: [whole, described(short)] };
}

const described = ({ help, kind: { schema } }: AnyRow): JsonSchema => ({ description: help, ...schema });

/** The schema of a whole configuration file. */
export function fileSchema(title: string, rows: readonly AnyRow[]): JsonSchema {
  const { properties, ...schema } = objectSchema(rows);
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema, properties: { $schema: { type: 'string' }, ...properties } };
}
