import { CREDIT } from '../../credit/options.js';
import { creditNamed } from '../../credit/registry.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId } from '../../environment/registry.js';
import { KERNELS } from '../../kernels/options.js';
import type { Demand } from '../../memory/budget.js';
import { CORRELATION, FINAL_NOISE, HIDDEN_NOISE, OUTPUT_NOISE, WARMUP_NOISE } from '../../explore/options.js';
import { NETWORK } from '../../network/options.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, listOf, NOT_NEGATIVE, number, oneOf, orNull, POSITIVE, text } from '../../options/kind.js';
import type { Ships } from '../../options/resolve.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../../options/row.js';
import { createTable } from '../../options/table.js';
import { REPLAY_OPTIMISERS, type OptimiserName } from '../../optimise/registry.js';
import { LEARNING } from '../../rule/options.js';
import { DDPG_DEFAULTS } from './task-defaults.js';
import { UPDATE_THREADS } from './barrier.js';

/** Longest delay of gradients, in updates. */
export const MOST_DELAY = 4096;

const group = 'DDPG';
const fraction = number({ min: 0, max: 1 });
const rate = number(NOT_NEGATIVE);

const GRADIENT_DELAY = option('learning.gradientDelay', integer({ min: 0, max: MOST_DELAY }), {
  default: 0, flag: '--gradient-delay', unit: 'updates', formerly: ['--delay', 'learning.delay'], help: 'age of the parameters that gradients are computed from, as in asynchronous training', group,
});

const HIDDEN_NEURONS = option('exploration.hiddenNeurons', orNull(listOf(text, 'a list of names, for example ["hidden1[3]"], or null')), {
  default: null, shown: 'all of them', help: 'names of the hidden neurons that explore, for example hidden1[3]', group: 'Exploration',
});

/** Every option of DDPG. The network is that of the actor; the critic differs in its inputs and has one linear output. */
export const DDPG_ROWS = [
  ENVIRONMENT,
  CREDIT,
  ...NETWORK,
  vary(OUTPUT_NOISE, { default: 0.3 }),
  HIDDEN_NOISE,
  WARMUP_NOISE,
  CORRELATION,
  FINAL_NOISE,
  HIDDEN_NEURONS,
  ...LEARNING,
  option('learning.actorRate', rate, { default: 1e-3, flag: '--actor-rate', argument: 'rate', help: 'learning rate of the actor', group }),
  option('learning.criticRate', rate, { default: 1e-3, flag: '--critic-rate', argument: 'rate', help: 'learning rate of the critic', group }),
  option('learning.targetRate', number({ ...POSITIVE, max: 1 }), {
    default: 0.005, flag: '--target-rate', argument: 'rate', help: 'fraction τ of the Polyak average by which target copies follow in one update', group,
  }),
  option('learning.finalRateFraction', fraction, {
    default: 1, flag: '--final-rate-fraction', argument: 'fraction', formerly: ['--final-rate', 'learning.finalRate'], help: 'fraction of the learning rates left at the last step, after linear decay', group,
  }),
  option('learning.optimiser', oneOf<OptimiserName>(REPLAY_OPTIMISERS), { default: 'adam', flag: '--optimiser', help: `optimiser: ${REPLAY_OPTIMISERS.join(', ')}`, group }),
  option('learning.frozenLayers', listOf(text, 'a list of names, for example ["hidden1"]'), {
    default: [], help: 'layers of the actor whose weights stay as initialised, for example hidden1', group,
  }),
  GRADIENT_DELAY,
  KERNELS,
  option('threads', integer({ min: 1, max: UPDATE_THREADS }), {
    default: 1,
    narrow: (at) => (at(GRADIENT_DELAY) > 0 || at(KERNELS) === 'reference' || creditNamed(at(CREDIT)).alone === true ? integer({ min: 1, max: 1 }) : undefined), // delayed gradients are taken by one thread, and the reference shares no memory
    flag: '--threads',
    help: 'threads for each update, 1 or 2; the result is the same',
    group: 'Run',
  }),
  SEED,
  vary(STEPS, { default: 20_000 }),
] as const;

/** Everything a run of DDPG depends on, resolved: plain data, written to the run folder as it is. */
export type DdpgSettings = SettingsOf<(typeof DDPG_ROWS)[number]>;

/** η_A of the actor, η_Q of the critic and τ of the soft target updates. */
export type DdpgRates = Pick<DdpgSettings['learning'], 'actorRate' | 'criticRate' | 'targetRate'>;

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export type DdpgOptions = OptionsOf<(typeof DDPG_ROWS)[number]>;

const TASK_DEFAULTS: Readonly<Partial<Record<string, DdpgOptions>>> = DDPG_DEFAULTS;

/** The defaults of DDPG for a task. */
export const shippedDdpg: Ships = (at, path) => (path === ENVIRONMENT.path ? [] : [TASK_DEFAULTS[environmentId(at(ENVIRONMENT))] ?? {}]);

export const DDPG = createTable(DDPG_ROWS, shippedDdpg);

/**
 * Checks a user's options, fills in defaults and returns the complete settings of a run of DDPG.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveDdpgSettings(given: DdpgOptions = {}): DdpgSettings {
  return DDPG.resolve(given);
}

/** The bytes of a run of DDPG by what they grow with, at least: actor and critic with moments and target copies, replay, and activations of a minibatch. */
export function demandsOf({ network: { hidden }, learning: { replay, batch } }: DdpgSettings, observations: number, outputs: number): Demand[] {
  const weights = [outputs, 1].reduce((sum, end) => sum + [...hidden, end].reduce((own, size, i) => own + size * (i === 0 ? observations : hidden[i - 1]), 0), 0);
  const neurons = 2 * hidden.reduce((sum, size) => sum + size, observations + outputs);
  return [
    { option: 'network.hidden', value: hidden, what: 'weights', bytes: 4 * weights * 4 },
    { option: 'learning.replay', value: replay, what: 'replay', bytes: 4 * replay * (observations + outputs + 2) },
    { option: 'learning.batch', value: batch, what: 'minibatches', bytes: 4 * neurons * 2 * batch },
  ];
}
