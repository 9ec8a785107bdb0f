import { isRecord, wrongKind } from '../check.js';
import { InternalError } from '../errors.js';
import { createModules } from '../modules.js';
import { linearTd } from './linear-td.js';
import type { ObjectiveDefinition } from './objective.js';

/** Every shipped objective that rules may have, by name. */
export const OBJECTIVES = { 'linear-td': linearTd } as const satisfies Record<string, ObjectiveDefinition>;

export const OBJECTIVE_NAMES = Object.keys(OBJECTIVES);

/** Objectives of the user's own, by the names in settings. */
const OWN = new Map<string, ObjectiveDefinition>();

/** The objective of a name in settings: shipped, or a module of the user's own that has been loaded. */
export function findObjective(name: string): ObjectiveDefinition | undefined {
  return OWN.get(name) ?? Object.entries<ObjectiveDefinition>(OBJECTIVES).find(([own]) => own === name)?.[1];
}

/** The same, of settings, whose names have been checked. */
export function objectiveNamed(name: string): ObjectiveDefinition {
  const objective = findObjective(name);
  if (objective === undefined) throw new InternalError(`there is no objective ${name}`);
  return objective;
}

/** Objectives of the user's own: modules whose default export is an `ObjectiveDefinition`. */
export const { register: registerObjective, load: loadObjective } = createModules({
  option: 'rule.objective',
  example: 'my-objective',
  has: (name) => findObjective(name) !== undefined,
  add(name, exported) {
    if (!isRecord(exported) || typeof exported.create !== 'function') throw wrongKind('rule.objective', 'a module whose default export is an ObjectiveDefinition, with create()', name);
    if (typeof exported.summary !== 'string') throw wrongKind('objective.summary', 'a line for --help', exported.summary);
    OWN.set(name, Object.assign({ parameters: () => [] }, exported as unknown as ObjectiveDefinition, { name })); // its functions can only be checked by calling them
  },
});
