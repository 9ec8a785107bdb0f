import { fileSchema, type JsonSchema, type OptionTable } from '../src/entries/internals.js';
import { optional, text, type AnyRow } from '../src/entries/study.js';
import { CONFIG, EVERYWHERE, PARALLEL, type CommandSettings } from './command-rows.js';
import type { Resumption } from './resumption.js';

/** The input of a scenario from the command line. */
export interface ScenarioInput extends CommandSettings {
  /** Settings from `--config` and flags, nested as in a config.json; not checked yet. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Its argument after the name; undefined without one. */
  readonly positional: string | undefined;
  /** All of its arguments, if it takes several. */
  readonly positionals: readonly string[];
  /** The run to resume; undefined for a new one. */
  readonly resumption: Resumption | undefined;
  /** Aborted by Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/** A command of `node scenarios/run`: one file and one line in the registry. */
export interface Scenario {
  readonly name: string;
  /** The algorithm of one that trains; `--algorithm` chooses among these. */
  readonly algorithm?: string;
  /** Names that it had before: refused with the present one. */
  readonly formerly?: readonly string[];
  /** One line for `--list`. */
  readonly summary: string;
  /** Its settings. */
  readonly table: OptionTable;
  /** Further options of its command line, besides those of every scenario. */
  readonly commands: readonly AnyRow[];
  /** True if the same command with `--out <folder>` continues what was interrupted. */
  readonly continuesInOut?: boolean;
  /** Name of its argument, for `--help`: the word after the scenario. Absent without one. */
  readonly positional?: string;
  /** True if it takes several. */
  readonly several?: true;
  /** Runs it to its end and returns the process's exit status. */
  run(input: ScenarioInput): Promise<number>;
}

/** Every option that has a flag in a scenario. */
export function flaggedRows({ table, commands }: Scenario): AnyRow[] {
  const own = [...table.rows, ...commands];
  return [...own, ...EVERYWHERE.filter(({ path }) => own.every((row) => row.path !== path))].filter(({ flag }) => flag !== undefined);
}

/** The schema of a scenario's configuration files; undefined where it takes none. */
export function schemaOf({ name, algorithm, table, commands }: Scenario): JsonSchema | undefined {
  if (!commands.includes(CONFIG)) return undefined;
  const named = optional('scenario', { ...text, schema: { const: name } }, { help: 'scenario of the file', group: 'Run' });
  const learner = algorithm === undefined ? [] : [optional('algorithm', { ...text, schema: { const: algorithm } }, { help: 'what learns', group: 'Run' })];
  return fileSchema(`Settings of the scenario ${name}`, [named, ...learner, ...table.rows, ...commands.filter((row) => row === PARALLEL)]);
}
