import { Command, Help, Option } from 'commander';

import { isRecord, METHODS, RULES } from '../src/entries/internals.js';
import type { AnyRow } from '../src/entries/study.js';
import { InternalError } from '../src/index.js';
import { writeFlag } from './command-line.js';
import { ALGORITHM } from './command-rows.js';
import { SCENARIOS } from './registry.js';
import { flaggedRows, type Scenario } from './scenario.js';

/** Columns of everything that is printed here. */
const WIDTH = 100;

const EVERYDAY = 'Everyday options:';

/** The text of `--help` for a scenario. @param all options, and not the everyday ones alone */
export function helpOf(scenario: Scenario, all: boolean): string {
  const { name, summary, positional } = scenario;
  const rows = flaggedRows(scenario);
  const shown = all ? rows : rows.filter(({ everyday }) => everyday === true);
  const program = new Command('node scenarios/run').description(`${name}: ${summary}`).helpOption(false).configureHelp({ helpWidth: WIDTH });
  program.argument('[scenario]', 'scenario to run; see --list (default: train)');
  if (positional !== undefined) program.argument(`[${positional}${scenario.several === true ? '...' : ''}]`, 'its input, with all settings');
  for (const row of shown.toSorted((a, b) => Number(b.everyday ?? false) - Number(a.everyday ?? false))) {
    program.addOption(new Option(writeFlag(row), describe(scenario, row)).helpGroup(row.everyday === true ? EVERYDAY : `${row.group}:`));
  }
  const hidden = rows.length - shown.length;
  return [
    program.helpInformation(),
    ...(hidden > 0 ? [`--help all: ${hidden} more options.\n`] : []),
    `Scenarios:\n${summaries(SCENARIOS)}\n`,
    ...(rows.some(({ path }) => path === 'rule.name' || path === 'algorithms') ? [`Rules:\n${summaries(Object.values(RULES))}\n`] : []),
    ...(rows.some(({ path }) => path === 'method') ? [`Methods:\n${summaries(Object.entries(METHODS).map(([method, about]) => ({ ...about, name: method })))}\n`] : []),
    ...rows.filter(({ path }) => path === 'environment').map((row) => wrap(defaultsOf(scenario, row))),
    wrap('Exit status: 0 success, 1 a failed run, 2 a usage error, 130 interrupted (SIGINT, SIGTERM), 129 hung up (SIGHUP).'),
  ].join('\n');
}

const defaultsOf = (scenario: Scenario, environment: AnyRow) =>
  `Defaults are those of ${defaultOf(scenario, environment) ?? ''} and of the default rule; other tasks, rules and methods have other defaults. The config.json of a run contains all settings.`;

/** The text of `--list`: a line for each scenario, for programs to read. */
export function scenarioLines(): string {
  return SCENARIOS.map(({ name, summary }) => `${name.padEnd(24)} ${summary}`).join('\n');
}

function summaries(list: readonly { readonly name: string; readonly summary: string }[]): string {
  const helper = Object.assign(new Help(), { helpWidth: WIDTH });
  return list.map(({ name, summary }) => helper.formatItem(name, 24, summary, helper)).join('\n');
}

const wrap = (text: string) => new Help().boxWrap(text, WIDTH);

function describe(scenario: Scenario, row: AnyRow): string {
  const value = defaultOf(scenario, row);
  return value === undefined ? row.help : `${row.help} (default: ${value})`;
}

/** The default of an option in a scenario, in words; undefined where it has none. */
export function defaultOf({ table, algorithm }: Scenario, row: AnyRow): string | undefined {
  const { path, kind, shown, optional, fallback, argument } = row;
  if (row === ALGORITHM) return algorithm;
  if (typeof shown === 'string') return shown;
  if (optional === true || argument === null) return undefined;
  if (!table.rows.some((row) => row.path === path)) return kind.show(fallback(() => { throw new InternalError(`${path} has no default of its own`); }));
  const [section, key] = path.split('.');
  const settings = new Map(Object.entries(table.resolve(shown)));
  const found: unknown = settings.get(section);
  return kind.show(path === section ? found : isRecord(found) ? found[key] : undefined);
}
