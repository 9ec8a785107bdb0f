import { drawStudy, listEnvironments, planTrials, resolveStudySettings, studyFindings, studyPage, summarise, type StudySettings } from '../src/index.js';
import { number, SIMULATION_FLAGS, words, type Flag } from './options.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { readStudyInput, runStudyScenario } from './study.js';
import { describeStudy, studyWords } from './study-words.js';

const NAME = 'decentralised-vs-ddpg';

const [STEPS, HIDDEN] = ['--steps', '--hidden'].map((name) => SIMULATION_FLAGS.filter(({ flag }) => flag === name));

const FLAGS: readonly Flag[] = [
  { flag: '--environments', argument: '<ids>', path: 'environments', parse: words, help: `the tasks, with commas between them, or all: ${listEnvironments().join(', ')}` },
  { flag: '--algorithms', argument: '<names>', path: 'algorithms', parse: words, help: 'rules and ddpg, with commas between them, or all; a file given with --config can give them options of their own' },
  { flag: '--seeds', argument: '<count>', path: 'seeds', parse: number, help: 'trials of each algorithm on each task, from seeds 1, 2, …' },
  ...STEPS,
  ...HIDDEN,
  { flag: '--parallel', argument: '<count>', path: 'parallel', parse: number, help: 'trials at a time' },
  { flag: '--evaluate-every', argument: '<steps>', path: 'evaluation.every', parse: number, help: 'environment steps between two points of a learning curve' },
  { flag: '--evaluation-episodes', argument: '<count>', path: 'evaluation.episodes', parse: number, help: 'episodes of each point of a learning curve' },
];

/** The settings as `--help` prints them. */
const SHOWN = {
  ...resolveStudySettings(),
  algorithms: resolveStudySettings().algorithms.map(({ label }) => label),
  steps: 'what each task ships with',
  network: { hidden: 'what each algorithm ships with' },
  parallel: 'as many as there are cores',
  evaluation: { ...resolveStudySettings().evaluation, every: 'a twentieth of the steps' },
};

/** The source papers' second and third experiments: neuron-agents beside DDPG, on the same tasks, seeds, episodes and steps. */
export const decentralisedVsDdpg: Scenario = {
  name: NAME,
  summary: 'compare rules with DDPG: many trials, a table, pictures and a page',
  flags: FLAGS,
  defaults: SHOWN,
  resumable: false,
  run(input) {
    const { settings, parallel } = readSettings(input);
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

function readSettings(input: ScenarioInput): { settings: StudySettings; parallel: number } {
  const { study, parallel } = readStudyInput(NAME, input);
  return { settings: resolveStudySettings(study), parallel };
}
