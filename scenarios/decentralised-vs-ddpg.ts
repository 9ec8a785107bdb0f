import { availableParallelism } from 'node:os';

import {
  checkInteger,
  checkName,
  checkObject,
  drawStudy,
  freeRunPath,
  listEnvironments,
  openStudyFolder,
  planTrials,
  resolveStudySettings,
  runFolderName,
  runStudyVisibly,
  studyFindings,
  studyPage,
  summarise,
  textTable,
  type StudyFolder,
  type StudySettings,
  type SummaryRow,
  type Trial,
  type TrialResult,
} from '../src/index.js';
import { number, SIMULATION_FLAGS, words, type Flag } from './options.js';
import type { Scenario, ScenarioInput } from './scenario.js';
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

/** What a study came to; `--json` prints it and `result.json` keeps it. */
interface StudyResult {
  readonly scenario: typeof NAME;
  readonly status: 'finished' | 'interrupted';
  readonly environments: readonly string[];
  readonly algorithms: readonly string[];
  readonly seeds: number;
  /** Trials of the whole study, and those that have ended. */
  readonly trials: { readonly planned: number; readonly ended: number };
  readonly results: readonly SummaryRow[];
  readonly failures: readonly TrialFailureLine[];
  readonly runFolder: string;
}

interface TrialFailureLine {
  readonly environment: string;
  readonly label: string;
  readonly seed: number;
  readonly step: number;
  readonly kind: 'diverged' | 'crashed';
  readonly message: string;
}

/** The source papers' second and third experiments: neuron-agents beside DDPG, on the same tasks, seeds, episodes and steps. */
export const decentralisedVsDdpg: Scenario = {
  name: NAME,
  summary: 'compare rules with DDPG: many trials, a table, pictures and a page',
  flags: FLAGS,
  defaults: SHOWN,
  resumable: false,
  async run(input) {
    const { settings, parallel } = readSettings(input);
    const folder = openStudyFolder(input.out ?? freeRunPath('runs', runFolderName(NAME, undefined, new Date())), { scenario: NAME, ...settings }, warn);
    process.stderr.write(`${describeStudy(settings)}\nfolder: ${folder.path}\n`);
    const trials = planTrials(settings);
    const results = await runStudyVisibly(trials, folder.store, { parallel, signal: input.interrupt });
    const result = resultOf(settings, trials.length, results, folder.path);
    folder.write('result', result);
    await writeReport(folder, settings, trials, results, parallel);
    printResult(result);
    if (input.json) console.log(JSON.stringify(result));
    if (result.status === 'interrupted') return 130;
    return result.failures.some(({ kind }) => kind === 'crashed') ? 1 : 0;
  },
};

function readSettings({ options, episodes }: ScenarioInput): { settings: StudySettings; parallel: number } {
  const { scenario = NAME, parallel = availableParallelism(), ...study } = options;
  checkName('scenario', scenario, [NAME]);
  const evaluation = checkObject('evaluation', study.evaluation ?? {});
  const final = episodes === undefined ? {} : { final: checkInteger('episodes', episodes, { min: 1, max: 10_000 }) };
  return {
    settings: resolveStudySettings({ ...study, evaluation: { ...evaluation, ...final } }),
    parallel: checkInteger('parallel', parallel, { min: 1, max: 256 }),
  };
}

function warn(line: string): void {
  process.stderr.write(`warning: ${line}\n`);
}

async function writeReport(folder: StudyFolder, settings: StudySettings, trials: readonly Trial[], results: readonly TrialResult[], parallel: number): Promise<void> {
  const pictures = await drawStudy(trials, results);
  folder.write('curves', pictures.curves);
  folder.write('returns', pictures.returns);
  folder.write('report', studyPage(studyWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures));
}

/** For people, on stderr: stdout is for machines. */
function printResult({ status, trials, results, failures, runFolder }: StudyResult): void {
  const lines = [
    '',
    ...studyFindings(results).flatMap(({ environment, words, table }) => [`${environment}: ${words}`, '', textTable(table), '']),
    ...(status === 'interrupted' ? [`interrupted: ${trials.ended} of ${trials.planned} trials have ended; the same command with --out ${runFolder} goes on`] : []),
    ...failures.map(({ environment, label, seed, message }) => `failed: ${environment} ${label} seed ${seed}: ${message}`),
    `report: ${runFolder}/report.html`,
    '',
  ];
  process.stderr.write(lines.join('\n'));
}

function resultOf({ environments, algorithms, seeds }: StudySettings, planned: number, results: readonly TrialResult[], runFolder: string): StudyResult {
  return {
    scenario: NAME,
    status: results.length < planned ? 'interrupted' : 'finished',
    environments,
    algorithms: algorithms.map(({ label }) => label),
    seeds,
    trials: { planned, ended: results.length },
    results: summarise(results),
    failures: results.flatMap(({ trial: { environment, label, seed }, failure, steps }) => (failure === null ? [] : [{ environment, label, seed, step: steps, ...failure }])),
    runFolder,
  };
}
