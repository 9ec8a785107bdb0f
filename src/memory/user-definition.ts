import { isCount, isRecord } from '../check.js';
import { describeValue } from '../describe.js';
import { OptionTypeError } from '../errors.js';
import type { ParameterShape } from './parameters.js';

const FLAGS = ['target', 'published', 'learned'] as const;
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** True for a module's default export with the fields that only a rule has. */
export const isRule = (exported: unknown): boolean => isRecord(exported) && isFunction(exported.create) && (exported.data !== undefined || exported.reads !== undefined);

/** Checks of a module of the user's own; each throws a TypeError that names the option, the module and the member. */
export interface DefinitionChecks {
  /** The default export has the functions, and a summary. @param type of the default export, with its article */
  definition(exported: unknown, type: string, functions: readonly string[]): Record<string, unknown>;
  /** A member is one of the names. */
  oneOf(member: string, value: unknown, names: readonly string[]): void;
  /** What `parameters` returned. */
  shapes(shapes: readonly ParameterShape[], neurons: number): ParameterShape[];
  /** What `create` returned: it has one function of each group, and the optional ones are functions. */
  program<Program extends object>(program: Program, groups: readonly (readonly string[])[], optional?: readonly string[]): Program;
  /** A member meets a constraint. */
  that(holds: boolean, member: string, constraint: string, value: unknown): void;
}

/** @param module as settings name it */
export function definitionChecks(option: string, module: string): DefinitionChecks {
  function that(holds: boolean, member: string, constraint: string, value: unknown): void {
    if (!holds) throw new OptionTypeError(option, `"${option}" expected ${member} of ${module} to be ${constraint}, got ${describeValue(value)}`);
  }

  function shape(given: unknown, member: string, neurons: number): void {
    that(isRecord(given), member, 'an object', given);
    const { name, lengths, ...flags } = given as Record<string, unknown>;
    that(typeof name === 'string' && name !== '', `${member}.name`, 'a string that is not empty', name);
    that(Array.isArray(lengths) && lengths.length === neurons && lengths.every(isCount), `${member}.lengths`, `an array of ${neurons} whole numbers, one for each neuron`, lengths);
    for (const flag of FLAGS) that(typeof flags[flag] === 'boolean', `${member}.${flag}`, 'true or false', flags[flag]);
  }

  return {
    that,
    definition(exported, type, functions) {
      const members: Record<string, unknown> = isRecord(exported) ? { ...exported } : {}; // without those of a class
      if (functions.some((key) => !isFunction(members[key]))) {
        throw new OptionTypeError(option, `"${option}" expected a module whose default export is ${type}, with ${functions.map((name) => `${name}()`).join(' and ')}, got ${describeValue(module)}`);
      }
      that(typeof members.summary === 'string', 'summary', 'a line for --help', members.summary);
      for (const member of ['parameters', 'initialise']) that(members[member] === undefined || isFunction(members[member]), member, 'a function', members[member]);
      return members;
    },
    oneOf(member, value, names) {
      that(typeof value === 'string' && names.includes(value), member, `one of ${names.join(', ')}`, value);
    },
    shapes(shapes: unknown, neurons) {
      that(Array.isArray(shapes), 'parameters()', 'an array', shapes);
      const list = shapes as ParameterShape[];
      list.forEach((each, i) => { shape(each, `parameters()[${i}]`, neurons); });
      const twice = list.find(({ name }, i) => list.findIndex((other) => other.name === name) < i);
      that(twice === undefined, 'parameters()', 'an array without repeated names', twice?.name);
      return list;
    },
    program(program, groups, optional = []) {
      that(isRecord(program), 'create()', 'an object', program);
      const members = program as Record<string, unknown>;
      for (const names of groups) that(names.some((name) => isFunction(members[name])), `create().${names[0]}`, names.length === 1 ? 'a function' : `a function, or ${names.slice(1).join(' or ')} to be one`, members[names[0]]);
      for (const name of [...groups.flat(), ...optional]) that(members[name] === undefined || isFunction(members[name]), `create().${name}`, 'a function', members[name]);
      return program;
    },
  };
}
