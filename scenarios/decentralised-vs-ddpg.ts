import { drawStudy, planTrials, resolveStudySettings, STUDY, studyFindings, studyPage, summarise } from '../src/entries/study.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { runStudyScenario } from './study.js';
import { describeStudy, studyWords } from './study-words.js';

const NAME = 'decentralised-vs-ddpg';

/** The source papers' second and third experiments: neuron-agents beside DDPG, on the same tasks, seeds, episodes and steps. */
export const decentralisedVsDdpg: Scenario = {
  name: NAME,
  summary: 'compare rules with DDPG: many trials, a table, pictures and a page',
  table: STUDY,
  commands: [CONFIG, PARALLEL],
  run(input) {
    const { options, parallel } = input;
    const settings = resolveStudySettings(options);
    const { environments, algorithms, seeds } = settings;
    const trials = planTrials(settings);
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeStudy(settings),
      fields: { environments, algorithms: algorithms.map(({ label }) => label), seeds },
      trials,
      parallel,
      summarise,
      describe: (rows) => studyFindings(rows).map(({ environment, words, table }) => ({ words: `${environment}: ${words}`, table })),
      async report(folder, results) {
        const pictures = await drawStudy(trials, results);
        folder.write('curves', pictures.curves);
        folder.write('returns', pictures.returns);
        folder.write('report', studyPage(studyWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures));
      },
    }, input);
  },
};
