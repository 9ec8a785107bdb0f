import { Command, CommanderError, Option } from 'commander';

import { checkInteger, checkName, checkObject, checkString, createTable, describePath, formerName, isRecord, keyOf, readLayer, sectionOf, suggestion, typedName, wrongValue } from '../src/entries/internals.js';
import { STEPS, type AnyRow } from '../src/entries/study.js';
import { OptionRangeError } from '../src/index.js';
import { ALGORITHM, COMMAND_ROWS, CONFIG, OUT, PARALLEL, RECORD, RESUME, type CommandSettings } from './command-rows.js';
import { readJsonObject } from './json-file.js';
import { SCENARIOS } from './registry.js';
import { CONTINUES, readResumption } from './resumption.js';
import { flaggedRows, type Scenario, type ScenarioInput } from './scenario.js';

/** What the command line requests. */
export interface Request {
  readonly scenario: Scenario;
  readonly input: Omit<ScenarioInput, 'interrupt'>;
}

/** The words of a command line: the value of each flag, `true` where it has none, and the other words. */
export interface Words {
  readonly flags: ReadonlyMap<string, string | true>;
  readonly others: readonly string[];
  /** The object in the file of --config, which is read once: it may be a pipe. Empty without one. */
  readonly config: () => Record<string, unknown>;
}

const COMMAND = createTable(COMMAND_ROWS);

/** Every flag of every scenario once: the scenario may be anywhere on the line, and is read only after all flags. */
const allRows = (): AnyRow[] => [...new Map([...COMMAND_ROWS, ...SCENARIOS.flatMap(flaggedRows)].map((row) => [row.flag, row])).values()];

/** Flags of earlier versions. They are parsed, and refused with the present name after the scenario is chosen. */
function formerFlags(): string[] {
  const rows = [...COMMAND_ROWS, ...SCENARIOS.flatMap(({ table }) => table.rows)];
  const present = new Set(allRows().map(({ flag }) => flag));
  return [...new Set(rows.flatMap(({ formerly = [] }) => formerly.filter((name) => name.startsWith('--') && !present.has(name))))];
}

/** A flag with the name of its value: `--steps <count>`. */
export function writeFlag({ flag = '', argument, unit = ' ', kind }: AnyRow): string {
  if (argument === null) return flag;
  const word = argument ?? (unit.includes(' ') ? kind.argument : unit);
  return `${flag} ${/^[<[]/.test(word) ? word : `<${word}>`}`;
}

/** @throws OptionRangeError where a flag is unknown, lacks its value or comes twice */
export function readWords(argv: readonly string[]): Words {
  const program = new Command().argument('[words...]').helpOption(false).exitOverride().configureOutput({ writeErr: () => undefined });
  const given = new Map<string, (string | true)[]>();
  for (const flags of [...allRows().map(writeFlag), ...formerFlags().map((flag) => `${flag} [value]`)]) {
    const found = new Option(flags);
    program.addOption(found);
    program.on(`option:${found.name()}`, (value: string | null | undefined) => given.set(found.long ?? '', [...(given.get(found.long ?? '') ?? []), value ?? true]));
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? inOurGrammar(error) : error;
  }
  for (const [flag, values] of given) if (values.length > 1) throw wrongValue(flag, 'to be given once', values);
  const flags = new Map([...given].map(([flag, [value]]) => [flag, value]));
  return { flags, others: program.args, config: once(() => readConfig(flags.get(CONFIG.flag ?? ''))) };
}

const readConfig = (file: string | true | undefined) => (typeof file === 'string' ? readJsonObject(CONFIG.flag ?? '', file) : {});

function once<Value>(read: () => Value): () => Value {
  let found: { readonly value: Value } | undefined;
  return () => (found ??= { value: read() }).value;
}

/** An error of Commander in our grammar. */
function inOurGrammar({ code, message }: CommanderError): Error {
  const option = /'(.*?)'/.exec(message)?.[1] ?? '';
  const [flag, argument] = option.split(/ (.*)/);
  if (code === 'commander.optionMissingArgument') return new OptionRangeError(flag, `"${flag}" expected a value (${argument}), got nothing`);
  if (code !== 'commander.unknownOption') return new OptionRangeError(flag, message);
  return wrongValue(option, 'a known option (--help lists them)', option, suggestion(option, allRows().map((row) => row.flag ?? '')));
}

/** The scenario that is named; under the default one, that of the algorithm in a flag or file. @throws OptionRangeError if there is no such scenario, or there are too many words */
export function chooseScenario({ flags, others, config }: Words): Scenario {
  const renamed = SCENARIOS.find(({ formerly }) => formerly?.includes(others.at(0) ?? '') === true);
  if (renamed !== undefined) throw formerName(others[0], renamed.name);
  const name = checkName('scenario', others.at(0) ?? SCENARIOS[0].name, SCENARIOS.map((scenario) => scenario.name));
  const named = SCENARIOS.find((candidate) => candidate.name === name) ?? SCENARIOS[0];
  const scenario = named === SCENARIOS[0] ? scenarioOf(flags.get(ALGORITHM.flag ?? '') ?? config().algorithm) ?? named : named;
  const most = scenario.positional === undefined ? 1 : scenario.several === true ? Infinity : 2;
  if (others.length > most) throw new OptionRangeError('scenario', `"scenario" expected ${most === 1 ? 'one scenario' : `${name} and one ${scenario.positional ?? ''}`}, got ${others.length}: ${describePath(others.join(' '))}`);
  return scenario;
}

const scenarioOf = (wanted: unknown) => SCENARIOS.find(({ algorithm }) => algorithm !== undefined && algorithm === wanted);

/** The options that a user gave, and the source of each. */
export class Given {
  /** Settings, nested as in a config.json. */
  readonly options: Record<string, unknown> = {};
  readonly #commands: Record<string, unknown> = {};
  /** The flag, or section in short, that was typed for a path. */
  readonly #origins = new Map<string, string>();

  constructor(readonly scenario: Scenario, { flags, config }: Words) {
    const { name, table, continuesInOut = false } = scenario;
    const rows = flaggedRows(scenario);
    for (const flag of flags.keys()) refuseFormerFlag(flag, rows, [...table.rows, ...rows]);
    const refuse = (flag: string, hint = '') => wrongValue(flag, `an option of the scenario ${name} (--help lists them)`, flag, hint);
    const resume = RESUME.flag ?? '';
    if (flags.has(resume) && !rows.includes(RESUME)) throw refuse(resume, continuesInOut ? CONTINUES : '');
    const foreign = [...flags.keys()].find((flag) => !rows.some((row) => row.flag === flag));
    if (foreign !== undefined) throw flags.has(resume) ? besideResume(foreign, flags.get(foreign)) : refuse(foreign);
    const file = flags.get(CONFIG.flag ?? '');
    if (typeof file === 'string') this.#readConfig(file, config(), flags.has(ALGORITHM.flag ?? ''));
    for (const [flag, value] of flags) {
      const row = rows.find((each) => each.flag === flag);
      if (row !== undefined) this.#set(row, flag, value, table.rows.includes(row));
    }
  }

  /** @param overridden whether a flag has the algorithm */
  #readConfig(file: string, config: Record<string, unknown>, overridden: boolean): void {
    const { $schema = '', scenario = this.scenario.name, ...settings } = config;
    if (this.scenario.algorithm !== undefined && 'algorithm' in settings) {
      const algorithm = ALGORITHM.kind.check(ALGORITHM.path, settings.algorithm);
      if (!overridden && algorithm !== this.scenario.algorithm) throw new OptionRangeError(ALGORITHM.path, `"algorithm" in ${describePath(file)} is ${algorithm}; the scenario is ${this.scenario.name}`);
      this.#commands.algorithm = algorithm;
      delete settings.algorithm;
    }
    if ($schema !== '') checkString('$schema', $schema);
    checkName('scenario', scenario, [this.scenario.name]);
    if (this.scenario.commands.includes(PARALLEL) && PARALLEL.path in settings) {
      this.#commands.parallel = settings.parallel;
      delete settings.parallel;
    }
    const { layer, origins } = readLayer(this.scenario.table.rows, settings);
    Object.assign(this.options, layer);
    for (const [path, name] of origins) this.#origins.set(path, name);
  }

  /** Sets the options of a flag: one, or several of a section. */
  #set({ path, kind, spread, file }: AnyRow, flag: string, value: string | true, isSetting: boolean): void {
    if (!isSetting) {
      this.#origins.set(path, flag);
      this.#commands[path] = value === true ? true : kind.parse(value, flag);
    } else if (file !== undefined) {
      Object.entries(readGraph(flag, String(value), file)).forEach(([key, part]) => { put(this.options, `${sectionOf(path)}.${key}`, part); }); // errors name the path in the file
    } else {
      const parts = spread === undefined ? { [keyOf(path)]: kind.parse(String(value), flag) } : spread(String(value), flag);
      for (const [key, part] of Object.entries(parts)) {
        const whole = path.includes('.') ? `${sectionOf(path)}.${key}` : key;
        this.#origins.set(whole, flag);
        put(this.options, whole, part);
      }
    }
  }

  /** @throws RangeError where the algorithm is not that of the scenario, and as the table of commands */
  get commands(): CommandSettings {
    const commands = COMMAND.resolve(this.#commands);
    const { algorithm = '', name } = this.scenario;
    if (commands.algorithm !== undefined && commands.algorithm !== algorithm) throw wrongValue(ALGORITHM.path, `${algorithm}, the algorithm of the scenario ${name}`, commands.algorithm);
    return commands;
  }

  /** The user's name of an option: the typed flag, the path in a file, or else its flag; undefined: its path. */
  nameOf(option: string): string | undefined {
    const typed = typedName(option, this.#origins);
    if (typed !== undefined || isGiven(this.options, option)) return typed;
    const parts = [...this.#origins].filter(([path]) => path.startsWith(`${option}.`));
    return parts.length === 1 ? parts[0][1] : flaggedRows(this.scenario).find(({ path }) => path === option)?.flag;
  }
}

const besideResume = (flag: string, value: unknown) => wrongValue(flag, 'no setting beside --resume, which takes them from the checkpoint', value);

/** @param known rows of the scenario, with and without flags: they come first, as one flag may have become two */
function refuseFormerFlag(flag: string, rows: readonly AnyRow[], known: readonly AnyRow[]): void {
  if (rows.some((row) => row.flag === flag)) return;
  const row = [...known, ...COMMAND_ROWS, ...SCENARIOS.flatMap(flaggedRows)].find(({ formerly }) => formerly?.includes(flag) === true);
  if (row !== undefined) throw formerName(flag, row.flag ?? row.path);
}

function isGiven(options: Readonly<Record<string, unknown>>, path: string): boolean {
  const section = options[sectionOf(path)];
  return path.includes('.') ? isRecord(section) && keyOf(path).split('[')[0] in section : section !== undefined && !isRecord(section);
}

/** @throws TypeError if the section is given and no object */
function put(options: Record<string, unknown>, path: string, value: unknown): void {
  if (path.includes('.')) options[sectionOf(path)] = { ...checkObject(sectionOf(path), options[sectionOf(path)] ?? {}), [keyOf(path)]: value };
  else options[path] = value;
}

/** The keys of a section that a file holds. @throws TypeError or RangeError if it cannot be read or has other keys */
function readGraph(flag: string, file: string, keys: readonly string[]): Record<string, unknown> {
  const found = readJsonObject(flag, file);
  const unknown = Object.keys(found).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw wrongValue(flag, `a file of ${keys.join(', ')}`, unknown, suggestion(unknown, keys));
  if (found[keys[0]] === undefined) throw wrongValue(flag, `${keys[0]}, and ${keys.slice(1).join(' or ')} that join them`, file);
  return found;
}

/** What to run: a scenario with its settings, or a run to resume. */
export async function readRequest(given: Given, words: Words): Promise<Request> {
  const { scenario, commands, options } = given;
  if (commands.resume !== undefined) return resumeRequest(given, words, commands.resume);
  return { scenario, input: { ...commands, options, positional: words.others.at(1), positionals: words.others.slice(1), resumption: undefined } };
}

/** The scenario of the run, which need not be named; all settings are the run's own. */
async function resumeRequest({ commands, options }: Given, words: Words, folder: string): Promise<Request> {
  if (commands.record) throw wrongValue(RECORD.path, 'no --resume beside it: a run is recorded from its first step on', folder);
  for (const [flag, value] of words.flags) {
    const row = COMMAND_ROWS.find((each) => each.flag === flag);
    if (flag !== STEPS.flag && (row === undefined || row === CONFIG || row === OUT)) throw besideResume(flag, value);
  }
  const resumption = await readResumption(folder, options.steps === undefined ? undefined : checkInteger(STEPS.path, options.steps, { min: 1 }));
  const scenario = SCENARIOS.find(({ name, commands: own }) => own.includes(RESUME) && name === resumption.note.scenario);
  if (scenario === undefined) throw wrongValue(RESUME.path, 'a run of a scenario that can go on', resumption.note.scenario);
  const [named] = words.others;
  if (words.others.length > 0 && named !== scenario.name) throw wrongValue('scenario', `${scenario.name}, whose run is in the folder`, named);
  for (const line of resumption.refused) process.stderr.write(`warning: ${line}; going on from step ${resumption.checkpoint.step}\n`);
  return { scenario, input: { ...new Given(scenario, words).commands, options: {}, positional: undefined, positionals: [], resumption } };
}
