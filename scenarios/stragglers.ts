import {
  describeNeighbour,
  describeStragglers,
  DISCIPLINE_NAMES,
  drawNeighbour,
  drawStragglers,
  isOutcome,
  measureNeighbour,
  neighbourTable,
  planStragglerTrials,
  resolveStragglerStudySettings,
  RULE_NAMES,
  stragglerContenders,
  stragglerPage,
  stragglerTable,
  summariseStragglers,
  type NeighbourFindings,
  type StragglerStudySettings,
  type StudyFolder,
} from '../src/index.js';
import { number, numbers, SIMULATION_FLAGS, text, words, type Flag } from './options.js';
import type { Scenario } from './scenario.js';
import { describeStragglerStudy, stragglerWords } from './straggler-words.js';
import { readStudyInput, runStudyScenario } from './study.js';

const NAME = 'stragglers';

const shared = (...names: string[]) => names.flatMap((name) => SIMULATION_FLAGS.filter(({ flag }) => flag === name));

/** Durations are those of the study's own world. */
const DURATION_FLAGS = shared('--compute-time', '--act-time', '--step-time', '--delay', '--latency', '--wake-time');
const OTHERWISE: Readonly<Record<string, string>> = { '--compute-time': 'lognormal(1, 0.3)', '--act-time': '0.02', '--step-time': '0.02', '--delay': '0.1', '--latency': '0.1', '--wake-time': '0' };

const FLAGS: readonly Flag[] = [
  ...shared('--environment'),
  { flag: '--algorithms', argument: '<names>', path: 'algorithms', parse: words, help: `with commas between them: ${RULE_NAMES.join(', ')}` },
  { flag: '--disciplines', argument: '<names>', path: 'disciplines', parse: words, help: `who waits for whom, with commas between them: ${DISCIPLINE_NAMES.join(', ')}` },
  { flag: '--slowdowns', argument: '<factors>', path: 'slowdowns', parse: numbers, help: 'how many times slower stragglers are, with commas between them; 1 is what the others are compared with' },
  { flag: '--share', argument: '<share>', path: 'share', parse: number, help: 'share of the partitions that are stragglers' },
  ...shared('--partitions', '--rate-limit', '--steps'),
  { flag: '--bound', argument: '<versions>', path: 'bound', parse: number, help: 'updates that a partition may be ahead of the slowest under bounded' },
  { flag: '--seeds', argument: '<count>', path: 'seeds', parse: number, help: 'trials of each discipline and factor, from seeds 1, 2, …' },
  ...shared('--hidden').map((flag) => ({ ...flag, otherwise: 'what each algorithm ships with' })),
  ...DURATION_FLAGS.map((flag) => ({ ...flag, otherwise: OTHERWISE[flag.flag] })),
  { flag: '--parallel', argument: '<count>', path: 'parallel', parse: number, otherwise: 'as many as there are cores', help: 'trials at a time' },
  { flag: '--evaluate-every', argument: '<steps>', path: 'evaluation.every', parse: number, otherwise: 'a tenth of the steps', help: 'environment steps between two evaluations' },
  { flag: '--noisy-neighbour', argument: '<on|off>', path: 'neighbour.run', parse: text, help: 'whether it is measured, for real, what a busy process beside does' },
  { flag: '--neighbour-repeats', argument: '<count>', path: 'neighbour.repeats', parse: number, help: 'how often that is measured' },
  { flag: '--neighbour-seconds', argument: '<seconds>', path: 'neighbour.seconds', parse: number, help: 'for how long each time' },
  { flag: '--neighbour-hidden', argument: '<sizes>', path: 'neighbour.hidden', parse: numbers, help: 'neurons in each hidden layer of that' },
];

/** What slow partitions cost those who wait for them, and those who do not. */
export const stragglers: Scenario = {
  name: NAME,
  summary: 'slow some partitions down: what do barriers, bounds and free running lose? and beside a busy process, for real?',
  flags: FLAGS,
  defaults: resolveStragglerStudySettings(),
  resumable: false,
  run(input) {
    const { study, parallel } = readStudyInput(NAME, input);
    const settings = resolveStragglerStudySettings(study);
    const { environment, algorithms, disciplines, slowdowns, share, partitions, rateLimit, seeds } = settings;
    const trials = planStragglerTrials(settings);
    let findings: NeighbourFindings = { skipped: 'The trials come first.' };
    return runStudyScenario({
      name: NAME,
      settings,
      description: describeStragglerStudy(settings),
      fields: { environment, algorithms, disciplines, slowdowns, share, partitions, rateLimit, seeds },
      trials,
      parallel,
      async measure(folder, signal) {
        findings = await findNeighbour(settings, folder, signal);
        return { neighbour: findings };
      },
      summarise: (results) => summariseStragglers(stragglerContenders(settings), results),
      describe: (rows) => [
        ...(rows.length === 0 ? [] : [{ words: `${environment}: ${describeStragglers(settings, rows)}`, table: stragglerTable(rows) }]),
        { words: describeNeighbour(findings), ...('skipped' in findings ? {} : { table: neighbourTable(findings) }) },
      ],
      async report(folder, results) {
        const pictures = await drawStragglers(settings, results);
        const picture = await drawNeighbour(findings);
        folder.write('speeds', pictures.speeds);
        folder.write('curves', pictures.curves);
        folder.write('returns', pictures.returns);
        folder.write('staleness', pictures.staleness);
        if (!('skipped' in findings)) folder.write('neighbourPicture', picture);
        folder.write('report', stragglerPage(settings, stragglerWords(NAME, settings, { planned: trials.length, ended: results.length, parallel }), trials, results, pictures, { findings, picture }));
      },
    }, input);
  },
};

/** Measured once: what the folder has is not measured again. */
async function findNeighbour(settings: StragglerStudySettings, folder: StudyFolder, signal: AbortSignal): Promise<NeighbourFindings> {
  const known = folder.read('neighbour');
  if (isOutcome(known)) return known;
  if (settings.neighbour.run === 'on' && !signal.aborted) process.stderr.write('measuring beside a busy process\n');
  const findings = await measureNeighbour(settings, signal);
  if (!('skipped' in findings)) folder.write('neighbour', findings);
  return findings;
}
