import { wrongValue } from '../../check.js';
import { CREDIT } from '../../credit/options.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId } from '../../environment/registry.js';
import { KERNELS } from '../../kernels/options.js';
import { HIDDEN, LAYERS, RECURRENT, RECURRENT_TIME_CONSTANT } from '../../network/options.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, listOf, NOT_NEGATIVE, number, oneOf, only, onOff, POSITIVE, refine } from '../../options/kind.js';
import type { Ships } from '../../options/resolve.js';
import { onlyWhen, option, vary, type AnyRow, type At, type OptionsOf, type SettingsOf, type When } from '../../options/row.js';
import { createTable, type OptionTable } from '../../options/table.js';
import { ROLLOUT_OPTIMISERS } from '../../optimise/registry.js';
import { TIME } from '../../schedule/options.js';
import { VIRTUAL } from '../../virtual/settings.js';
import { METHOD_NAMES, methodNamed, METHODS, type MethodName } from './methods.js';
import { LOCAL_CREDITS, shippedOptions } from './task-defaults.js';

/** When actors' gradients reach the shared weights: at once and without locks, the same with actors held together, or all of them in one update. */
export const UPDATE_SCHEDULES = ['hogwild', 'bounded', 'synchronous'] as const;
export type UpdateSchedule = (typeof UPDATE_SCHEDULES)[number];

/** Whether copies and updates of the shared weights come one after another. */
export const UPDATE_ORDERS = ['racy', 'ordered'] as const;
export type UpdateOrder = (typeof UPDATE_ORDERS)[number];

const MAX_WORKERS = 64;
const MAX_ACTORS = 4096;

const group = 'Actor-learners';
const fraction = number({ min: 0, max: 1 });

export const METHOD = option('algorithm', oneOf(METHOD_NAMES), { default: 'a3c', help: METHOD_NAMES.map((name) => `${name}: ${METHODS[name].summary}`).join('; '), group: 'Run' });

const methodOf = (at: At) => methodNamed(at(METHOD));
const under = (wanted: 'value' | 'policy', words: string): When => ({
  holds: (at) => methodOf(at).kind === wanted,
  otherwise: (at) => [words, at(METHOD)],
});

const withHidden = (at: At) => (at(HIDDEN).length === 0 ? only(0, 'the network has no hidden layer') : undefined);
const RECURRENT_ROW = vary(RECURRENT, { flag: '--recurrent', argument: 'fraction', narrow: withHidden });
const MODEL = option('network.neuronModel', oneOf(['static', 'leaky'] as const), {
  default: 'static', flag: '--neuron-model', help: 'model of hidden neurons: static (no state) or leaky (the voltage is a leaky integrator)', group: 'Network',
});

/** What a network holds from step to step. */
const MEMORY = [
  RECURRENT_ROW,
  vary(RECURRENT_TIME_CONSTANT, { flag: '--recurrent-time-constant', narrow: (at) => (at(RECURRENT_ROW) > 0 ? undefined : only(1, 'the network has no recurrent connections')) }),
  MODEL,
  option('network.membraneTimeConstant', number({ min: 1, max: 1e6 }), {
    default: (at) => (at(MODEL) === 'static' ? 1 : 4), narrow: (at) => (at(MODEL) === 'static' ? only(1, 'only leaky neurons have one') : undefined), shown: '4 of leaky neurons', unshipped: (at) => at(MODEL) === 'static',
    flag: '--membrane-time-constant', unit: 'environment steps', argument: 'steps', help: 'longest membrane time constant of leaky neurons; they are spaced from 1 to it', group: 'Network',
  }),
] as const;

const ACTORS = option('actors', integer({ min: 1, max: MAX_ACTORS }), { default: 8, flag: '--actors', help: 'actors, each with an environment of its own', group: 'Run' });

const UPDATES = option('schedule', oneOf(UPDATE_SCHEDULES), {
  default: (at) => methodOf(at).schedule, flag: '--schedule', group: 'Run', shown: 'hogwild; synchronous for a2c',
  help: 'hogwild: each rollout\'s gradient is applied at once, without locks; bounded: the same, and no actor is more than --staleness-bound rollouts ahead of another; synchronous: the gradients of all actors are summed, and applied in one update',
});

type Moments = 'shared' | 'own';
const moments = oneOf<Moments>(['shared', 'own']);
const noMoments = refine(moments, (path, value) => {
  if (value !== 'shared') throw wrongValue(path, '"shared"', value, '; sgd has no moments');
  return value;
});

const OPTIMISER = option('learning.optimiser', oneOf(ROLLOUT_OPTIMISERS), { default: 'rmsprop', flag: '--optimiser', help: `how weights follow their gradients: ${ROLLOUT_OPTIMISERS.join(', ')}`, group });

/** A constant of one optimiser, which is fixed under any other. */
const constantOf = (optimiser: (typeof ROLLOUT_OPTIMISERS)[number], value: number) => ({
  default: value,
  unshipped: (at: At) => at(OPTIMISER) !== optimiser,
  narrow: (at: At) => (at(OPTIMISER) === optimiser ? undefined : only(value, `only ${optimiser} has it`)),
});

const odds = listOf(number(NOT_NEGATIVE), 'a list of weights, for example [4, 3, 3]', { least: 1 });

const DEFAULT_ODDS = [4, 3, 3];

const FINAL_EPSILONS = option('behaviour.finalEpsilons', listOf(fraction, 'a list of probabilities, for example [0.1, 0.01, 0.5]', { least: 1 }), {
  default: [0.1, 0.01, 0.5], flag: '--final-epsilons', argument: 'probabilities', help: 'probabilities of a random action at the end of the fall, of which each actor draws one', group: 'Behaviour',
});

const POLICY_ROWS = onlyWhen([
  option('policy.valueWeight', number(NOT_NEGATIVE), { default: 0.5, flag: '--value-weight', argument: 'factor', help: 'weight of the value\'s squared error beside the policy\'s objective', group: 'Policy' }),
  option('policy.entropyWeight', number(NOT_NEGATIVE), { default: 0.01, flag: '--entropy-weight', argument: 'factor', help: 'weight of the policy\'s entropy', group: 'Policy' }),
  option('policy.separateTrunks', onOff, { default: false, flag: '--separate-trunks', argument: null, help: 'policy and value have hidden layers of their own', group: 'Policy' }),
], under('policy', 'nothing under a value method'));

const VALUE_ROWS = onlyWhen([
  FINAL_EPSILONS,
  option('behaviour.odds', odds, {
    default: (at) => at(FINAL_EPSILONS).map((_, i) => DEFAULT_ODDS[at(FINAL_EPSILONS).length === DEFAULT_ODDS.length ? i : 1]), shown: '4,3,3; equal where there are not three', narrow: (at) => refine(odds, (path, weights) => {
      const { length } = at(FINAL_EPSILONS);
      if (weights.length !== length || weights.every((each) => each === 0)) throw wrongValue(path, `${length} weights, one for each of behaviour.finalEpsilons and not all 0`, weights);
      return weights;
    }),
    flag: '--epsilon-odds', argument: 'weights', help: 'odds with which an actor draws each of them', group: 'Behaviour',
  }),
  option('behaviour.annealing', fraction, { default: 0.5, flag: '--annealing', argument: 'fraction', help: 'fraction of the run in which the probability of a random action falls from 1', group: 'Behaviour' }),
  option('targets.period', integer({ min: 1 }), { default: 2000, flag: '--target-period', unit: 'environment steps', argument: 'steps', help: 'environment steps of all actors between two copies of the weights to the target network', group: 'Behaviour' }),
], under('value', 'nothing under a policy method'));

/** What there is of a simulated world: an update is what follows a rollout, its forward ticks and messages about inference do not exist. */
const VIRTUAL_PATHS = ['virtual.compute', 'virtual.act', 'virtual.step', 'virtual.learningMessageDelay', 'virtual.cores', 'virtual.stragglers', 'virtual.slowdown'] as const;
type VirtualRow = (typeof VIRTUAL)[number];

/** Every option of actor-learners. */
export const ACTOR_LEARNER_ROWS = [
  vary(ENVIRONMENT, { default: (at) => (methodOf(at).kind === 'value' ? 'CartPole-v1' : 'Pendulum-v1') }),
  METHOD,
  vary(CREDIT, { help: `${CREDIT.help}; ${LOCAL_CREDITS}` }),
  ...LAYERS,
  ...MEMORY,
  UPDATES,
  ACTORS,
  vary(TIME, { help: 'real: actors run on threads; virtual: an event queue on one thread simulates durations and messages, and repeats bit for bit' }),
  ...VIRTUAL.filter((row): row is Extract<VirtualRow, { readonly path: (typeof VIRTUAL_PATHS)[number] }> => VIRTUAL_PATHS.some((path) => path === row.path)),
  option('workers', integer({ min: 1, max: MAX_WORKERS }), {
    default: (at) => (at(TIME) === 'virtual' ? 1 : Math.min(2, at(ACTORS))), shown: '2; 1 in virtual time', narrow: (at) => (at(TIME) === 'virtual' ? only(1, 'in virtual time all actors share a thread') : integer({ min: 1, max: Math.min(MAX_WORKERS, at(ACTORS)) })), flag: '--workers', help: 'worker threads, among which the actors are divided', group: 'Run', everyday: true,
  }),
  option('rollout.steps', integer({ min: 1, max: 4096 }), { default: 5, flag: '--rollout', unit: 'environment steps', argument: 'steps', help: 'environment steps of an actor before each of its updates; fewer at the end of an episode', group }),
  option('learning.discount', fraction, { default: 0.99, flag: '--discount', argument: 'factor', help: 'weight of the next step\'s value', group }),
  option('learning.rewardScale', number(POSITIVE), { default: 1, flag: '--reward-scale', argument: 'factor', help: 'rewards are multiplied by it before they are learned from', group }),
  option('learning.rate', number(NOT_NEGATIVE), { default: 7e-4, flag: '--rate', argument: 'rate', help: 'learning rate at the first step', group }),
  option('learning.finalRateFraction', fraction, { default: 0, flag: '--final-rate-fraction', argument: 'fraction', help: 'fraction of the learning rate left at the last step; it falls to it linearly in the steps of all actors', group }),
  OPTIMISER,
  option('learning.decay', fraction, { ...constantOf('rmsprop', 0.99), flag: '--decay', argument: 'factor', help: 'fraction of its second moment that rmsprop keeps at each update', group }),
  option('learning.epsilon', number(POSITIVE), { ...constantOf('rmsprop', 0.1), flag: '--epsilon', help: 'added to the second moment under the root of rmsprop', group }),
  option('learning.momentum', number({ min: 0, max: 1, below: true }), { ...constantOf('momentum', 0.9), flag: '--momentum', argument: 'factor', help: 'fraction of its last step that momentum takes again', group }),
  option('learning.moments', moments, { default: 'shared', narrow: (at) => (at(OPTIMISER) === 'sgd' ? noMoments : undefined), flag: '--moments', help: 'whether all actors share one set of the optimiser\'s moments, or each has its own', group }),
  option('learning.clip', number(POSITIVE), { default: 40, flag: '--gradient-clip', argument: 'norm', help: 'longest gradient: longer ones are scaled down to it', group }),
  option('learning.gradientDelay', integer({ min: 0, max: 4096 }), {
    default: 0, narrow: (at) => (at(UPDATES) === 'synchronous' ? only(0, 'a synchronous update waits for all rollouts') : undefined), flag: '--gradient-delay', argument: 'gradients',
    help: 'gradients of the same thread that come before a gradient is applied: staleness to measure its cost; those under way are lost at the end of a run', group,
  }),
  ...onlyWhen([
    option('bounded.rollouts', integer({ min: 0 }), { default: 1, flag: '--staleness-bound', unit: 'rollouts', argument: 'rollouts', help: 'rollouts by which an actor may be ahead of the slowest as it begins another', group: 'Run' }),
  ], { holds: (at) => at(UPDATES) === 'bounded', otherwise: (at) => ['"schedule": "bounded"', at(UPDATES)] }),
  ...POLICY_ROWS,
  ...VALUE_ROWS,
  option('timing.updates', oneOf<UpdateOrder>(UPDATE_ORDERS), {
    default: 'racy', narrow: (at) => (at(UPDATES) === 'synchronous' || at(TIME) === 'virtual' ? oneOf<UpdateOrder>(['racy']) : undefined), flag: '--updates', group: 'Run',
    help: 'racy: threads copy and step the shared weights without locks; ordered: one after another, so that no update is lost and --record can keep their order; costs about 2 % of processor time, and waits where cores are busy',
  }),
  option('timing.workerTimeout', number(NOT_NEGATIVE), { default: 30, flag: '--worker-timeout', unit: 'seconds', help: 'time without a heartbeat after which a worker is replaced; 0: never', group: 'Run' }),
  KERNELS,
  vary(SEED, { help: `${SEED.help}; hogwild and bounded runs on several workers also depend on thread timing` }),
  vary(STEPS, { default: 200_000 }),
] as const;

/** Everything a run of actor-learners depends on, resolved: plain data, written to the run folder as it is. */
export type ActorLearnerSettings = SettingsOf<(typeof ACTOR_LEARNER_ROWS)[number]>;
export type ActorLearnerOptions = OptionsOf<(typeof ACTOR_LEARNER_ROWS)[number]>;

const ships: Ships = (at, path) => (path === ENVIRONMENT.path || path === METHOD.path ? [] : shippedOptions(environmentId(at(ENVIRONMENT)), at(METHOD)));

/** The table of one method, which is the only one that its settings may name; without the options of other kinds of methods. */
export function tableOf(name: MethodName): OptionTable<ActorLearnerSettings> {
  const only = vary(METHOD, { default: name, narrow: () => oneOf([name]) });
  const foreign: readonly AnyRow[] = methodNamed(name).kind === 'value' ? POLICY_ROWS : VALUE_ROWS;
  return createTable(ACTOR_LEARNER_ROWS.filter((row) => !foreign.includes(row)).map((row) => (row.path === METHOD.path ? only : row)), ships);
}

/**
 * Checks a user's options, fills in defaults and returns the complete settings of actor-learners.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveActorLearnerSettings(given: ActorLearnerOptions = {}): ActorLearnerSettings {
  return createTable(ACTOR_LEARNER_ROWS, ships).resolve(given);
}
