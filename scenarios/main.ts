import { isModuleName, isOutOfMemory, loadModulesOf, oneLine, renameOption, wrongValue } from '../src/entries/internals.js';
import { CheckpointError, DivergenceError, EnvironmentError, FileError, isOptionError, JournalError, PartitionError, StudyError } from '../src/index.js';
import { chooseScenario, Given, readRequest, readWords, type Words } from './command-line.js';
import { helpOf, scenarioLines } from './help.js';
import { runInterruptibly } from './interruption.js';
import { watchOutput } from './output.js';
import { addScenario, SCENARIOS } from './registry.js';
import { schemaOf, type Scenario } from './scenario.js';
import { loadStudy } from './study.js';

const USAGE_ERROR = 2;

/** Parses the command line, runs the scenario and returns the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = watchOutput();
  return output.statusOf(await obey(argv).catch(report));
}

async function obey(argv: readonly string[]): Promise<number> {
  if (isModuleName(argv.at(0) ?? '')) addScenario(await loadStudy(argv[0]));
  const words = readWords(argv);
  const { flags, others } = words;
  const help = flags.get('--help');
  const named = SCENARIOS.find(({ name }) => name === help); // `--help ddpg`
  if (help !== undefined && help !== true && help !== 'all' && named === undefined) throw wrongValue('--help', 'all, the name of a scenario or nothing', help);
  if (flags.has('--list')) return print(scenarioLines());
  const scenario = named ?? chooseScenario(words);
  if (help !== undefined) return print(helpOf(scenario, help === 'all' || others.includes('all')));
  return flags.has('--schema') ? print(schemaText(scenario)) : runScenario(new Given(scenario, words), words);
}

/** Errors name what was typed. */
async function runScenario(given: Given, words: Words): Promise<number> {
  try {
    const { scenario, input } = await readRequest(given, words);
    return await runInterruptibly(async (interrupt) => {
      await loadModulesOf(input.options);
      return scenario.run({ ...input, interrupt });
    });
  } catch (error) {
    const renamed = (each: unknown) => renameOption(each, (option) => given.nameOf(option));
    throw error instanceof AggregateError ? new AggregateError(error.errors.map(renamed)) : renamed(error);
  }
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function schemaText(scenario: Scenario): string {
  const schema = schemaOf(scenario);
  if (schema === undefined) throw wrongValue('--schema', 'a scenario that takes a configuration file', scenario.name);
  return JSON.stringify(schema, null, 2);
}

/** One line for an error of the user or of a worker; a stack trace only for our own bugs. */
function report(error: unknown): number {
  if (error instanceof AggregateError) return error.errors.map(report)[0] ?? 1;
  if (error instanceof CheckpointError) {
    console.error(oneLine(`the checkpoint cannot be used: ${error.message}`));
    return USAGE_ERROR;
  }
  if (isOptionError(error) || error instanceof JournalError || error instanceof StudyError) {
    console.error(oneLine(error.message));
    return USAGE_ERROR;
  }
  const isOneLine = error instanceof PartitionError || error instanceof EnvironmentError || error instanceof DivergenceError || error instanceof FileError || isOutOfMemory(error) || isSystemError(error);
  console.error(isOneLine ? oneLine(error.message) : error);
  return 1;
}

/** An error of the operating system, such as a full disk: the message names call and file. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
