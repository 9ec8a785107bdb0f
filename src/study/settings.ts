import { checkKeys, checkLabel, checkList, checkName, checkObject, isRecord, LONGEST_NAME, wrongValue } from '../check.js';
import { environmentName } from '../environment/options.js';
import { checkEnvironment, listEnvironments } from '../environment/registry.js';
import { isOptionError } from '../errors.js';
import { SAME_HIDDEN } from '../network/options.js';
import { canonicalName, MODULE_PATTERN } from '../modules.js';
import { STEPS } from '../options/common.js';
import { distinct, integer, kind, listOf, orNull, refine, type Kind } from '../options/kind.js';
import { renameOption } from '../options/origin.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { showValue, splitList } from '../options/text.js';
import { resolveSettings } from '../simulation/options.js';
import { ALGORITHM_NAMES, findAlgorithm, fitsTask, type Options } from './algorithm.js';
import { FINAL_EPISODES, SEEDS } from './options.js';
import { algorithmOf, trialOptions, type Trial } from './trial.js';

/** An algorithm as a study runs it. */
export interface Contender {
  /** What tables and pictures call it. */
  readonly label: string;
  readonly algorithm: string;
  /** What differs from the defaults that the algorithm ships with for each task. */
  readonly options: Options;
}

const ALL = 'all';

/** What a study compares where nothing is said: a few minutes of work. Rules with a critic in every neuron take five times as long. */
const DEFAULT_ALGORITHMS = ['broadcast', 'three-factor', 'ddpg'];

const nameOrAll = kind<string>({ ...environmentName, check: (path, id) => (id === ALL ? ALL : checkEnvironment(path, id)), schema: { anyOf: [{ const: ALL }, environmentName.schema] } });
const namesOrAll = listOf(nameOrAll, `a list of ${listEnvironments().join(', ')}, or ${ALL}`, { least: 1 });
const environmentNames = distinct(refine(namesOrAll, (_, ids) => ids.flatMap((id) => (id === ALL ? listEnvironments() : [id]))));

const ENVIRONMENTS = option('environments', environmentNames, {
  default: ['Pendulum-v1'], flag: '--environments', help: `the tasks, with commas between them, or all: ${listEnvironments().join(', ')}`, group: 'Run', everyday: true,
});

/** What is compared, named by a text or given with a label and options of its own. */
type GivenContender = string | { label?: string; algorithm: string; options?: Options };

const contenders = (environments: readonly string[]): Kind<readonly Contender[], readonly GivenContender[]> => kind({
  check: (path, value) => checkContenders(path, value, environments),
  parse: splitList,
  show: (value) => showValue(Array.isArray(value) ? value.map((each: unknown) => (isRecord(each) ? each.label : each)) : value),
  argument: 'names',
  schema: { type: 'array', minItems: 1, items: { anyOf: [{ enum: [ALL, ...ALGORITHM_NAMES] }, { type: 'string', pattern: MODULE_PATTERN }, CONTENDER_SCHEMA] } },
});

const CONTENDER_SCHEMA = {
  type: 'object',
  properties: { label: { type: 'string', minLength: 1, maxLength: LONGEST_NAME }, algorithm: { anyOf: [{ enum: ALGORITHM_NAMES }, { type: 'string', pattern: MODULE_PATTERN }] }, options: { type: 'object' } },
  required: ['algorithm'],
  additionalProperties: false,
};

const STUDY_ROWS = [
  ENVIRONMENTS,
  option('algorithms', contenders([]), {
    default: DEFAULT_ALGORITHMS, narrow: (at) => contenders(at(ENVIRONMENTS)), flag: '--algorithms',
    help: 'rules and ddpg, with commas between them, or all; a file given with --config can give them options of their own', group: 'Run', everyday: true,
  }),
  vary(SEEDS, { help: 'trials of each algorithm on each task, from seeds 1, 2, …' }),
  option('steps', orNull(STEPS.kind), { default: null, flag: '--steps', argument: 'count', unit: 'environment steps', shown: 'what each task ships with', help: STEPS.help, group: 'Run', everyday: true }),
  SAME_HIDDEN,
  option('evaluation.every', orNull(integer({ min: 1 })), {
    default: null, flag: '--evaluate-every', argument: 'steps', unit: 'environment steps', shown: 'a twentieth of the steps',
    help: 'environment steps between two points of a learning curve', group: 'Study',
  }),
  option('evaluation.episodes', integer({ min: 1, max: 10_000 }), { default: 10, flag: '--evaluation-episodes', help: 'episodes of each point of a learning curve', group: 'Study' }),
  FINAL_EPISODES,
] as const;

/** What a user may set of a study. */
export type StudyOptions = OptionsOf<(typeof STUDY_ROWS)[number]>;

/** Everything that decides the results of a study, resolved: plain data, its config.json. */
export type StudySettings = SettingsOf<(typeof STUDY_ROWS)[number]>;

export const STUDY = createTable(STUDY_ROWS);

/**
 * Checks what a user gave and fills in defaults. The options of every contender are tried on every task, so that a trial
 * fails for what it learns and not for what it was told.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveStudySettings(given: StudyOptions = {}): StudySettings {
  return STUDY.resolve(given, (settings) => { planTrials({ ...settings, seeds: 1 }).forEach(tryOptions); });
}

/** Errors in a contender's options name it: what it calls `schedule` is no setting of the study. */
function tryOptions(trial: Trial): void {
  try {
    algorithmOf(trial).resolve(trialOptions(trial));
  } catch (error) {
    if (!isOptionError(error) || Object.keys(trial.options).length === 0) throw error;
    throw renameOption(error, (option) => `algorithms[${trial.label}].options.${option}`);
  }
}

/**
 * The trials of a study. All contenders get the same seeds, the same number of environment steps and, from one seed, the
 * same evaluation episodes; a rule that cannot learn a task's actions is left out there. Seeds go outermost: a study that is stopped has as many of one contender as of another.
 */
export function planTrials({ environments, algorithms, seeds, steps, network, evaluation }: StudySettings): Trial[] {
  const trials: Trial[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const environment of environments) {
      const taskSteps = steps ?? resolveSettings({ environment }).steps;
      const every = evaluation.every ?? Math.ceil(taskSteps / 20);
      for (const { label, algorithm, options } of algorithms.filter((contender) => fitsTask(contender.algorithm, environment))) {
        trials.push({ label, algorithm, environment, seed, steps: taskSteps, options: withHidden(options, network.hidden), evaluation: { ...evaluation, every } });
      }
    }
  }
  return trials;
}

/** A contender's own network comes before the study's. */
function withHidden(options: Options, hidden: readonly number[] | null): Options {
  if (hidden === null) return options;
  return { ...options, network: { hidden, ...checkObject('network', options.network ?? {}) } };
}

/** One of the shipped algorithms, or a rule of the user's own, by the absolute path of its module. */
function checkAlgorithm(path: string, value: unknown): string {
  const name = typeof value === 'string' ? canonicalName(value) : value;
  return typeof name === 'string' && findAlgorithm(name) !== undefined ? name : checkName(path, name, ALGORITHM_NAMES);
}

/** @returns contenders that can learn the actions of one of the tasks at least: where all are asked for, all of those */
function checkContenders(path: string, value: unknown, environments: readonly string[]): Contender[] {
  const fits = (algorithm: string) => environments.some((environment) => fitsTask(algorithm, environment));
  const list = checkList(path, value, `a list of ${ALGORITHM_NAMES.join(', ')}, or ${ALL}`);
  const found = list.flatMap((entry) => (entry === ALL ? ALGORITHM_NAMES.filter(fits).map(plainContender) : [checkContender(path, entry)]));
  const misfit = found.find(({ algorithm }) => !fits(algorithm));
  if (misfit !== undefined) throw wrongValue(path, `algorithms that can learn the actions of ${environments.join(' or ')}`, misfit.algorithm);
  refuseRepeated(path, found.map(({ label }) => label));
  return found;
}

function checkContender(path: string, entry: unknown): Contender {
  if (!isRecord(entry)) return plainContender(checkAlgorithm(path, entry));
  checkKeys(path, entry, ['label', 'algorithm', 'options']);
  const algorithm = checkAlgorithm(`${path}.algorithm`, entry.algorithm);
  return {
    label: entry.label === undefined ? algorithm : checkLabel(`${path}.label`, entry.label),
    algorithm,
    options: checkObject(`${path}.options`, entry.options ?? {}),
  };
}

function plainContender(algorithm: string): Contender {
  return { label: algorithm, algorithm, options: {} };
}

/** @throws RangeError naming what stands in a list twice */
export function refuseRepeated(option: string, names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw wrongValue(option, 'each name once', repeated);
}
