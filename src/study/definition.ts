import { checkBoolean, checkFunction, checkInteger, checkKeys, checkLabel, checkObject, checkString, isRecord, wrongKind, wrongValue } from '../check.js';
import { DivergenceError, EnvironmentError, FileError, InternalError, isOptionError, isOutOfMemory, PartitionError, StudyError } from '../errors.js';
import type { Arm, Measurement, Study, StudyDefinition } from './study.js';

/** @throws TypeError or RangeError naming the path */
type Check = (path: string, value: unknown) => unknown;
type Checks<Keys extends string> = Readonly<Record<Keys, Check>>;

const list = (words: string, entry: Check = () => undefined): Check => (path, value) => {
  if (!Array.isArray(value)) throw wrongKind(path, `a list of ${words}`, value);
  value.forEach((each, i) => entry(`${path}[${i}]`, each));
};
const count = (min: number): Check => (path, value) => checkInteger(path, value, { min });
const text: Check = (path, value) => { if (typeof value !== 'string') throw wrongKind(path, 'a string', value); };
const texts = list('strings', text);

function checkFields(path: string, value: unknown, checks: Checks<string>, required: readonly string[]): Record<string, unknown> {
  const given = checkObject(path, value);
  for (const [key, check] of Object.entries(checks)) {
    if (given[key] !== undefined || required.includes(key)) check(path === '' ? key : `${path}.${key}`, given[key]);
  }
  return given;
}

const fields = (checks: Checks<string>, required: readonly string[] = Object.keys(checks)): Check => (path, value) => {
  checkKeys(path, checkFields(path, value, checks, required), Object.keys(checks));
};

const ARM: Checks<keyof Arm> = {
  label: checkString, algorithm: checkString, options: checkObject, seeds: list('seeds', count(0)), repeat: count(0), steps: count(1),
  evaluation: fields({ every: count(1), episodes: count(1), final: count(1) }), auxiliary: checkBoolean,
};

/** Further keys of an arm are facts of the study's own. */
const arms = list('arms', (path, value) => checkFields(path, value, ARM, ['label', 'algorithm']));

const oneArm: Check = (path, value) => {
  arms(path, value);
  if (Array.isArray(value) && value.length === 0) throw wrongValue(path, 'a list with one arm at least', value);
};

type Definition = StudyDefinition<object, Arm, object, unknown>;
const MEASUREMENT: Checks<keyof Measurement<never, never, never>> = { file: checkString, isKnown: checkFunction, run: checkFunction, inResult: checkBoolean };

const DEFINITION: Checks<keyof Definition | 'options'> = {
  name: checkLabel, formerly: texts, summary: checkString, title: checkString, question: checkString,
  options: list('options', (path, value) => { if (!isRecord(value) || typeof value.path !== 'string' || !isRecord(value.kind)) throw wrongKind(path, 'a result of option(), or an option that ganglion/study exports', value); }),
  describe: checkFunction, plan: checkFunction, parallel: count(1), divergedAsRandom: checkBoolean, arms: checkFunction, row: checkFunction,
  following: fields({ trials: checkFunction, arms: checkFunction }), measure: fields(MEASUREMENT, ['file', 'isKnown', 'run']),
  tables: checkFunction, figures: checkFunction, findings: checkFunction, howToRead: texts, method: checkFunction, shown: checkFunction,
};

/** What the functions of a definition must return. */
const RETURNS: Readonly<Partial<Record<string, Check>>> = {
  describe: text, plan: checkObject, arms: oneArm, row: checkObject, 'following.trials': count(0), 'following.arms': arms,
  tables: list('tables', checkObject), figures: list('figures', checkObject), findings: texts, method: texts, shown: texts,
};

/** Checks names and kinds. @throws TypeError or RangeError naming the key */
export function checkDefinition(definition: unknown): void {
  const given = checkObject('definition', definition);
  checkKeys('', given, Object.keys(DEFINITION));
  checkFields('', given, DEFINITION, ['name', 'summary', 'title', 'question', 'options', 'arms']);
}

/** The definition with functions that check what they return, and whose errors name study and function. */
export function guardFunctions<D extends Pick<Study, 'name'>>(definition: D): D {
  const guardAll = (owner: object, prefix: string): object => Object.fromEntries(Object.entries(owner).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'function') return [key, guard(definition.name, prefix + key, value.bind(owner) as AnyFunction)];
    return [key, (key === 'following' || key === 'measure') && isRecord(value) ? guardAll(value, `${key}.`) : value];
  }));
  return guardAll(definition, '') as D; // the same keys, with functions of the same types
}

type AnyFunction = (...values: readonly unknown[]) => unknown;

/** The function with its result checked; its errors name study and function. */
export function guard(study: string, name: string, call: AnyFunction): AnyFunction {
  const check = (value: unknown): unknown => {
    RETURNS[name]?.(name, value);
    return value;
  };
  const fail = (error: unknown): never => {
    throw isOurs(error) ? error : new StudyError(study, name, error, placeOf(error));
  };
  return (...values) => {
    try {
      const result = call(...values);
      return result instanceof Promise ? result.then(check).catch(fail) : check(result);
    } catch (error) {
      return fail(error);
    }
  };
}

/** True for errors with a meaning of their own, which the study's function only passed on. */
function isOurs(error: unknown): boolean {
  return isOptionError(error) || isOutOfMemory(error) || [DivergenceError, EnvironmentError, FileError, InternalError, PartitionError, StudyError].some((kind) => error instanceof kind);
}

/** Where frames of the library lie: compiled, and by their source maps. */
const LIBRARY = ['..', '../../../src/'].map((path) => new URL(path, import.meta.url).pathname);

/** The innermost place outside the library that the error came through: ` (my-study.js:12:3)`. */
function placeOf(error: unknown): string {
  const places = error instanceof Error ? [...(error.stack ?? '').matchAll(/(?:file:\/\/)?(\/[^\s)]+:\d+:\d+)/g)].map(([, place]) => place) : [];
  const own = places.find((place) => !LIBRARY.some((folder) => place.startsWith(folder)));
  return own === undefined ? '' : ` (${own.slice(own.lastIndexOf('/') + 1)})`;
}
