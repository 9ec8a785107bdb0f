import { importModule, wrongKind } from '../src/entries/internals.js';
import { isStudy, runStudy, type Arm, type Study } from '../src/entries/study.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';

/** A study as a scenario. @param name as the command line calls it; the study's own unless given */
export function studyScenario<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, name = study.name): Scenario {
  return {
    name,
    summary: study.summary,
    table: study.table,
    continuesInOut: true,
    commands: study.parallel === undefined ? [CONFIG, PARALLEL] : [CONFIG],
    ...(study.formerly !== undefined && { formerly: study.formerly }),
    async run({ options, parallel, out, interrupt, json }) {
      const result = await runStudy(study, { options, parallel, out, signal: interrupt, command: `node scenarios/run ${name}` });
      if (json) console.log(JSON.stringify(result));
      if (result.status === 'interrupted') return 130;
      return result.failures.some(({ kind }) => kind === 'crashed') ? 1 : 0;
    },
  };
}

/** The scenario of a study of the user's: a module whose default export comes from `defineStudy`. @throws TypeError or RangeError if it is none */
export async function loadStudy(path: string): Promise<Scenario> {
  const exported = await importModule('scenario', path);
  if (!isStudy(exported)) throw wrongKind('scenario', 'a module whose default export is a study of defineStudy', path);
  return studyScenario(exported, path);
}
