import { isRecord } from '../check.js';
import { definitionChecks } from '../memory/user-definition.js';
import { createModules, createRegistry } from '../modules.js';
import { linearTd } from './linear-td.js';
import type { ObjectiveDefinition } from './objective.js';

/** Every shipped objective that rules may have, by name. */
export const OBJECTIVES = { 'linear-td': linearTd } as const satisfies Record<string, ObjectiveDefinition>;

export const OBJECTIVE_NAMES = Object.keys(OBJECTIVES);

const { add, find: findObjective, named: objectiveNamed } = createRegistry<ObjectiveDefinition>('objective', OBJECTIVES);

export { findObjective, objectiveNamed };

/** Objectives of the user's own: modules whose default export is an `ObjectiveDefinition`. */
export const { register: registerObjective, load: loadObjective } = createModules({
  option: 'rule.objective',
  example: 'my-objective',
  has: (name) => findObjective(name) !== undefined,
  add(name, exported) {
    const checks = definitionChecks('rule.objective', name);
    checks.definition(exported, 'an ObjectiveDefinition', ['create']);
    const own = Object.assign({ parameters: () => [] }, exported as ObjectiveDefinition);
    add(name, {
      ...own,
      name,
      parameters: (topology) => checks.shapes(own.parameters(topology), topology.neurons),
      create(context) {
        const objective = checks.program(own.create(context), [['evaluate'], ['learnPart'], ['estimate']]);
        const error: unknown = objective.error;
        for (const member of ['outputs', 'signals']) checks.that(isRecord(error) && error[member] instanceof Float32Array, `create().error.${member}`, 'a Float32Array', isRecord(error) ? error[member] : undefined);
        return objective;
      },
    });
  },
});
