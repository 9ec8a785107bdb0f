import type { Kind } from './kind.js';

/** What the settings have to be for an option to exist; where they are not, it may not be given. */
export interface When {
  holds(at: At): boolean;
  /** What was expected, and what came, where it does not hold. */
  otherwise(at: At): readonly [constraint: string, got: unknown];
}

/** Reads another option's value, wherever it is in the table; the default of an option that is not in the table. */
export type At = <Value>(row: Pick<Row<string, Value, unknown>, 'path' | 'kind' | 'fallback'>) => Value;

/** How an option is known, besides by its path and what it may be. */
export interface Naming {
  /** One line or two, for `--help`, the reference page and an editor. */
  readonly help: string;
  /** The heading above it. */
  readonly group: string;
  /** Its flag on the command line; absent where only a file or a program can set it. */
  readonly flag?: string | undefined;
  /** Name of the text after the flag in `--help`, if the kind has no good one; `null` for a flag without text, which means true. */
  readonly argument?: string | null;
  /** What a number counts or is measured in. */
  readonly unit?: string;
  /** Among those that `--help` shows first. */
  readonly everyday?: boolean;
  /** Former flags and paths. Each is refused with the present name. */
  readonly formerly?: readonly string[];
  /** Values that are short for other options: `schedule: "virtual"` for `time: "virtual"`. They are accepted with a warning. */
  readonly shortFor?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The options under which the default is what `--help` shows, where the option does nothing otherwise; or words in its place. */
  readonly shown?: string | Readonly<Record<string, unknown>>;
  /** Reads a flag that sets several keys of the section at once. */
  readonly spread?: (text: string, flag: string) => Readonly<Record<string, unknown>>;
  /** The flag names a JSON file with these keys of the section. The first must be there. */
  readonly file?: readonly string[];
}

export interface Row<Path extends string = string, Value = unknown, Given = Value> extends Naming {
  /** Its path in the settings: `seed`, or `section.key`. */
  readonly path: Path;
  readonly kind: Kind<Value, Given>;
  /** Its default, as it might be given; none where it may be missing. */
  readonly fallback: (at: At) => unknown;
  /** What it may be under these settings, where that is less than what it may be at all. */
  readonly narrow?: (at: At) => Kind<Value, unknown> | undefined;
  /** Whether it takes nothing of what tasks and rules ship with. */
  readonly unshipped?: (at: At) => boolean;
}

/** A row of which the section may be given as the value alone. */
export interface ShorthandRow {
  readonly shorthand: true;
}

/** A row that may be missing from the settings. */
export interface OptionalRow {
  readonly optional: true;
}

/** A row that has to be given: part of a record, such as the name of a graph's layer. */
export interface RequiredRow {
  readonly required: true;
}

/** A row of a section that is there under some settings only. */
export interface ConditionalRow {
  readonly when: When;
}

export type AnyRow = Row<string, unknown, unknown> & Partial<OptionalRow & RequiredRow & ConditionalRow & ShorthandRow>;

type Default<Value, Given> = { readonly default: Value | Given | ((at: At) => Value | Given) };
type Details<Value> = Naming & Pick<Row<string, Value>, 'narrow' | 'unshipped'>;

/** An option with a default. */
export function option<const Path extends string, Value, Given>(path: Path, kind: Kind<Value, Given>, { default: fallback, ...details }: Details<Value> & Default<Value, Given>): Row<Path, Value, Given> {
  return { ...details, path, kind, fallback: toFunction(fallback) };
}

/** No option's value is a function. */
function toFunction<Value>(value: Value | ((at: At) => Value)): (at: At) => Value {
  return isFunction(value) ? value : () => value;
}

function isFunction<Value>(value: Value | ((at: At) => Value)): value is (at: At) => Value {
  return typeof value === 'function';
}

/** The option of which a section may be given as the value alone: `"rule": "linear"`. */
export function inShort<R extends AnyRow>(row: R): R & ShorthandRow {
  return { ...row, shorthand: true };
}

/** An option that is absent unless it is given. */
export function optional<const Path extends string, Value, Given>(path: Path, kind: Kind<Value, Given>, details: Details<Value>): Row<Path, Value, Given> & OptionalRow {
  return { ...details, path, kind, fallback: () => undefined, optional: true };
}

/** Part of a record that has to be given. */
export function required<const Path extends string, Value, Given>(path: Path, kind: Kind<Value, Given>, details: Details<Value>): Row<Path, Value, Given> & RequiredRow {
  return { ...details, path, kind, fallback: () => undefined, required: true };
}

/** The same rows, of a section that is there only then. */
export function onlyWhen<const Rows extends readonly AnyRow[]>(rows: Rows, when: When): (Rows[number] & ConditionalRow)[] {
  return rows.map((row) => ({ ...row, when }));
}

/** The same option with another default, a smaller range or other words. */
export function vary<Value, Given, R extends Row<string, Value, Given>>(row: R & Row<string, Value, Given>, { default: fallback, ...changes }: Partial<Details<Value> & Default<Value, Given>>): R {
  return { ...row, ...changes, ...(fallback !== undefined && { fallback: toFunction(fallback) }) };
}

/** The same options; those at these paths have no flag, as there is one value only for them. A file may hold them. */
export function withoutFlags<const Rows extends readonly AnyRow[]>(rows: Rows, paths: readonly string[]): Rows[number][] {
  return rows.map((row) => (paths.includes(row.path) ? { ...row, flag: undefined } : row));
}

type Simplify<T> = { [K in keyof T]: T[K] };
type ValueOf<R> = R extends Row<string, infer Value, unknown> ? Value : never;
type GivenOf<R> = R extends Row<string, unknown, infer Given> ? Given : never;
type Sections<R extends AnyRow> = R['path'] extends infer Path ? (Path extends `${infer Section}.${string}` ? Section : never) : never;
/** The key of a row in a section; of the settings themselves where that is empty. */
type KeyIn<R extends AnyRow, Section extends string> = R extends { readonly path: infer Path extends string }
  ? Section extends '' ? (Path extends `${string}.${string}` ? never : Path) : Path extends `${Section}.${infer Key}` ? Key : never
  : never;
type Values<R extends AnyRow, Section extends string> = Simplify<
  { readonly [E in Exclude<R, OptionalRow> as KeyIn<E, Section>]: ValueOf<E> } & { readonly [E in Extract<R, OptionalRow> as KeyIn<E, Section>]?: ValueOf<E> }
>;

/** The complete settings that rows describe: plain data. */
export type SettingsOf<R extends AnyRow> = Simplify<
  Values<R, ''>
  & { readonly [Section in Sections<Exclude<R, ConditionalRow>>]: Values<R, Section> }
  & { readonly [Section in Sections<Extract<R, ConditionalRow>>]?: Values<R, Section> }
>;

type GivenValues<R extends AnyRow, Section extends string> = Simplify<
  { [E in Exclude<R, RequiredRow> as KeyIn<E, Section>]?: GivenOf<E> } & { [E in Extract<R, RequiredRow> as KeyIn<E, Section>]: GivenOf<E> }
>;

/** What a program may give: whatever is left out takes its default. */
export type OptionsOf<R extends AnyRow> = Simplify<
  GivenValues<R, ''> & { [Section in Sections<R>]?: GivenValues<R, Section> | GivenOf<Extract<R, { readonly path: `${Section}.${string}` } & ShorthandRow>> }
>;
