import {
  ASYNC_ALGORITHMS,
  asyncFindings,
  asyncPage,
  drawAsync,
  planAsyncTrials,
  resolveAsyncStudySettings,
  summariseAsync,
} from '../src/index.js';
import { asyncWords, describeAsyncStudy } from './async-words.js';
import { number, numbers, SIMULATION_FLAGS, words, type Flag } from './options.js';
import type { Scenario } from './scenario.js';
import { readStudyInput, runStudyScenario } from './study.js';

const NAME = 'async-vs-sync';

const [ENVIRONMENT, STEPS, HIDDEN, PARTITIONS] = ['--environment', '--steps', '--hidden', '--partitions'].map((name) => SIMULATION_FLAGS.filter(({ flag }) => flag === name));

const FLAGS: readonly Flag[] = [
  ...ENVIRONMENT,
  { flag: '--algorithms', argument: '<names>', path: 'algorithms', parse: words, help: `with commas between them: ${ASYNC_ALGORITHMS.join(', ')}; or all, half of which take several times as long` },
  { flag: '--delays', argument: '<updates>', path: 'delays', parse: numbers, help: 'how late everything is heard, with commas between them' },
  { flag: '--seeds', argument: '<count>', path: 'seeds', parse: number, help: 'trials of each algorithm and delay, from seeds 1, 2, …; five take about 10 minutes on two idle cores where nothing else is set' },
  ...STEPS,
  ...HIDDEN.map((flag) => ({ ...flag, otherwise: 'what each algorithm ships with' })),
  ...PARTITIONS.map((flag) => ({ ...flag, help: 'groups of neurons that hear of one another late, under the rules' })),
  { flag: '--parallel', argument: '<count>', path: 'parallel', parse: number, otherwise: 'as many as there are cores', help: 'trials at a time' },
  { flag: '--evaluate-every', argument: '<steps>', path: 'evaluation.every', parse: number, otherwise: 'a twentieth of the steps', help: 'environment steps between two evaluations' },
];

/** How much lateness each rule bears before learning suffers, and what waiting for everybody would cost instead. */
export const asyncVsSync: Scenario = {
  name: NAME,
  summary: 'hear of the other neurons late: at what delay does each algorithm lose half of its gain, and what does waiting cost?',
  flags: FLAGS,
  defaults: resolveAsyncStudySettings(),
  resumable: false,
  run(input) {
    const { study, parallel } = readStudyInput(NAME, input);
    const settings = resolveAsyncStudySettings(study);
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
