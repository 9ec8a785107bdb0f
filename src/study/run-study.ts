import { availableParallelism } from 'node:os';

import { checkString, wrongKind } from '../check.js';
import { finishing } from '../files/finish.js';
import { freeRunPath } from '../files/folder.js';
import { loadModulesOf } from '../modules.js';
import { textTable } from '../report/text-table.js';
import { runFolderName } from '../telemetry/run-folder.js';
import { guard } from './definition.js';
import { isStudy } from './define.js';
import { defaultFindings } from './default-findings.js';
import { drawFigure, type Drawn, finalReturns, learningCurves } from './figures.js';
import { whole } from './format.js';
import { seedWarning, studyPage } from './page.js';
import { repeatCommand } from './repeat-command.js';
import { summarise, type StudyState } from './rows.js';
import { runTrialsWithProgress } from './run-trials.js';
import { openStudyFolder, type StudyFolder } from './store.js';
import type { Arm, OtherTable, Report, Row, Study } from './study.js';
import { drawTable, markdownTable, randomScore, RETURN_COLUMNS, rowsAsCsv, SEED_COLUMNS } from './tables.js';

export interface StudyRun {
  /** Options of the study. */
  readonly options?: object;
  /** Folder of the results; a new one in `runs` unless given. A study continues in its own folder. */
  readonly out?: string | undefined;
  /** Trials at a time; as many as there are cores unless given. */
  readonly parallel?: number;
  /** Ends the study early; ended trials are kept. */
  readonly signal?: AbortSignal;
  /** The command line up to the study's options, for the page. */
  readonly command?: string;
  /** Takes a line about a file that could not be read, or a lock that was taken over. */
  readonly warn?: (line: string) => void;
}

/** The results of a study: `--json` prints them and `result.json` keeps them, after the settings. */
export interface StudyResult<R> {
  readonly scenario: string;
  readonly status: 'finished' | 'interrupted';
  /** Trials of the whole study, and those that have ended. */
  readonly trials: { readonly planned: number; readonly ended: number };
  readonly findings: readonly string[];
  readonly results: readonly R[];
  readonly measured?: unknown;
  readonly failures: readonly { readonly environment: string; readonly label: string; readonly seed: number; readonly step: number; readonly kind: 'diverged' | 'crashed'; readonly message: string }[];
  readonly runFolder: string;
}

/**
 * Runs the trials that the study's folder does not have yet, shows progress on stderr, and writes tables, pictures and a page.
 *
 * @throws TypeError or RangeError naming an option; FileError if the folder cannot be written to
 */
export async function runStudy<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, run: StudyRun = {}): Promise<StudyResult<Row<A, Own>>> {
  const given: unknown = study;
  if (!isStudy(given)) throw wrongKind('study', 'a study of defineStudy', given);
  await loadModulesOf(run.options ?? {});
  await loadModulesOf({ algorithms: study.arms(study.table.resolve(run.options)).map(({ algorithm, options = {} }) => ({ algorithm, options })) });
  const settings = study.resolve(run.options);
  const { warn = (line) => process.stderr.write(`warning: ${line}\n`) } = run;
  const path = run.out === undefined ? freeRunPath('runs', runFolderName(study.name, undefined, new Date())) : checkString('out', run.out);
  const folder = openStudyFolder(path, { scenario: study.name, ...settings }, warn);
  return finishing(() => runInto(study, settings, folder, run), () => { folder.close(); });
}

async function runInto<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, settings: S, folder: StudyFolder, run: StudyRun): Promise<StudyResult<Row<A, Own>>> {
  const { signal = new AbortController().signal } = run;
  const parallel = study.parallel ?? run.parallel ?? availableParallelism();
  const description = study.describe?.(settings) ?? '';
  process.stderr.write(`${[...(description === '' ? [] : [description]), `folder: ${folder.path}`].join('\n')}\n`);
  let state = summarise(study, settings, []);
  let results = await runTrialsWithProgress(state.trials, folder.store, { parallel, signal });
  const first = state.trials.length;
  state = summarise(study, settings, results);
  if (state.trials.length > first) {
    results = [...results, ...(await runTrialsWithProgress(state.trials.slice(first), folder.store, { parallel, signal }))];
  }
  const measured = await measure(study, summarise(study, settings, results).report, folder, signal);
  state = summarise(study, settings, results, measured);
  return leave(study, state, description, folder, { ...run, parallel });
}

/** Measures what the folder does not have yet. */
async function measure<S extends object, A extends Arm, Own extends object, M>({ measure: measurement }: Study<S, A, Own, M>, report: Report<S, Row<A, Own>, M>, folder: StudyFolder, signal: AbortSignal): Promise<M | undefined> {
  if (measurement === undefined) return undefined;
  const known = folder.read(measurement.file);
  const before = { ...report, measured: undefined };
  if (measurement.isKnown(known, before)) return known;
  const found = await measurement.run(before, signal);
  if (measurement.isKnown(found, before)) folder.write(measurement.file, found as object); // plain data: it is read back so
  return found;
}

/** Writes and prints what was found. */
async function leave<S extends object, A extends Arm, Own extends object, M>(
  study: Study<S, A, Own, M>,
  { report, trials, planned }: StudyState<S, A, Own, M>,
  description: string,
  folder: StudyFolder,
  { parallel, command }: StudyRun & { readonly parallel: number },
): Promise<StudyResult<Row<A, Own>>> {
  const { settings, rows, results, measured } = report;
  const findings = study.findings?.(report) ?? defaultFindings(report);
  const tables = tablesOf(study, report);
  const result: StudyResult<Row<A, Own>> = {
    scenario: study.name,
    status: results.length < planned ? 'interrupted' : 'finished',
    ...settings,
    trials: { planned, ended: results.length },
    findings,
    results: rows,
    ...(study.measure?.inResult === true && { measured }),
    failures: results.flatMap(({ trial: { environment, label, seed }, failure, steps }) => (failure === null ? [] : [{ environment, label, seed, step: steps, ...failure }])),
    runFolder: folder.path,
  };
  folder.write('result.json', result);
  folder.write('results.csv', rowsAsCsv(rows));
  folder.write('results.md', [`# ${study.title}`, findings.map((each) => `- ${each}`).join('\n'), ...tables.map(({ title, note, table }) => [`## ${title}`, ...(note === undefined ? [] : [note]), markdownTable(table)].join('\n\n'))].join('\n\n').concat('\n'));
  const figures = await Promise.all((await (study.figures?.(report) ?? [finalReturns(), learningCurves()])).map((figure) => guard(study.name, `figures[${figure.file}].${'bars' in figure ? 'bars' : 'lines'}`, () => drawFigure(figure, report))() as Promise<Drawn>)); // what drawFigure returns
  for (const { file, picture } of figures) folder.write(`${file}.svg`, picture);
  const interrupted = results.length < planned ? ` Interrupted: ${results.length} of ${planned} trials have ended.` : '';
  folder.write('report.html', studyPage(study, report, {
    lead: `${study.question}${description === '' ? '' : ` Here: ${description}.`}${interrupted}`,
    findings, tables, figures, trials, parallel,
    command: command === undefined ? undefined : repeatCommand(command, study.table.rows, settings),
  }));
  print(result, tables);
  return result;
}

function tablesOf<S extends object, A extends Arm, Own extends object, M>(study: Study<S, A, Own, M>, report: Report<S, Row<A, Own>, M>): OtherTable[] {
  if (report.rows.length === 0) return [];
  const draw = guard(study.name, 'tables', () => (study.tables?.(report) ?? taskTables(report.rows)).map((table) => drawTable(table, report.rows)));
  return draw() as OtherTable[]; // what drawTable returns
}

/** One table for each task. */
function taskTables<R extends Row>(rows: readonly R[]) {
  return [...new Set(rows.map(({ environment }) => environment))].map((environment) => {
    const own = rows.filter((row) => row.environment === environment);
    return { title: environment, note: `${whole(own[0].steps)} environment steps; random policy ${randomScore(own)}.`, rows: own, names: [['algorithm', ({ label }: R) => label]] as const, numbers: [...SEED_COLUMNS, ...RETURN_COLUMNS] };
  });
}

/** Prints tables and findings on stderr, the findings last. */
function print<R extends { readonly seeds: number }>({ status, trials, findings, results, failures, runFolder }: StudyResult<R>, tables: readonly OtherTable[]): void {
  const warning = seedWarning(results);
  const lines = [
    '',
    ...(warning === undefined ? [] : [`warning: ${warning}`, '']),
    ...tables.flatMap(({ title, note, table }) => [title, ...(note === undefined ? [] : [note]), '', textTable(table), '']),
    ...failures.map(({ environment, label, seed, message }) => `failed: ${environment} ${label} seed ${seed}: ${message}`),
    ...(status === 'interrupted' ? [`interrupted: ${trials.ended} of ${trials.planned} trials have ended; the same command with --out ${runFolder} continues`] : []),
    `report: ${runFolder}/report.html`,
    ...(findings.length === 0 ? [] : ['', ...findings]),
    '',
  ];
  process.stderr.write(lines.join('\n'));
}
