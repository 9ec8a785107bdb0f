import {
  DEATH_ALGORITHMS,
  deathContenders,
  deathPage,
  deathTable,
  describeDeaths,
  drawDeaths,
  planDeathTrials,
  resolveDeathStudySettings,
  summariseDeaths,
} from '../src/index.js';
import { deathWords, describeDeathStudy } from './death-words.js';
import { number, numbers, SIMULATION_FLAGS, words, type Flag } from './options.js';
import type { Scenario } from './scenario.js';
import { readStudyInput, runStudyScenario } from './study.js';

const NAME = 'neuron-death';

const [ENVIRONMENT, STEPS, HIDDEN] = ['--environment', '--steps', '--hidden'].map((name) => SIMULATION_FLAGS.filter(({ flag }) => flag === name));

const FLAGS: readonly Flag[] = [
  ...ENVIRONMENT,
  { flag: '--algorithms', argument: '<names>', path: 'algorithms', parse: words, help: `with commas between them: ${DEATH_ALGORITHMS.join(', ')}, which is broadcast with hidden rows that do not learn` },
  { flag: '--shares', argument: '<shares>', path: 'shares', parse: numbers, help: 'shares of the hidden neurons that die, with commas between them' },
  { flag: '--seeds', argument: '<count>', path: 'seeds', parse: number, help: 'trials of each algorithm, share and fate, from seeds 1, 2, …' },
  ...STEPS,
  ...HIDDEN.map((flag) => ({ ...flag, otherwise: 'what each algorithm ships with' })),
  { flag: '--death-step', argument: '<step>', path: 'death.at', parse: number, otherwise: 'half of the steps', help: 'environment step at which they die' },
  { flag: '--rebirth-after', argument: '<steps>', path: 'death.rebirthAfter', parse: number, otherwise: 'a twentieth of the steps', help: 'environment steps from the death to the rebirth' },
  { flag: '--parallel', argument: '<count>', path: 'parallel', parse: number, otherwise: 'as many as there are cores', help: 'trials at a time' },
  { flag: '--evaluate-every', argument: '<steps>', path: 'evaluation.every', parse: number, otherwise: 'a twentieth of the steps', help: 'environment steps between two evaluations' },
];

/** What hidden neurons are worth, and whether a network repairs itself: a share of them dies in the middle of a run. */
export const neuronDeath: Scenario = {
  name: NAME,
  summary: 'kill hidden neurons in the middle of a run: what is lost, and how long does recovery take?',
  flags: FLAGS,
  defaults: resolveDeathStudySettings(),
  resumable: false,
  run(input) {
    const { study, parallel } = readStudyInput(NAME, input);
    const settings = resolveDeathStudySettings(study);
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
