import { DEATH_STUDY, deathContenders, deathPage, deathTable, describeDeaths, drawDeaths, planDeathTrials, resolveDeathStudySettings, summariseDeaths } from '../src/entries/study.js';
import { deathWords, describeDeathStudy } from './death-words.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { runStudyScenario } from './study.js';

const NAME = 'neuron-death';

/** What hidden neurons are worth, and whether a network repairs itself: a share of them dies in the middle of a run. */
export const neuronDeath: Scenario = {
  name: NAME,
  summary: 'kill hidden neurons in the middle of a run: what is lost, and how long does recovery take?',
  table: DEATH_STUDY,
  commands: [CONFIG, PARALLEL],
  run(input) {
    const { options, parallel } = input;
    const settings = resolveDeathStudySettings(options);
    const { environment, algorithms, shares, seeds } = settings;
    const trials = planDeathTrials(settings);
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeDeathStudy(settings),
      fields: { environment, algorithms, shares, seeds },
      trials,
      parallel,
      summarise: (results) => summariseDeaths(deathContenders(settings), results),
      describe: (rows) => (rows.length === 0 ? [] : [{ words: `${environment}: ${describeDeaths(settings, rows)}`, table: deathTable(rows) }]),
      async report(folder, results) {
        const pictures = await drawDeaths(settings, results);
        folder.write('curves', pictures.curves);
        folder.write('losses', pictures.losses);
        folder.write('recoveries', pictures.recoveries);
        folder.write('report', deathPage(settings, deathWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures));
      },
    }, input);
  },
};
