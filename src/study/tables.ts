import { isRecord } from '../check.js';
import { algorithmOf, trialOptions, type Trial, type TrialResult } from './trial.js';
import type { SummaryRow } from './summary.js';

/** A table of words and numbers, for the terminal as for the page. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly numeric?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

const NOTHING = '–';

/** What a study has found: one row for each task and contender. */
export function resultTable(rows: readonly SummaryRow[]): Table {
  return {
    columns: [
      { name: 'task' },
      { name: 'algorithm' },
      ...['env steps', 'seeds', 'failed', 'mean return', '95 % interval', 'interquartile mean', 'random policy', 'steps to threshold', 'samples/s'].map(numeric),
    ],
    rows: rows.map((row) => [
      row.environment,
      row.label,
      whole(row.steps),
      String(row.seeds),
      String(row.failures),
      score(row.meanReturn),
      row.interval === null ? NOTHING : `${score(row.interval[0])} to ${score(row.interval[1])}`,
      score(row.interquartileMean),
      score(row.randomReturn),
      describeThreshold(row),
      whole(row.samplesPerSecond),
    ]),
  };
}

/** `12,000 (3 of 5)` */
function describeThreshold({ threshold, stepsToThreshold, reached, seeds, failures }: SummaryRow): string {
  if (threshold === null) return NOTHING;
  return stepsToThreshold === null ? 'none' : `${whole(stepsToThreshold)} (${reached} of ${seeds + failures})`;
}

/** The trials that did not get to their end. */
export function failureTable(results: readonly TrialResult[]): Table {
  return {
    columns: [{ name: 'task' }, { name: 'algorithm' }, numeric('seed'), numeric('at step'), { name: 'why' }, numeric('last mean return')],
    rows: results.flatMap(({ trial, failure, steps, curve }) =>
      failure === null ? [] : [[trial.environment, trial.label, String(trial.seed), whole(steps), failure.message, score(curve.at(-1)?.meanReturn ?? null)]],
    ),
  };
}

/** The complete settings of each contender on one task, setting by setting. What an algorithm does not have is left empty. */
export function settingsTable(trials: readonly Trial[]): Table {
  const flat = trials.map((trial) => flatten(algorithmOf(trial).resolve(trialOptions(trial))));
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))].filter((path) => !['environment', 'seed', 'steps'].includes(path));
  return {
    columns: [{ name: 'setting' }, ...trials.map(({ label }) => numeric(label))],
    rows: paths.map((path) => [path, ...flat.map((settings) => settings.get(path) ?? '')]),
  };
}

/** Settings by dotted path. */
function flatten(settings: object, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(settings) as [string, unknown][]) {
    if (isRecord(value)) for (const [path, text] of flatten(value, `${prefix}${key}.`)) flat.set(path, text);
    else flat.set(`${prefix}${key}`, describe(value));
  }
  return flat;
}

function describe(value: unknown): string {
  if (value === null) return NOTHING;
  if (Array.isArray(value)) return value.join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What crosses from neuron to neuron under each contender. */
export function localityTable(trials: readonly Trial[]): Table {
  return {
    columns: [{ name: 'algorithm' }, { name: 'what crosses from neuron to neuron besides voltages' }],
    rows: trials.map((trial) => [trial.label, algorithmOf(trial).locality]),
  };
}

function numeric(name: string): { name: string; numeric: boolean } {
  return { name, numeric: true };
}

function whole(value: number | null): string {
  return value === null ? NOTHING : Math.round(value).toLocaleString('en');
}

function score(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(1);
}
