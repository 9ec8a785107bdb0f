import { checkInteger, checkKeys, checkList, checkName, checkNumber, checkObject, wrongValue } from '../check.js';
import { checkEnvironment } from '../environment/registry.js';
import { recurrentNeurons } from '../options/neurons.js';
import { checkHidden } from '../options/sections.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES, RULES } from '../rule/registry.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../schedule/schedule.js';
import { resolveSettings } from '../simulation/options.js';
import { fitsTask, type Options } from './algorithm.js';
import { planTrials, refuseRepeated, resolveStudySettings } from './settings.js';
import { WORLD } from './straggler-settings.js';
import type { Trial } from './trial.js';

/** Rules whose neurons can hear of one another late: other schedules than the synchronous one run in virtual time. */
export const LEAKY_RULES = RULE_NAMES.filter((name) => RULES[name].locality !== 'weights');

/** What a user may set of a study of leaky integrators. */
export interface LeakyStudyOptions {
  environment?: string;
  /** The rule that the task ships with unless given. */
  rule?: { name?: string };
  /** τ of the slowest, in environment steps. */
  timeConstants?: readonly number[];
  /** Shares of the hidden neurons that are read again. */
  densities?: readonly number[];
  /** Under which the best of these networks is learned once more. */
  schedules?: readonly string[];
  /** Of the neurons, under schedules other than the synchronous one. */
  partitions?: number;
  /** k of `bounded`. */
  bound?: number;
  /** How many: 1, 2, …, seeds, and as many fresh ones under the schedules. */
  seeds?: number;
  steps?: number;
  network?: { hidden?: readonly number[] };
  evaluation?: { every?: number; final?: number };
}

/** Everything that decides the results of a study of leaky integrators, resolved: plain data, its config.json. */
export interface LeakyStudySettings {
  readonly environment: string;
  readonly rule: { readonly name: string };
  /** From the fastest to the slowest. */
  readonly timeConstants: readonly number[];
  /** From the sparsest to the densest. */
  readonly densities: readonly number[];
  readonly schedules: readonly DisciplineName[];
  readonly partitions: number;
  readonly bound: number;
  readonly seeds: number;
  readonly steps: number;
  readonly network: { readonly hidden: readonly number[] };
  readonly evaluation: { readonly every: number; readonly final: number };
}

/** In a short maze this is enough to have learned, and with few neurons the connection matrix can be read. */
const MAZE = { environment: 'TMaze-v0(length=5)', steps: 20_000, hidden: [32] } as const;

/** Episodes of the evaluations on the way, unless those at the end have fewer. */
const CURVE_EPISODES = 10;

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveLeakyStudySettings(given: LeakyStudyOptions = {}): LeakyStudySettings {
  const options = plainOptions(given);
  checkKeys('', options, ['environment', 'rule', 'timeConstants', 'densities', 'schedules', 'partitions', 'bound', 'seeds', 'steps', 'network', 'evaluation']);
  const section = (name: string, keys: readonly string[]) => {
    const found = checkObject(name, options[name] ?? {});
    checkKeys(name, found, keys);
    return found;
  };
  const [rule, network, evaluation] = [section('rule', ['name']), section('network', ['hidden']), section('evaluation', ['every', 'final'])];
  const environment = checkEnvironment('environment', options.environment ?? MAZE.environment);
  const shipped = resolveSettings({ environment });
  const steps = checkInteger('steps', options.steps ?? (environment === MAZE.environment ? MAZE.steps : shipped.steps), { min: 1, max: 100_000_000 });
  const hidden = checkLayers(network.hidden ?? MAZE.hidden);
  const settings: LeakyStudySettings = {
    environment,
    rule: { name: checkRule(rule.name ?? shipped.rule.name, environment) },
    timeConstants: ascending('timeConstants', options.timeConstants ?? [1, 4, 16, 64], 'a list of time constants in steps, for example [1, 8]', { min: 1, max: 1e6 }),
    densities: checkDensities(options.densities ?? [0.0625, 0.125, 0.5, 1], hidden),
    schedules: checkSchedules(options.schedules ?? ['synchronous', 'hogwild', 'bounded', 'poisson']),
    partitions: checkInteger('partitions', options.partitions ?? Math.min(2, sum(hidden)), { min: 1, max: sum(hidden) }),
    bound: checkInteger('bound', options.bound ?? 4, { min: 0, max: 2 ** 30 }),
    seeds: checkInteger('seeds', options.seeds ?? 5, { min: 1, max: 1000 }),
    steps,
    network: { hidden },
    evaluation: {
      every: checkInteger('evaluation.every', evaluation.every ?? Math.ceil(steps / 10), { min: 1 }),
      final: checkInteger('evaluation.final', evaluation.final ?? 20, { min: 1, max: 10_000 }),
    },
  };
  planLeakyTrials({ ...settings, seeds: 1 });
  return settings;
}

/** What a network of the study remembers with. */
export type LeakyNetwork =
  | { readonly kind: 'memoryless' }
  /** The integrators of observations that the task ships with; nothing is read again. */
  | { readonly kind: 'sensory memory'; readonly memory: readonly number[] }
  /** A share of the hidden neurons is read again, through leaky integrators up to this time constant. */
  | { readonly kind: 'leaky'; readonly density: number; readonly timeConstant: number };

/** One line of the comparison. */
export interface LeakyContender {
  /** The sweep of networks, or the best of them under the schedules, from fresh seeds. */
  readonly part: 'networks' | 'schedules';
  readonly network: LeakyNetwork;
  readonly schedule: DisciplineName;
  /** What its trials are called. */
  readonly label: string;
}

export function describeNetwork(network: LeakyNetwork): string {
  return network.kind === 'leaky' ? `density ${describeDensity(network.density)}, time constant ${network.timeConstant}` : network.kind;
}

/** `25 %` */
export function describeDensity(density: number): string {
  return `${Number((100 * density).toFixed(4))} %`;
}

/** Networks without memory, with the memory that the task ships with, and with every density and time constant. */
export function leakyContenders({ environment, densities, timeConstants }: Pick<LeakyStudySettings, 'environment' | 'densities' | 'timeConstants'>): LeakyContender[] {
  const { memory } = resolveSettings({ environment }).network;
  const networks: LeakyNetwork[] = [
    { kind: 'memoryless' },
    ...(memory.length === 0 ? [] : [{ kind: 'sensory memory', memory } as const]),
    ...densities.flatMap((density) => timeConstants.map((timeConstant) => ({ kind: 'leaky', density, timeConstant } as const))),
  ];
  return networks.map((network) => ({ part: 'networks', network, schedule: 'synchronous', label: describeNetwork(network) }));
}

/** A network and the memoryless one, under every schedule. */
export function scheduleContenders({ schedules }: Pick<LeakyStudySettings, 'schedules'>, best: LeakyNetwork): LeakyContender[] {
  return schedules.flatMap((schedule) => [{ kind: 'memoryless' } as const, best].map((network): LeakyContender => ({
    part: 'schedules',
    network,
    schedule,
    label: `${schedule}: ${describeNetwork(network)}`,
  })));
}

/** Trials of the whole study: those of the networks, and those that follow. */
export function countLeakyTrials(settings: LeakyStudySettings): number {
  return settings.seeds * (leakyContenders(settings).length + 2 * settings.schedules.length);
}

/** The trials of the networks: the same seeds, steps and evaluations for all. */
export function planLeakyTrials(settings: LeakyStudySettings): Trial[] {
  return planContenders(settings, leakyContenders(settings));
}

/** The trials of a network under the schedules. Its seeds are fresh: it was chosen by the others. */
export function planScheduleTrials(settings: LeakyStudySettings, best: LeakyNetwork): Trial[] {
  return planContenders(settings, scheduleContenders(settings, best)).map((trial) => ({ ...trial, seed: trial.seed + settings.seeds }));
}

function planContenders(settings: LeakyStudySettings, contenders: readonly LeakyContender[]): Trial[] {
  const { environment, rule, seeds, steps, network, evaluation: { every, final } } = settings;
  const algorithms = contenders.map(({ network: own, schedule, label }) => ({
    label,
    algorithm: rule.name,
    options: { network: networkOptions(own), ...scheduleOptions(settings, schedule) },
  }));
  const evaluation = { every, episodes: Math.min(CURVE_EPISODES, final), final };
  return planTrials(resolveStudySettings({ environments: [environment], algorithms, seeds, steps, network, evaluation }));
}

function networkOptions(network: LeakyNetwork): Options {
  if (network.kind === 'leaky') return { memory: [], recurrent: network.density, timeConstant: network.timeConstant };
  return { memory: network.kind === 'memoryless' ? [] : network.memory, recurrent: 0 };
}

/** Behind barriers any number of partitions learns the same, and one is the fastest. The others run in virtual time, so that a trial repeats itself. */
function scheduleOptions({ partitions, bound }: LeakyStudySettings, schedule: DisciplineName): Options {
  if (schedule === 'synchronous') return {};
  const timing = { ...(schedule === 'bounded' && { bound }), ...(schedule === 'poisson' && { clockRate: 1 }) }; // one strike in the time of an update
  return { schedule: 'virtual', partitions, timing, virtual: { ...WORLD, discipline: schedule } };
}

function checkRule(value: unknown, environment: string): string {
  const name = checkName('rule.name', value, LEAKY_RULES);
  if (!fitsTask(name, environment)) throw wrongValue('rule.name', `a rule that can learn the actions of ${environment}`, name);
  return name;
}

function checkLayers(value: unknown): number[] {
  const layers = checkHidden(value);
  if (layers.length === 0) throw wrongValue('network.hidden', 'a hidden layer: its neurons are read again', layers);
  return layers;
}

function checkDensities(value: unknown, hidden: readonly number[]): number[] {
  const densities = ascending('densities', value, 'a list of shares, for example [0.25, 1]', { min: 0, max: 1, above: true });
  const silent = densities.find((recurrent) => recurrentNeurons(hidden, { recurrent }) === 0);
  if (silent !== undefined) throw wrongValue('densities', `shares of ${hidden.join('-')} hidden neurons that make one at least`, silent);
  return densities;
}

function checkSchedules(value: unknown): DisciplineName[] {
  const names = checkList('schedules', value, `a list of ${DISCIPLINE_NAMES.join(', ')}`).map((name) => checkName('schedules', name, DISCIPLINE_NAMES));
  refuseRepeated('schedules', names);
  return names;
}

function ascending(option: string, value: unknown, constraint: string, range: Parameters<typeof checkNumber>[2]): number[] {
  const numbers = checkList(option, value, constraint).map((each) => checkNumber(option, each, range));
  refuseRepeated(option, numbers.map(String));
  return numbers.toSorted((a, b) => a - b);
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
