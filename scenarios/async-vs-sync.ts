import { ASYNC_STUDY, asyncFindings, asyncPage, drawAsync, planAsyncTrials, resolveAsyncStudySettings, summariseAsync } from '../src/entries/study.js';
import { asyncWords, describeAsyncStudy } from './async-words.js';
import { CONFIG, PARALLEL } from './command-rows.js';
import type { Scenario } from './scenario.js';
import { runStudyScenario } from './study.js';

const NAME = 'async-vs-sync';

/** How much lateness each rule bears before learning suffers, and what waiting for everybody would cost instead. */
export const asyncVsSync: Scenario = {
  name: NAME,
  summary: 'hear of the other neurons late: at what delay does each algorithm lose half of its gain, and what does waiting cost?',
  table: ASYNC_STUDY,
  commands: [CONFIG, PARALLEL],
  run(input) {
    const { options, parallel } = input;
    const settings = resolveAsyncStudySettings(options);
    const { environment, algorithms, delays, seeds } = settings;
    const trials = planAsyncTrials(settings);
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeAsyncStudy(settings),
      fields: { environment, algorithms, delays, seeds },
      trials,
      parallel,
      summarise: (results) => summariseAsync(settings, results),
      describe: (rows) => asyncFindings(settings, rows).map(({ title, table }) => ({ words: `${environment}: ${title}`, table })),
      async report(folder, results) {
        const pictures = await drawAsync(settings, results);
        folder.write('returns', pictures.returns);
        folder.write('halves', pictures.halves);
        folder.write('times', pictures.times);
        folder.write('curves', pictures.curves);
        folder.write('report', asyncPage(settings, asyncWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures));
      },
    }, input);
  },
};
