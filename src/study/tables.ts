import { isRecord } from '../check.js';
import type { Table } from '../report/table.js';
import { TASK_SCORES } from './task-scores.js';
import type { SummaryRow } from './summary.js';
import { algorithmOf, trialOptions, type Trial, type TrialResult } from './trial.js';

/** What stands where there is no number. */
export const NOTHING = '–';

/** What a study has found on one task. */
export interface TaskFindings {
  readonly environment: string;
  /** What the numbers are measured against, in a sentence. */
  readonly words: string;
  /** One row for each contender. */
  readonly table: Table;
}

/** The findings task by task, in order of appearance. */
export function studyFindings(rows: readonly SummaryRow[]): TaskFindings[] {
  const environments = [...new Set(rows.map(({ environment }) => environment))];
  return environments.map((environment) => {
    const own = rows.filter((row) => row.environment === environment);
    return { environment, words: describeTask(own.find(({ randomReturn }) => randomReturn !== null) ?? own[0]), table: contenderTable(own) };
  });
}

/** `40,000 environment steps; random policy -1286.8; threshold -160; published -152 (DDPG, 20,000 steps)` */
function describeTask({ environment, steps, randomReturn }: SummaryRow): string {
  const benchmark = TASK_SCORES[environment];
  return [
    `${whole(steps)} environment steps`,
    `random policy ${score(randomReturn)}`,
    ...(benchmark === undefined ? [] : [`threshold ${benchmark.threshold}`, `published ${benchmark.published} (${benchmark.source})`]),
  ].join('; ');
}

function contenderTable(rows: readonly SummaryRow[]): Table {
  return {
    columns: [{ name: 'algorithm' }, ...['seeds', 'failed', 'mean return', '95 % interval', 'IQM', 'steps to threshold', 'samples/s', 'updates/s'].map(numeric)],
    rows: rows.map((row) => [
      row.label,
      String(row.seeds),
      String(row.failures),
      score(row.meanReturn),
      interval(row.interval),
      score(row.interquartileMean),
      describeThreshold(row),
      whole(row.samplesPerSecond),
      whole(row.updatesPerSecond),
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
    rows: trials.map((trial) => [trial.label, algorithmOf(trial).localityNote]),
  };
}

export function numeric(name: string): { name: string; numeric: boolean } {
  return { name, numeric: true };
}

export function whole(value: number | null): string {
  return value === null ? NOTHING : Math.round(value).toLocaleString('en');
}

export function score(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(1);
}

/** `-200.0 to -120.0` */
export function interval(ends: readonly [low: number, high: number] | null): string {
  return ends === null ? NOTHING : `${score(ends[0])} to ${score(ends[1])}`;
}
