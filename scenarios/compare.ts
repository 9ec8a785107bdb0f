import { createRunFolder, createTable, finishing, freeRunPath, runFolderName, textTable, type RunFolder } from '../src/entries/internals.js';
import { curveOf, FEW_SEEDS, groupRuns, lineChart, listed, plural, probabilityOfImprovement, readRun, reportPage, score, taskReferences, whole, withInterval, type ComparedGroup, type ComparedRun, type Table } from '../src/entries/study.js';
import { OptionRangeError } from '../src/index.js';
import type { Scenario, ScenarioInput } from './scenario.js';
import { warn } from './warn.js';

const NAME = 'compare';
const SUBJECT = 'run folders';

/** Compares runs that have ended: curves over each other, returns with intervals, a page. */
export const compare: Scenario = {
  name: NAME,
  summary: 'compare runs that have ended: learning curves over each other, a table with intervals, a page',
  table: createTable([]),
  commands: [],
  positional: SUBJECT,
  several: true,
  async run(input) {
    const { positionals, out } = input;
    if (positionals.length === 0) throw new OptionRangeError(SUBJECT, `"${SUBJECT}" expected the folders of runs; usage: node scenarios/run ${NAME} runs/*`);
    const groups = groupRuns(readRuns([...new Set(positionals)]));
    const folder = createRunFolder(out ?? freeRunPath('runs', runFolderName(NAME, undefined, new Date())), { warn });
    return finishing(() => compareInto(folder, groups, input), () => { folder.close(); });
  },
};

/** Of several folders, those that hold no run are passed over with a warning. */
function readRuns(folders: readonly string[]): ComparedRun[] {
  const problems: unknown[] = [];
  const runs = folders.flatMap((folder) => {
    try {
      return [readRun(SUBJECT, folder)];
    } catch (error) {
      if (!(error instanceof OptionRangeError)) throw error;
      problems.push(error);
      if (folders.length > 1) warn(`${error.message}; it is left out`);
      return [];
    }
  });
  if (runs.length === 0) throw problems[0];
  return runs;
}

async function compareInto(folder: RunFolder, groups: readonly ComparedGroup[], { json }: ScenarioInput): Promise<number> {
  const environments = [...new Set(groups.map(({ environment }) => environment))];
  const picture = await lineChart({
    title: 'Learning curves', subtitle: 'mean return of the last 20 training episodes; 95 % bootstrap interval over seeds', x: 'environment steps', y: 'return',
    panels: environments.map((environment) => ({ title: environment, series: groups.filter((group) => group.environment === environment).map(({ label, runs }) => ({ name: label, points: curveOf(runs) })), references: taskReferences(environment) })),
  });
  const table = tableOf(groups);
  const sentences = environments.map((environment) => findingOf(environment, groups.filter((group) => group.environment === environment)));
  const fewest = Math.min(...groups.map(({ runs }) => runs.length));
  const warning = fewest >= FEW_SEEDS ? undefined : `Only ${plural(fewest, 'seed')} in a row: with fewer than ${FEW_SEEDS}, intervals are too narrow and differences may be chance.`;
  folder.write('curves', picture);
  folder.write('report', reportPage({
    title: 'Comparison of runs',
    lead: 'Runs that differ in their seed alone are one row.',
    sections: [
      { title: 'What was found', list: sentences, ...(warning !== undefined && { warning }), picture },
      { title: 'Returns', table, note: 'Evaluation: mean return of the last evaluation of each run, exploration off, mean over seeds [95 % bootstrap interval]. Better than the first: probability that a run has a higher evaluation than one of the first row of its task, equal ones counting one half (Agarwal et al. 2021).' },
      { title: 'Folders', table: { columns: [{ name: 'task' }, { name: 'algorithm' }, { name: 'seed', numeric: true }, { name: 'folder' }], rows: groups.flatMap(({ environment, label, runs }) => runs.map(({ seed, folder: path }) => [environment, label, seed, path])) }, folded: true },
    ],
  }));
  const result = {
    scenario: NAME, status: 'finished',
    groups: groups.map(({ label, environment, returns, randomReturn, runs }) => ({ label, environment, seeds: runs.map(({ seed }) => seed), returns, randomReturn, folders: runs.map(({ folder: path }) => path) })),
    runFolder: folder.path,
  };
  folder.write('result', result);
  process.stderr.write(['', textTable(table), '', ...(warning === undefined ? [] : [`warning: ${warning}`]), ...sentences, '', `report: ${folder.path}/report.html`, ''].join('\n'));
  if (json) console.log(JSON.stringify(result));
  return 0;
}

function tableOf(groups: readonly ComparedGroup[]): Table {
  return {
    columns: [{ name: 'task' }, { name: 'algorithm' }, { name: 'seeds', numeric: true }, { name: 'steps', numeric: true }, { name: 'evaluation', numeric: true }, { name: 'random', numeric: true }, { name: 'steps/s', numeric: true }, { name: 'better than the first', numeric: true }],
    rows: groups.map(({ environment, label, runs, returns, randomReturn }) => {
      const first = groups.find((group) => group.environment === environment);
      const better = first === undefined || first.runs === runs ? '' : withInterval(probabilityOfImprovement(returns.values, first.returns.values), 2);
      const steps = [...new Set(runs.map((run) => run.steps))];
      const speed = runs.reduce((sum, { stepsPerSecond }) => sum + stepsPerSecond, 0) / runs.length;
      return [environment, label, String(runs.length), steps.length === 1 ? whole(steps[0]) : `${whole(Math.min(...steps))} to ${whole(Math.max(...steps))}`, withInterval(returns), score(randomReturn), whole(speed), better];
    }),
  };
}

function findingOf(environment: string, groups: readonly ComparedGroup[]): string {
  const [best, ...others] = groups.toSorted((one, other) => other.returns.mean - one.returns.mean);
  const found = `${best.label} has ${others.length === 0 ? 'a mean evaluation of' : 'the highest mean evaluation,'} ${withInterval(best.returns)} (random policy ${score(best.randomReturn)})`;
  return `${environment}: ${found}${others.length === 0 ? '' : `; ${listed(others.map(({ label, returns }) => `${label} ${withInterval(returns)}`))}`}.`;
}
