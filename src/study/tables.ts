import { isRecord } from '../check.js';
import { formatRows, type Table } from '../report/table.js';
import { interval, NOTHING, score, whole } from './format.js';
import type { BaseRow, OtherTable, StudyColumn, StudyTable } from './study.js';
import { algorithmOf, trialSettings, type Trial, type TrialResult } from './trial.js';

/** A table of a study with its cells as text. */
export function drawTable<R>(given: StudyTable<R> | OtherTable, rows: readonly R[]): OtherTable {
  if ('table' in given) return given;
  const { names, numbers, rows: own = rows, ...rest } = given;
  const columns = [...names, ...numbers];
  return { ...rest, table: { columns: [...names.map(([name]) => ({ name })), ...numbers.map(([name]) => numeric(name))], rows: own.map((row) => columns.map(([, cell]) => cell(row))) } };
}

/** Columns that most studies have. */
export const SEED_COLUMNS: readonly StudyColumn<BaseRow>[] = [['seeds', ({ seeds }) => String(seeds)], ['failed', ({ failures }) => String(failures)]];
export const DIVERGED_COLUMNS: readonly StudyColumn<BaseRow>[] = [['seeds', ({ seeds }) => String(seeds)], ['diverged', ({ diverged }) => String(diverged)]];
export const FINAL_COLUMNS: readonly StudyColumn<BaseRow>[] = [['return at the end', ({ returns }) => score(returns?.mean)], ['95 % interval', ({ returns }) => interval(returns)]];
export const RETURN_COLUMNS: readonly StudyColumn<BaseRow>[] = [['mean return', ({ returns }) => score(returns?.mean)], ['95 % interval', ({ returns }) => interval(returns)]];

/** The random policy's return, from the first row that has one. */
export function randomScore(rows: readonly Pick<BaseRow, 'randomReturn'>[]): string {
  return score(rows.find(({ randomReturn }) => randomReturn !== null)?.randomReturn);
}

/** The trials that failed. */
export function failureTable(results: readonly TrialResult[]): Table {
  return {
    columns: [{ name: 'task' }, { name: 'algorithm' }, numeric('seed'), numeric('at step'), { name: 'why' }, numeric('last mean return')],
    rows: results.flatMap(({ trial, failure, steps, curve }) =>
      failure === null ? [] : [[trial.environment, trial.label, String(trial.seed), whole(steps), failure.message, score(curve.at(-1)?.meanReturn)]],
    ),
  };
}

/** The complete settings of each arm on one task, setting by setting. A setting that an algorithm does not have is left empty. */
export function settingsTable(trials: readonly Trial[]): Table {
  const flat = trials.map((trial) => flatten(trialSettings(trial)));
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))].filter((path) => !['environment', 'seed', 'steps'].includes(path));
  return {
    columns: [{ name: 'setting' }, ...trials.map(({ label }) => numeric(label))],
    rows: paths.map((path) => [path, ...flat.map((settings) => describe(settings.get(path)))]),
  };
}

/** What crosses from neuron to neuron under each arm. */
export function localityTable(trials: readonly Trial[]): Table {
  const notes = new Map(trials.map((trial) => [trial.algorithm, algorithmOf(trial).localityNote]));
  return { columns: [{ name: 'algorithm' }, { name: 'what crosses from neuron to neuron besides voltages' }], rows: [...notes] };
}

/** The rows as comma-separated values: numbers by dotted path, an estimate as its mean and both ends of its interval. Lists of other things are left out. */
export function rowsAsCsv(rows: readonly object[]): string {
  const flat = rows.map((row) => new Map([...flatten(row)].filter(([, value]) => !Array.isArray(value))));
  const names = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [names, ...flat.map((row) => names.map((name) => describe(row.get(name) ?? undefined)))].map((cells) => `${cells.map(quote).join(',')}\n`).join('');
}

/** A table in Markdown. */
export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(table.columns.map(({ name }) => name)), line(table.columns.map((column) => (column.numeric === true ? '---:' : '---'))), ...formatRows(table, 'table').map(line)].join('\n');
}

/** Values by dotted path; both ends of an interval apart. */
function flatten(given: object, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(given) as [string, unknown][]) {
    if (isRecord(value)) for (const [path, each] of flatten(value, `${prefix}${key}.`)) flat.set(path, each);
    else if (key === 'interval' && Array.isArray(value)) value.forEach((end: unknown, i) => flat.set(`${prefix}${['low', 'high'][i]}`, end));
    else flat.set(`${prefix}${key}`, value);
  }
  return flat;
}

function describe(value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return NOTHING;
  if (Array.isArray(value)) return value.join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function numeric(name: string): { name: string; numeric: boolean } {
  return { name, numeric: true };
}
