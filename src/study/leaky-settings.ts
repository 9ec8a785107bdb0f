import { wrongValue } from '../check.js';
import { ENVIRONMENT } from '../environment/options.js';
import { recurrentNeurons } from '../network/neural.js';
import { STEPS } from '../options/common.js';
import { ascending, distinct, integer, listOf, number, oneOf, refine } from '../options/kind.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAMES, RULES } from '../rule/registry.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../schedule/schedule.js';
import { resolveSettings } from '../simulation/options.js';
import { PARTITIONS } from '../placement/partitioned/settings.js';
import { BOUND } from '../placement/partitioned/timing-options.js';
import { fitsTask, type Options } from './algorithm.js';
import { evaluateEvery, FINAL_EPISODES, namesOf, ownHidden, SEEDS, shippedSteps } from './options.js';
import { planTrials, resolveStudySettings } from './settings.js';
import { WORLD } from './straggler-settings.js';
import type { Trial } from './trial.js';

/** Rules whose neurons can hear of one another late: other schedules than the synchronous one run in virtual time. */
export const LEAKY_RULES = RULE_NAMES.filter((name) => RULES[name].locality !== 'weights');

/** In a short maze this is enough to have learned, and with few neurons the connection matrix can be read. */
const MAZE = { environment: 'TMaze-v0(length=5)', steps: 20_000, hidden: [32] } as const;

/** Episodes of the evaluations on the way, unless those at the end have fewer. */
const CURVE_EPISODES = 10;

const group = 'Study';

const TASK = vary(ENVIRONMENT, { default: MAZE.environment });
const HIDDEN = ownHidden(MAZE.hidden, 'its neurons are read again');

const ruleName = (environment: string) => refine(oneOf<string>(LEAKY_RULES), (path, name) => {
  if (!fitsTask(name, environment)) throw wrongValue(path, `a rule that can learn the actions of ${environment}`, name);
  return name;
});

const timeConstants = ascending(distinct(listOf(number({ min: 1, max: 1e6 }), 'a list of time constants in steps, for example [1, 8]', { least: 1 })));
const densities = ascending(distinct(listOf(number({ min: 0, max: 1, above: true }), 'a list of shares, for example [0.25, 1]', { least: 1 })));

/** Shares of these hidden layers that are one neuron at least. */
const densitiesOf = (hidden: readonly number[]) => refine(densities, (path, shares) => {
  const silent = shares.find((recurrent) => recurrentNeurons(hidden, { recurrent }) === 0);
  if (silent !== undefined) throw wrongValue(path, `shares of ${hidden.join('-')} hidden neurons that make one at least`, silent);
  return shares;
});

const LEAKY_ROWS = [
  TASK,
  option('rule.name', oneOf<string>(LEAKY_RULES), {
    default: (at) => resolveSettings({ environment: at(TASK) }).rule.name, narrow: (at) => ruleName(at(TASK)), flag: '--rule', shown: 'the rule that the task ships with',
    help: `how neurons learn: ${LEAKY_RULES.join(', ')}`, group: 'Run', everyday: true,
  }),
  option('timeConstants', timeConstants, {
    default: [1, 4, 16, 64], flag: '--time-constants', argument: 'steps', unit: 'environment steps',
    help: 'time constants of the slowest leaky integrator, in environment steps, with commas between them', group, everyday: true,
  }),
  option('densities', densities, {
    default: [0.0625, 0.125, 0.5, 1], narrow: (at) => densitiesOf(at(HIDDEN)), flag: '--densities', argument: 'shares',
    help: 'shares of the hidden neurons that are read again, with commas between them', group, everyday: true,
  }),
  option('schedules', namesOf(DISCIPLINE_NAMES), {
    default: ['synchronous', 'hogwild', 'bounded', 'poisson'], flag: '--schedules',
    help: `under which the best network is learned once more, with commas between them: ${DISCIPLINE_NAMES.join(', ')}`, group,
  }),
  vary(PARTITIONS, {
    default: (at) => Math.min(2, sum(at(HIDDEN))), narrow: (at) => integer({ min: 1, max: sum(at(HIDDEN)) }),
    help: 'groups of neurons that hear of one another late, under schedules other than synchronous', group, everyday: false,
  }),
  option('bound', BOUND.kind, { default: 4, flag: '--bound', argument: 'versions', help: BOUND.help, group }),
  vary(SEEDS, { help: 'trials of each network, from seeds 1, 2, …, and of each schedule, from as many fresh ones' }),
  vary(STEPS, { default: (at) => shippedSteps(at(TASK), MAZE) }),
  HIDDEN,
  evaluateEvery(10, 'a tenth of the steps'),
  FINAL_EPISODES,
] as const;

/** What a user may set of a study of leaky integrators. */
export type LeakyStudyOptions = OptionsOf<(typeof LEAKY_ROWS)[number]>;

/** Everything that decides the results of a study of leaky integrators, resolved: plain data, its config.json. */
export type LeakyStudySettings = SettingsOf<(typeof LEAKY_ROWS)[number]>;

export const LEAKY_STUDY = createTable(LEAKY_ROWS);

/**
 * Checks what a user gave and fills in defaults.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveLeakyStudySettings(given: LeakyStudyOptions = {}): LeakyStudySettings {
  return LEAKY_STUDY.resolve(given, (settings) => { planLeakyTrials({ ...settings, seeds: 1 }); });
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

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
