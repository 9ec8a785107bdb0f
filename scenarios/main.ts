import { Command, CommanderError } from 'commander';

import { checkInteger, checkName, checkNumber, CheckpointError, describePath, describeValue, DivergenceError, EnvironmentError, FileError, isOptionError, isOutOfMemory, JournalError, loadEnvironmentsOf, oneLine, PartitionError, RULES, suggestion, wrongValue } from '../src/index.js';
import { asyncVsSync } from './async-vs-sync.js';
import { certificate } from './certificate.js';
import { ddpg } from './ddpg.js';
import { decentralisedVsDdpg } from './decentralised-vs-ddpg.js';
import { dense } from './dense.js';
import { runInterruptibly } from './interruption.js';
import { readJsonObject } from './json-file.js';
import { leakyIntegrator } from './leaky-integrator.js';
import { neuronDeath } from './neuron-death.js';
import { number, setAt, showAt, type Flag } from './options.js';
import { oscillation } from './oscillation.js';
import { watchOutput } from './output.js';
import { replay } from './replay.js';
import { CHECKPOINT_EVERY, readResumption } from './resumption.js';
import { EPISODES, type Scenario, type ScenarioInput } from './scenario.js';
import { stragglers } from './stragglers.js';
import { train } from './train.js';
import { virtualCheck } from './virtual-check.js';

/** Every scenario: a further one is one file and one line here. */
const SCENARIOS: readonly Scenario[] = [train, ddpg, replay, certificate, decentralisedVsDdpg, asyncVsSync, stragglers, neuronDeath, leakyIntegrator, virtualCheck, dense, oscillation];

const USAGE_ERROR = 2;

/** Flags that are no settings. */
const OWN_FLAGS = ['--list', '--out', '--config', '--episodes', '--checkpoint-every', '--resume', '--record', '--watch', '--kill-worker-every', '--json', '--help'];

const EXCESS = 'commander.excessArguments';

/** Parses the command line, runs the scenario and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = watchOutput();
  return output.statusOf(await runScenario(argv).catch(report));
}

async function runScenario(argv: readonly string[]): Promise<number> {
  const request = await parse(argv);
  if (typeof request === 'number') return request;
  const { scenario, input } = request;
  return runInterruptibly(async (interrupt) => {
    await loadEnvironmentsOf(input.options);
    return scenario.run({ ...input, interrupt });
  });
}

interface Request {
  readonly scenario: Scenario;
  readonly input: Omit<ScenarioInput, 'interrupt'>;
}

/** A parser that knows these flags, and what a scenario has of others. */
function createProgram(flags: readonly Flag[], { resumable, recordable, watchable, mortal, subject, evaluates }: Pick<Scenario, 'resumable' | 'recordable' | 'evaluates' | 'watchable' | 'mortal' | 'subject'>): Command {
  const program = new Command('node scenarios/run')
    .description('Trains networks in which every neuron is a reinforcement-learning agent of its own.')
    .argument('[scenario]', 'what to do; --list names them (default: train)')
    .allowExcessArguments() // counted below, for a clearer error
    .option('--list', 'list the scenarios and stop')
    .option('--out <folder>', `folder to leave the run in (default: ${subject === undefined ? 'a new one in runs/' : 'none'})`)
    .option('--json', 'print one JSON object as the last line on stdout')
    .option('--help', 'show the help of the scenario and stop')
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  if (subject === undefined) {
    program
      .option('--config <file>', 'JSON file of settings, for example a config.json of an earlier run; flags override it');
  } else program.argument(`[${subject}]`, 'what it is done to, and where its settings come from');
  if (evaluates !== false) program.option('--episodes <count>', `episodes of the evaluation at the end (default: ${EPISODES})`);
  if (resumable) {
    program
      .option('--checkpoint-every <steps>', `environment steps between checkpoints, 0 for none (default: ${CHECKPOINT_EVERY})`)
      .option('--resume <folder>', RESUME_HELP);
  }
  if (mortal === true) program.option('--kill-worker-every <seconds>', 'kill a worker on purpose this often, to see that the run goes on; 0: never (default: 0)');
  if (recordable === true) program.option('--record', RECORD_HELP);
  if (watchable === true) program.option('--watch', WATCH_HELP);
  for (const { flag, argument, help } of flags) program.option(`${flag} ${argument}`, help);
  return program;
}

const WATCH_HELP = 'draw an episode of the network as it ends up, from inside: voltages over time, and the connection matrix';

const RESUME_HELP =
  'go on with the run in this folder from its newest checkpoint, with its settings; --steps, in all, takes it further than it was going: learning rates '
  + 'then stay where they had fallen to';

const RECORD_HELP = 'keep a journal of what the partitions read of one another, from which the scenario replay repeats the run bit for bit';

/** Every flag of every scenario: one flag may stand for a different setting in each. */
const EVERY_FLAG = SCENARIOS.flatMap(({ flags }) => flags);

/** Every flag once: the scenario can stand anywhere on the line, and is known only when all is parsed. */
const ALL_FLAGS = EVERY_FLAG.filter(({ flag }, i, all) => all.findIndex((other) => other.flag === flag) === i);

function help(scenario: Scenario): string {
  const { name, summary, flags, defaults } = scenario;
  const described = flags.map((flag) => ({ ...flag, help: `${flag.help} (default: ${flag.otherwise ?? showAt(defaults, flag.path)})` }));
  return [
    createProgram(described, scenario).description(`${name}: ${summary}`).helpInformation(),
    `Scenarios:\n${scenarioSummaries().replaceAll(/^/gm, '  ')}\n`,
    ...(flags.some(({ path }) => path === 'rule.name' || path === 'algorithms') ? [`Rules:\n${ruleSummaries()}\n`] : []),
    ...(flags.some(({ path }) => path === 'environment') ? [DEFAULTS] : []),
    'Exit status: 0 success, 1 a failed run, 2 a usage error, 130 interrupted (SIGINT, SIGTERM), 129 hung up (SIGHUP).',
  ].join('\n');
}

const DEFAULTS =
  'Defaults are those of Pendulum-v1, and of the first rule where there are rules; other tasks and rules ship with some of their own; the config.json of a run has them all.';

function scenarioSummaries(): string {
  return SCENARIOS.map(({ name, summary }) => `${name.padEnd(24)} ${summary}`).join('\n');
}

function ruleSummaries(): string {
  return Object.values(RULES).map(({ name, summary }) => `  ${name.padEnd(24)} ${summary}`).join('\n');
}

/** @returns what to run, or the exit status where there is nothing to run */
async function parse(argv: readonly string[]): Promise<Request | number> {
  const program = createProgram(ALL_FLAGS, { resumable: true, recordable: true, watchable: true, mortal: true });
  program.parse(argv, { from: 'user' });
  const given: Record<string, unknown> = program.opts();
  if (given.list === true) {
    console.log(scenarioSummaries());
    return 0;
  }
  const scenario = chooseScenario(program.args);
  if (given.help === true) {
    console.log(help(scenario));
    return 0;
  }
  checkOwnFlags(scenario, given);
  const options = {
    out: typeof given.out === 'string' ? given.out : undefined,
    episodes: readCount('episodes', given, 1),
    checkpointEvery: readCount('checkpoint-every', given, 0),
    killWorkerEvery: readSeconds(given),
    json: given.json === true,
    record: given.record === true,
    watch: given.watch === true,
    subject: program.args.at(1),
  };
  if (typeof given.resume === 'string') return resumeRequest(given.resume, program.args.at(0), given, options);
  return { scenario, input: { ...options, options: readOptions(scenario, given), resume: undefined } };
}

function chooseScenario(args: readonly string[]): Scenario {
  const name = checkName('scenario', args.at(0) ?? train.name, SCENARIOS.map((scenario) => scenario.name));
  const scenario = SCENARIOS.find((candidate) => candidate.name === name) ?? train;
  const most = scenario.subject === undefined ? 1 : 2;
  if (args.length > most) throw new CommanderError(1, EXCESS, `"scenario" expected ${most === 1 ? 'one scenario' : `${name} and one ${scenario.subject ?? ''}`}, got ${args.length}: ${describePath(args.join(' '))}`);
  return scenario;
}

function readCount(name: string, given: Readonly<Record<string, unknown>>, min: number): number | undefined {
  const value = given[camelCase(`--${name}`)];
  return typeof value === 'string' ? checkInteger(name, number(value), { min }) : undefined;
}

function readSeconds({ killWorkerEvery }: Readonly<Record<string, unknown>>): number {
  return typeof killWorkerEvery === 'string' ? checkNumber('kill-worker-every', number(killWorkerEvery), { min: 0, max: 1_000_000 }) : 0;
}

function checkOwnFlags({ name, resumable, recordable, watchable, mortal, evaluates }: Scenario, given: Readonly<Record<string, unknown>>): void {
  const foreign = [...(evaluates === false ? ['--episodes'] : []), ...(resumable ? [] : ['--checkpoint-every', '--resume']), ...(recordable === true ? [] : ['--record']), ...(watchable === true ? [] : ['--watch']), ...(mortal === true ? [] : ['--kill-worker-every'])];
  for (const flag of foreign) if (given[camelCase(flag)] !== undefined) throw unknownTo(name, flag);
}

const unknownTo = (scenario: string, flag: string) => wrongValue(flag, `an option of the scenario ${scenario} (--help lists them)`, flag);

/** The scenario whose run it is, which need not be named; all settings are the run's own. */
async function resumeRequest(folder: string, named: string | undefined, given: Readonly<Record<string, unknown>>, options: Omit<Request['input'], 'options' | 'resume'>): Promise<Request> {
  if (options.record) throw wrongValue('--record', 'no --resume beside it: a run is recorded from its first step on', folder);
  for (const flag of ['--config', '--out', ...ALL_FLAGS.map((each) => each.flag)]) {
    const value = given[camelCase(flag)];
    if (value !== undefined && flag !== '--steps') throw wrongValue(flag, 'no setting beside --resume, which takes them from the checkpoint', value);
  }
  const resume = await readResumption(folder, readCount('steps', given, 1));
  const scenario = SCENARIOS.find(({ name, resumable }) => resumable && name === resume.note.scenario);
  if (scenario === undefined) throw wrongValue('resume', 'a run of a scenario that can go on', resume.note.scenario);
  if (named !== undefined && named !== scenario.name) throw wrongValue('scenario', `${scenario.name}, whose run is in the folder`, named);
  for (const line of resume.refused) process.stderr.write(`warning: ${line}; going on from step ${resume.checkpoint.step}\n`);
  checkOwnFlags(scenario, given);
  return { scenario, input: { ...options, options: {}, resume } };
}

/** Settings from the file and from the flags, which win. */
function readOptions({ name, flags }: Scenario, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options = typeof given.config === 'string' ? readJsonObject('config', given.config) : {};
  if (typeof options.rule === 'string') options.rule = { name: options.rule };
  for (const { flag } of ALL_FLAGS) {
    const value = given[camelCase(flag)];
    if (typeof value !== 'string') continue;
    const own = flags.find((each) => each.flag === flag);
    if (own === undefined) throw unknownTo(name, flag);
    setAt(options, own.path, own.parse(value));
  }
  return options;
}

function camelCase(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** One line for what the user or a worker did wrong; a stack trace only for our own bugs. */
function report(error: unknown): number {
  if (error instanceof AggregateError) return error.errors.map(report)[0] ?? 1;
  if (error instanceof JournalError) {
    console.error(oneLine(error.message));
    return USAGE_ERROR;
  }
  if (error instanceof CheckpointError) {
    console.error(oneLine(`the checkpoint cannot be used: ${error.message}`));
    return USAGE_ERROR;
  }
  if (isOptionError(error) || error instanceof CommanderError) {
    console.error(oneLine(error instanceof CommanderError ? commandLineMessage(error) : optionMessage(error)));
    return USAGE_ERROR;
  }
  const told = error instanceof PartitionError || error instanceof EnvironmentError || error instanceof DivergenceError || error instanceof FileError || isOutOfMemory(error) || isSystemError(error);
  console.error(told ? oneLine(error.message) : error);
  return 1;
}

/** What the operating system refused, such as a file on a full disk: the message names call and file. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** The message with the flag that the user typed in place of the setting's path. */
function optionMessage({ option, message }: { option: string; message: string }): string {
  const flag = EVERY_FLAG.find(({ path, parts = [] }) => path === option || parts.includes(option))?.flag ?? OWN_FLAGS.find((own) => own === `--${option}`);
  return flag === undefined ? message : message.replace(`"${option}"`, `"${flag}"`);
}

/** Commander's complaints in our grammar. */
function commandLineMessage({ code, message }: CommanderError): string {
  const option = /'(.*?)'/.exec(message)?.[1] ?? '';
  const [flag, argument] = option.split(' ');
  if (code === 'commander.unknownOption') {
    const known = [...OWN_FLAGS, ...ALL_FLAGS.map((each) => each.flag)];
    return `"${describePath(option)}" expected a known option (--help lists them), got ${describeValue(option)}${suggestion(option, known)}`;
  }
  if (code === 'commander.optionMissingArgument') return `"${flag}" expected a value (${argument}), got nothing`;
  return message;
}
