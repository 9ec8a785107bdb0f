import { checkInteger, checkKeys, checkList, checkName, checkObject, checkString, isRecord, wrongValue } from '../check.js';
import { checkEnvironment, listEnvironments } from '../environment/registry.js';
import { isOptionError, OptionRangeError } from '../errors.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { resolveSettings } from '../simulation/options.js';
import { ALGORITHM_NAMES, fitsTask, type Options } from './algorithm.js';
import { algorithmOf, trialOptions, type Trial } from './trial.js';

/** An algorithm as a study runs it. */
export interface Contender {
  /** What tables and pictures call it. */
  readonly label: string;
  readonly algorithm: string;
  /** What differs from the defaults that the algorithm ships with for each task. */
  readonly options: Options;
}

/** What a user may set of a study. */
export interface StudyOptions {
  /** Ids, or `all`. */
  environments?: readonly string[];
  /** Names, or `all`, or names with a label and options of their own. */
  algorithms?: readonly (string | { label?: string; algorithm: string; options?: Options })[];
  /** How many: 1, 2, …, seeds. */
  seeds?: number;
  /** Environment steps of each trial; null: what each task ships with. */
  steps?: number | null;
  /** Neurons in each hidden layer, for every algorithm; null: what each ships with. */
  network?: { hidden?: readonly number[] | null };
  evaluation?: {
    /** Environment steps between two points of a learning curve; null: a twentieth of the trial. */
    every?: number | null;
    episodes?: number;
    final?: number;
  };
}

/** Everything that decides the results of a study, resolved: plain data, its config.json. */
export interface StudySettings {
  readonly environments: readonly string[];
  readonly algorithms: readonly Contender[];
  readonly seeds: number;
  readonly steps: number | null;
  readonly network: { readonly hidden: readonly number[] | null };
  readonly evaluation: { readonly every: number | null; readonly episodes: number; readonly final: number };
}

const ALL = 'all';

/** What a study compares where nothing is said: a few minutes of work. Rules with a critic in every neuron take five times as long. */
const DEFAULT_ALGORITHMS = ['broadcast', 'three-factor', 'ddpg'];

/**
 * Checks what a user gave and fills in defaults. The options of every contender are tried on every task, so that a trial
 * fails for what it learns and not for what it was told.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveStudySettings(given: StudyOptions = {}): StudySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environments', 'algorithms', 'seeds', 'steps', 'network', 'evaluation']);
  const network = section(options, 'network', ['hidden']);
  const evaluation = section(options, 'evaluation', ['every', 'episodes', 'final']);
  const hidden = network.hidden ?? null;
  const steps = options.steps ?? null;
  const every = evaluation.every ?? null;
  const environments = checkEnvironments(options.environments ?? ['Pendulum-v1']);
  const settings: StudySettings = {
    environments,
    algorithms: checkAlgorithms(options.algorithms ?? DEFAULT_ALGORITHMS, environments),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps: steps === null ? null : checkInteger('steps', steps, { min: 1, max: 100_000_000 }),
    network: { hidden: hidden === null ? null : checkHidden(hidden) },
    evaluation: {
      every: every === null ? null : checkInteger('evaluation.every', every, { min: 1 }),
      episodes: checkInteger('evaluation.episodes', evaluation.episodes ?? 10, { min: 1, max: 10_000 }),
      final: checkInteger('evaluation.final', evaluation.final ?? 20, { min: 1, max: 10_000 }),
    },
  };
  planTrials({ ...settings, seeds: 1 }).forEach(tryOptions);
  return settings;
}

/** Errors in a contender's options name it: what it calls `schedule` is no setting of the study. */
function tryOptions(trial: Trial): void {
  try {
    algorithmOf(trial).resolve(trialOptions(trial));
  } catch (error) {
    if (!isOptionError(error) || Object.keys(trial.options).length === 0) throw error;
    const path = `algorithms[${trial.label}].options.${error.option}`;
    throw new OptionRangeError(path, error.message.replace(`"${error.option}"`, `"${path}"`));
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

function section(options: Record<string, unknown>, name: string, keys: readonly string[]): Record<string, unknown> {
  const found = checkObject(name, options[name] ?? {});
  checkKeys(name, found, keys);
  return found;
}

function checkEnvironments(value: unknown): string[] {
  const known = listEnvironments();
  const list = checkList('environments', value, `a list of ${known.join(', ')}, or ${ALL}`);
  const ids = list.flatMap((id) => (id === ALL ? known : [checkEnvironment('environments', id)]));
  refuseRepeated('environments', ids);
  return ids;
}

/** @returns contenders that can learn the actions of one of the tasks at least: where all are asked for, all of those */
function checkAlgorithms(value: unknown, environments: readonly string[]): Contender[] {
  const fits = (algorithm: string) => environments.some((environment) => fitsTask(algorithm, environment));
  const list = checkList('algorithms', value, `a list of ${ALGORITHM_NAMES.join(', ')}, or ${ALL}`);
  const contenders = list.flatMap((entry) => (entry === ALL ? ALGORITHM_NAMES.filter(fits).map(plainContender) : [checkContender(entry)]));
  const misfit = contenders.find(({ algorithm }) => !fits(algorithm));
  if (misfit !== undefined) throw wrongValue('algorithms', `algorithms that can learn the actions of ${environments.join(' or ')}`, misfit.algorithm);
  refuseRepeated('algorithms', contenders.map(({ label }) => label));
  return contenders;
}

function checkContender(entry: unknown): Contender {
  if (!isRecord(entry)) return plainContender(checkName('algorithms', entry, ALGORITHM_NAMES));
  checkKeys('algorithms', entry, ['label', 'algorithm', 'options']);
  const algorithm = checkName('algorithms.algorithm', entry.algorithm, ALGORITHM_NAMES);
  return {
    label: checkString('algorithms.label', entry.label ?? algorithm),
    algorithm,
    options: checkObject('algorithms.options', entry.options ?? {}),
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
