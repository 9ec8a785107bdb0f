import { createProgressBar, createRunFolder, finishing, freeRunPath, METHODS, runFolderName, TABULAR, type RunFolder } from '../src/entries/internals.js';
import { drawErrors, drawGrid, errorsCsv, valuesCsv, vary } from '../src/entries/study.js';
import { resolveTabularSettings, runTabular, type TabularReport, type TabularSettings } from '../src/index.js';
import { CONFIG, FINAL } from './command-rows.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { printTabular, type TabularResult } from './tabular-summary.js';
import { warn } from './warn.js';

const NAME = 'tabular';

/** Episodes of the evaluation by default: a table acts fast. */
const EPISODES = 100;

/** Tabular methods on a task whose transitions are known. */
export const tabular: Scenario = {
  name: NAME,
  summary: 'compute a table of values on a small task, by planning or from samples on threads, and compare it with the exact solution',
  table: TABULAR,
  commands: [CONFIG, vary(FINAL, { shown: String(EPISODES), everyday: false })],
  async run(input) {
    const settings = resolveTabularSettings(input.options);
    const folder = createRunFolder(input.out ?? freeRunPath('runs', runFolderName(NAME, settings.seed, new Date())), { warn });
    return finishing(() => runInto(folder, settings, input), () => { folder.close(); });
  },
};

async function runInto(folder: RunFolder, settings: TabularSettings, { interrupt, json, episodes = EPISODES }: ScenarioInput): Promise<number> {
  folder.write('config', settings);
  const bar = METHODS[settings.method].kind === 'model' ? undefined : createProgressBar(`${settings.environment} ${settings.method}`, settings.steps ?? 0);
  let report: TabularReport;
  try {
    report = await runTabular(settings, { signal: interrupt, episodes, onProgress: (step, ended) => { bar?.update(step, null, ended); } });
  } finally {
    bar?.stop();
  }
  const result = resultOf(report, folder);
  folder.write('values', valuesCsv(report));
  folder.write('errors', errorsCsv(report));
  folder.write('grid', await drawGrid(report));
  folder.write('errorCurve', await drawErrors(report));
  folder.write('result', result);
  printTabular(report, result);
  if (json) console.log(JSON.stringify(result));
  return report.stopped ? 130 : 0;
}

function resultOf(report: TabularReport, folder: RunFolder): TabularResult {
  const { settings: { environment, method, seed, threads = 1, schedule }, model, reference, steps, episodes, updates, lostUpdates, seconds, evaluation, random } = report;
  const last = report.errors.at(-1);
  const startOf = (values: Float64Array) => values.reduce((sum, value, state) => sum + model.initial[state] * value, 0);
  return {
    scenario: NAME,
    status: report.stopped ? 'interrupted' : 'finished',
    environment, method, seed,
    repeatable: schedule !== 'hogwild' || threads === 1,
    steps, episodes, updates, lostUpdates, seconds,
    error: last === undefined || Number.isNaN(last.rms) ? null : { rms: last.rms, max: last.max, start: last.start },
    startValue: startOf(report.values), exactStartValue: startOf(reference.values),
    evaluation, random,
    runFolder: folder.path,
  };
}
