import { checkBoolean, checkInteger, checkName, checkNumber, checkString, describeRange, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { numberOrText, showValue, splitList } from './text.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What an option may be: how a value is checked, read from the command line, shown and described. */
export interface Kind<Value, Given = Value> {
  /** @throws TypeError or RangeError naming the option, what was expected and what came */
  check(option: string, value: unknown): Value;
  /** The value of the text after a flag, not checked yet. @throws RangeError naming the flag where only the text can be named */
  parse(text: string, flag: string): unknown;
  /** As `--help` shows it. */
  show(value: unknown): string;
  /** What `--help` calls the text after the flag. */
  readonly argument: string;
  readonly schema: JsonSchema;
  /** Never set: carries the type of what a program may give. */
  readonly given?: Given;
}

type Description<Value> = Pick<Kind<Value>, 'check' | 'argument' | 'schema'> & Partial<Pick<Kind<Value>, 'parse' | 'show'>>;

/** A kind of its own; text is passed on unparsed by default. */
export function kind<Value, Given = Value>(description: Description<Value>): Kind<Value, Given> {
  return { parse: (text) => text, show: showValue, ...description };
}

function rangeSchema({ min, max, above = false, below = false }: NumberRange): JsonSchema {
  return {
    ...(min !== undefined && { [above ? 'exclusiveMinimum' : 'minimum']: min }),
    ...(max !== undefined && { [below ? 'exclusiveMaximum' : 'maximum']: max }),
  };
}

export const POSITIVE: NumberRange = { min: 0, above: true };
export const NOT_NEGATIVE: NumberRange = { min: 0 };

export function number(range: NumberRange = {}): Kind<number> {
  return kind({ check: (option, value) => checkNumber(option, value, range), parse: numberOrText, argument: 'number', schema: { type: 'number', ...rangeSchema(range) } });
}

export function integer(range: NumberRange = {}): Kind<number> {
  return kind({ check: (option, value) => checkInteger(option, value, range), parse: numberOrText, argument: 'count', schema: { type: 'integer', ...rangeSchema(range) } });
}

/** The one number that an option may be where it does nothing: an option without effect is refused. */
export function only(value: number, hint: string): Kind<number> {
  return number({ min: value, max: value, hint });
}

const SWITCH = new Map([['on', true], ['true', true], ['off', false], ['false', false]]);

export const onOff: Kind<boolean> = kind({
  check: checkBoolean,
  parse(text, flag) {
    const value = SWITCH.get(text);
    if (value === undefined) throw wrongValue(flag, 'on or off', text);
    return value;
  },
  argument: 'on|off',
  schema: { type: 'boolean' },
});

export const text: Kind<string> = kind({ check: checkString, argument: 'text', schema: { type: 'string', minLength: 1 } });

export function oneOf<Name extends string>(names: readonly Name[]): Kind<Name> {
  return kind({ check: (option, value) => checkName(option, value, names), argument: 'name', schema: { enum: names } });
}

interface ListLimits {
  /** Fewest entries; 0 unless given. */
  readonly least?: number;
  /** True where an error names the entry by its place. */
  readonly numbered?: boolean;
}

/** A list; on the command line with commas between its entries, or `none`. @param words the constraint, with an example */
export function listOf<Value, Given>(entry: Kind<Value, Given>, words: string, { least = 0, numbered = false }: ListLimits = {}): Kind<readonly Value[], readonly Given[]> {
  return kind({
    check(option, value) {
      if (!Array.isArray(value)) throw wrongKind(option, words, value);
      if (value.length < least) throw wrongValue(option, words, value);
      return Array.from(value, (each: unknown, i) => entry.check(numbered ? `${option}[${i}]` : option, each)); // holes of a sparse list too
    },
    parse: (given, flag) => (given === '' || given === 'none' ? [] : splitList(given).map((each) => entry.parse(each, flag))),
    argument: `${entry.argument}s`,
    schema: { type: 'array', items: entry.schema, ...(least > 0 && { minItems: least }) },
  });
}

export function orNull<Value, Given>(other: Kind<Value, Given>): Kind<Value | null, Given | null> {
  return kind({ ...other, check: (option, value) => (value === null ? null : other.check(option, value)), schema: { anyOf: [other.schema, { type: 'null' }] } });
}

/** The same, which a flag calls `none`. */
export function orNone(other: Kind<number>): Kind<number | null, number | null> {
  return { ...orNull(other), parse: (text, flag) => (text === 'none' ? null : other.parse(text, flag)) };
}

/** A whole number, or a word in its place. @param words what numbers they are */
export function integerOr<Word extends string>(word: Word, words: string, range: NumberRange, hint = ''): Kind<number | Word> {
  const constraint = `${describeRange(words, range)}, or "${word}"`;
  const { min = -Infinity, max = Infinity } = range;
  return kind({
    check(option, value) {
      if (value === word) return word;
      if (typeof value !== 'number') throw wrongKind(option, constraint, value);
      if (!Number.isSafeInteger(value) || value < min || value > max) throw wrongValue(option, constraint, value, hint);
      return value;
    },
    parse: numberOrText,
    argument: 'count',
    schema: { anyOf: [{ type: 'integer', ...rangeSchema(range) }, { const: word }] },
  });
}

/** A kind whose values are held to something more, or changed. */
export function refine<Value, Given, Refined = Value>(other: Kind<Value, Given>, check: (option: string, value: Value) => Refined): Kind<Refined, Given> {
  return kind({ ...other, check: (option, value) => check(option, other.check(option, value)) });
}

/** A list without duplicates. @param name of an entry, if entries that look different may be the same */
export function distinct<Value, Given>(other: Kind<readonly Value[], Given>, name: (value: Value) => string = String): Kind<readonly Value[], Given> {
  return refine(other, (option, values) => {
    const names = values.map(name);
    const repeated = names.find((each, i) => names.indexOf(each) !== i);
    if (repeated !== undefined) throw wrongValue(option, 'each name once', repeated);
    return values;
  });
}

/** From the least to the greatest. */
export function ascending<Given>(other: Kind<readonly number[], Given>): Kind<readonly number[], Given> {
  return refine(other, (_, values) => values.toSorted((a, b) => a - b));
}
