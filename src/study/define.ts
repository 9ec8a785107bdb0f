import { isRecord } from '../check.js';
import type { AnyRow, SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { checkDefinition, guardFunctions } from './definition.js';
import { checkArms } from './plan.js';
import type { Arm, Study, StudyDefinition } from './study.js';

const STUDIES = new WeakSet<object>();

/**
 * Declares a study. Everything but name, texts, options and arms has a default.
 *
 * @throws TypeError or RangeError naming a key that is missing, unknown or of the wrong kind
 */
export function defineStudy<const Rows extends readonly AnyRow[], A extends Arm, Own extends object = object, Measured = undefined>(
  definition: { readonly options: Rows } & StudyDefinition<SettingsOf<Rows[number]>, A, Own, Measured>,
): Study<SettingsOf<Rows[number]>, A, Own, Measured> {
  checkDefinition(definition);
  const table = createTable(definition.options);
  const study: Study<SettingsOf<Rows[number]>, A, Own, Measured> = { ...guardFunctions(definition), table, resolve: (given = {}) => table.resolve(given, (settings) => { checkArms(study, settings); }) };
  STUDIES.add(study);
  return study;
}

/** True for what `defineStudy` returned. */
export function isStudy(value: unknown): value is Study {
  return isRecord(value) && STUDIES.has(value);
}
