import { finishing, freeRunPath, runFolderName, textTable } from '../src/entries/internals.js';
import { openStudyFolder, runStudyVisibly, type StudyFolder, type Table, type Trial, type TrialResult } from '../src/entries/study.js';
import type { ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

/** What is special about one study of many trials. */
export interface StudyScenario<Row> {
  readonly name: string;
  /** What decides its results: its config.json. */
  readonly settings: object;
  /** `broadcast, ddpg on Pendulum-v1, 5 seeds each` */
  readonly description: string;
  /** What its result says first of what was compared. */
  readonly fields: object;
  readonly trials: readonly Trial[];
  /** Trials of the whole study, where others follow from the results of these. */
  readonly planned?: number;
  /** The trials that follow from the results of the first, once all of these have ended. */
  readonly following?: (results: readonly TrialResult[]) => readonly Trial[];
  readonly parallel: number;
  /** What is measured once all trials have ended. @returns what the result says of it */
  readonly measure?: (folder: StudyFolder, signal: AbortSignal) => Promise<object>;
  readonly summarise: (results: readonly TrialResult[]) => readonly Row[];
  /** The rows for people. */
  describe(rows: readonly Row[]): readonly { readonly words: string; readonly table?: Table }[];
  /** Writes pictures and page. */
  report(folder: StudyFolder, results: readonly TrialResult[]): Promise<void>;
}

/** What a study came to; `--json` prints it and `result.json` keeps it. Before `trials` stand the scenario's own fields. */
interface StudyResult<Row> {
  readonly scenario: string;
  readonly status: 'finished' | 'interrupted';
  /** Trials of the whole study, and those that have ended. */
  readonly trials: { readonly planned: number; readonly ended: number };
  readonly results: readonly Row[];
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

/** Runs the trials that its folder does not have yet, and leaves result, pictures and page. @returns the exit status */
export async function runStudyScenario<Row>(study: StudyScenario<Row>, input: ScenarioInput): Promise<number> {
  const { name, settings } = study;
  const folder = openStudyFolder(input.out ?? freeRunPath('runs', runFolderName(name, undefined, new Date())), { scenario: name, ...settings }, warn);
  return finishing(() => runInto(study, folder, input), () => { folder.close(); });
}

async function runInto<Row>(study: StudyScenario<Row>, folder: StudyFolder, input: ScenarioInput): Promise<number> {
  const { description, trials, parallel } = study;
  process.stderr.write(`${description}\nfolder: ${folder.path}\n`);
  const options = { parallel, signal: input.interrupt };
  const first = await runStudyVisibly(trials, folder.store, options);
  const following = first.length === trials.length ? (study.following?.(first) ?? []) : [];
  const results = [...first, ...(following.length === 0 ? [] : await runStudyVisibly(following, folder.store, options))];
  const measured = await study.measure?.(folder, input.interrupt);
  const result = { ...resultOf(study, results, folder.path), ...measured };
  folder.write('result', result);
  await study.report(folder, results);
  printResult(study, result);
  if (input.json) console.log(JSON.stringify(result));
  if (result.status === 'interrupted') return 130;
  return result.failures.some(({ kind }) => kind === 'crashed') ? 1 : 0;
}

/** For people, on stderr: stdout is for machines. */
function printResult<Row>(study: StudyScenario<Row>, { status, trials, results, failures, runFolder }: StudyResult<Row>): void {
  const lines = [
    '',
    ...study.describe(results).flatMap(({ words, table }) => [words, '', ...(table === undefined ? [] : [textTable(table), ''])]),
    ...(status === 'interrupted' ? [`interrupted: ${trials.ended} of ${trials.planned} trials have ended; the same command with --out ${runFolder} goes on`] : []),
    ...failures.map(({ environment, label, seed, message }) => `failed: ${environment} ${label} seed ${seed}: ${message}`),
    `report: ${runFolder}/report.html`,
    '',
  ];
  process.stderr.write(lines.join('\n'));
}

function resultOf<Row>({ name, fields, trials, planned = trials.length, summarise }: StudyScenario<Row>, results: readonly TrialResult[], runFolder: string): StudyResult<Row> {
  return {
    scenario: name,
    status: results.length < planned ? 'interrupted' : 'finished',
    ...fields,
    trials: { planned, ended: results.length },
    results: summarise(results),
    failures: results.flatMap(({ trial: { environment, label, seed }, failure, steps }) => (failure === null ? [] : [{ environment, label, seed, step: steps, ...failure }])),
    runFolder,
  };
}
