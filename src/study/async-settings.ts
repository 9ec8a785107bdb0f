import { checkInteger, checkKeys, checkList, checkName, checkObject, wrongValue } from '../check.js';
import { listEnvironments } from '../environment/registry.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES, RULES } from '../rule/registry.js';
import { resolveSettings } from '../simulation/options.js';
import { fitsTask, type Options } from './algorithm.js';
import { planTrials, refuseRepeated, resolveStudySettings } from './settings.js';
import { algorithmOf, trialOptions, type Trial } from './trial.js';

/** The opponent that backpropagates: it has no partitions, and another kind of delay. */
export const DDPG = 'ddpg';

/** Every rule whose neurons can hear of one another late, and DDPG. */
export const ASYNC_ALGORITHMS: readonly string[] = [...RULE_NAMES.filter((name) => RULES[name].locality !== 'weights'), DDPG];

const ALL = 'all';

/** Longest delay, in updates: DDPG's. */
const MOST_DELAY = 4096;

/** Updates from which the time that barriers take is measured. */
export const MEASURED_UPDATES = 200;

/** What a user may set of a study of delays. */
export interface AsyncStudyOptions {
  environment?: string;
  /** Names, or `all`. */
  algorithms?: readonly string[];
  /** In updates. */
  delays?: readonly number[];
  /** How many: 1, 2, …, seeds. */
  seeds?: number;
  steps?: number;
  network?: { hidden?: readonly number[] | null };
  /** Of the rules' neurons. */
  partitions?: number;
  /** Environment steps between two evaluations, and episodes at the end. */
  evaluation?: { every?: number; final?: number };
}

/** Everything that decides the results of a study of delays, resolved: plain data, its config.json. */
export interface AsyncStudySettings {
  readonly environment: string;
  readonly algorithms: readonly string[];
  /** From the shortest to the longest. */
  readonly delays: readonly number[];
  readonly seeds: number;
  readonly steps: number;
  readonly network: { readonly hidden: readonly number[] | null };
  readonly partitions: number;
  readonly evaluation: { readonly every: number; readonly final: number };
}

/** On Pendulum this is enough to have learned most of it. */
const PENDULUM = { environment: 'Pendulum-v1', steps: 15_000 } as const;

/** Episodes of the evaluations on the way, unless those at the end have fewer. */
const CURVE_EPISODES = 10;

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveAsyncStudySettings(given: AsyncStudyOptions = {}): AsyncStudySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environment', 'algorithms', 'delays', 'seeds', 'steps', 'network', 'partitions', 'evaluation']);
  const section = (name: string, keys: readonly string[]) => {
    const found = checkObject(name, options[name] ?? {});
    checkKeys(name, found, keys);
    return found;
  };
  const [network, evaluation] = [section('network', ['hidden']), section('evaluation', ['every', 'final'])];
  const environment = checkName('environment', options.environment ?? PENDULUM.environment, listEnvironments());
  const steps = checkInteger('steps', options.steps ?? (environment === PENDULUM.environment ? PENDULUM.steps : resolveSettings({ environment }).steps), { min: 1, max: 100_000_000 });
  const hidden = checkLayers(network.hidden ?? null);
  const settings: AsyncStudySettings = {
    environment,
    algorithms: checkNames(options.algorithms ?? ['broadcast', 'three-factor', DDPG], environment),
    delays: checkDelays(options.delays ?? [0, 1, 4, 16, 64, 256]),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps,
    network: { hidden },
    partitions: checkInteger('partitions', options.partitions ?? 2, { min: 2, max: fewestHidden(environment, hidden) }),
    evaluation: {
      every: checkInteger('evaluation.every', evaluation.every ?? Math.ceil(steps / 20), { min: 1 }),
      final: checkInteger('evaluation.final', evaluation.final ?? 20, { min: 1, max: 10_000 }),
    },
  };
  planAsyncTrials({ ...settings, seeds: 1 });
  return settings;
}

/** One line of the comparison: an algorithm, and how late everything is heard; `delay` is null for the reference, which waits for all and hears at once. */
export interface AsyncContender {
  readonly algorithm: string;
  readonly delay: number | null;
  /** What its trials are called. */
  readonly label: string;
}

/** The reference and every delay, of every algorithm. */
export function asyncContenders({ algorithms, delays }: Pick<AsyncStudySettings, 'algorithms' | 'delays'>): AsyncContender[] {
  return algorithms.flatMap((algorithm) => [null, ...delays].map((delay) => ({ algorithm, delay, label: asyncLabel(algorithm, delay) })));
}

export function asyncLabel(algorithm: string, delay: number | null): string {
  return `${algorithm}, ${describeDelay(delay)}`;
}

/** `delay 16` */
export function describeDelay(delay: number | null): string {
  return delay === null ? 'barriers' : `delay ${delay}`;
}

/** What the trial is called that measures the time that barriers take at a delay. */
export function timingLabel(algorithm: string, delay: number): string {
  return `${algorithm}, time of barriers at delay ${delay}`;
}

/**
 * The trials of a study of delays: first short ones that measure the time that barriers take, then all contenders with the same seeds,
 * steps and evaluations.
 */
export function planAsyncTrials(settings: AsyncStudySettings): Trial[] {
  const { environment, seeds, steps, network, partitions, evaluation: { every, final } } = settings;
  const algorithms = asyncContenders(settings).map(({ algorithm, delay, label }) => ({
    label,
    algorithm,
    options: algorithm === DDPG ? { learning: { delay: delay ?? 0 } } : delayedRule(partitions, delay === null ? 'synchronous' : 'hogwild', delay ?? 0),
  }));
  const trials = planTrials(resolveStudySettings({ environments: [environment], algorithms, seeds, steps, network, evaluation: { every, episodes: Math.min(CURVE_EPISODES, final), final } }));
  return [...planTimings(settings, trials), ...trials];
}

/**
 * The unit of time is one update of one partition: everything that partitions say of learning is d updates under way. Acting and the
 * environment take no time, so that what is compared is learning.
 */
function delayedRule(partitions: number, discipline: 'synchronous' | 'hogwild', delay: number): Options {
  return { schedule: 'virtual', partitions, virtual: { discipline, compute: 1, act: 0, step: 0, latency: 0, delay } };
}

/** A delay changes when updates come under barriers, and nothing of what they are: some updates from one seed are enough. */
function planTimings({ algorithms, delays, partitions }: AsyncStudySettings, trials: readonly Trial[]): Trial[] {
  return algorithms.filter((algorithm) => algorithm !== DDPG).flatMap((algorithm) => delays.flatMap((delay) => {
    const reference = trials.find(({ label }) => label === asyncLabel(algorithm, null));
    if (reference === undefined) return [];
    const { learning } = algorithmOf(reference).resolve(trialOptions(reference));
    const warmup = Math.min(learning.warmup, learning.batch); // none where a rule learns from the stream
    const steps = warmup + MEASURED_UPDATES;
    return [{
      ...reference,
      label: timingLabel(algorithm, delay),
      steps,
      options: { ...reference.options, ...delayedRule(partitions, 'synchronous', delay), learning: { warmup } },
      evaluation: { every: steps, episodes: 1, final: 1 },
    }];
  }));
}

function checkNames(value: unknown, environment: string): string[] {
  const list = checkList('algorithms', value, `a list of ${ASYNC_ALGORITHMS.join(', ')}, or ${ALL}`);
  const names = list.flatMap((name) => (name === ALL ? ASYNC_ALGORITHMS.filter((each) => fitsTask(each, environment)) : [checkName('algorithms', name, ASYNC_ALGORITHMS)]));
  refuseRepeated('algorithms', names);
  return names;
}

function checkDelays(value: unknown): number[] {
  const delays = checkList('delays', value, 'a list of delays in updates, for example [0, 1, 16]').map((delay) => checkInteger('delays', delay, { min: 0, max: MOST_DELAY }));
  refuseRepeated('delays', delays.map(String));
  return delays.toSorted((a, b) => a - b);
}

function checkLayers(value: unknown): number[] | null {
  if (value === null) return null;
  const layers = checkHidden(value);
  if (layers.length === 0) throw wrongValue('network.hidden', 'a hidden layer: partitions share its neurons', layers);
  return layers;
}

/** The fewest hidden neurons that a rule has: every partition gets one at least. */
function fewestHidden(environment: string, hidden: readonly number[] | null): number {
  const networks = hidden === null ? RULE_NAMES.map((rule) => resolveSettings({ environment, rule }).network.hidden) : [hidden];
  return networks.reduce((least, layers) => Math.min(least, layers.reduce((sum, size) => sum + size, 0)), 1024);
}
