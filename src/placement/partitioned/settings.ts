import { ENVIRONMENT } from '../../environment/options.js';
import { KERNELS } from '../../kernels/options.js';
import { CORRELATION, FINAL_NOISE, HIDDEN_NOISE, OUTPUT_NOISE, WARMUP_NOISE } from '../../explore/options.js';
import { NEURAL, NEURAL_HIDDEN } from '../../network/neuron-options.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, integerOr, only } from '../../options/kind.js';
import { option, vary, type OptionsOf, type SettingsOf } from '../../options/row.js';
import { BATCH, CRITIC_PLACEMENT, isStreamed, LEARNING, OBJECTIVE, REPLAY, replaySlots, RULE_NAME, RULE_RATES, ruleOf, UPDATES_PER_STEP, WARMUP, warmupSteps } from '../../rule/options.js';
import { SCHEDULE, TIME } from '../../schedule/options.js';
import { VIRTUAL } from '../../virtual/settings.js';
import { LESION } from './lesion-options.js';
import { TIMING } from './timing-options.js';

/** Each has a lane of the board of activations, and a replay slot whose next observation is still unknown. */
const MOST_ENVIRONMENTS = 4096;

const ENVIRONMENTS = option('environments', integer({ min: 1, max: MOST_ENVIRONMENTS }), {
  default: 1, narrow: (at) => (isStreamed(at) ? integer({ min: 1, max: 1, hint: 'the rule learns from one stream of transitions' }) : undefined), flag: '--environments',
  help: 'environments stepped at once by one network; they share one replay buffer and one step counter', group: 'Run',
});

export const PARTITIONS = option('partitions', integer({ min: 1, max: 1024 }), {
  default: (at) => (at(NEURAL_HIDDEN).length === 0 ? 1 : 2), flag: '--partitions', help: 'worker threads, each of which owns a part of the neurons', group: 'Run', everyday: true,
});

export const UPDATE_WINDOW = option('updateWindow', integerOr('off', 'a whole number of updates', { min: 0 }), {
  default: 16, flag: '--update-window', argument: 'updates', formerly: ['--rate-limit', 'rateLimit'],
  help: 'tolerance of the rate limiter: updates that learning may be ahead of or behind the update-to-data ratio; off: no limit', group: 'Timing',
});

/** How neurons explore under their rule. */
export const RULE_EXPLORATION = [
  OUTPUT_NOISE,
  vary(HIDDEN_NOISE, {
    default: (at) => (ruleOf(at).hiddenIsStochastic ? 0.1 : 0),
    narrow: (at) => (ruleOf(at).hiddenIsStochastic ? undefined : only(0, 'hidden neurons do not explore under this rule')),
  }),
  vary(WARMUP_NOISE, { narrow: (at) => (isStreamed(at) ? only(0, 'the rule has no warm-up') : undefined) }),
  vary(CORRELATION, { narrow: (at) => (isStreamed(at) ? only(0, 'the rule assumes white noise') : undefined) }),
  vary(FINAL_NOISE, { narrow: (at) => (isStreamed(at) && ruleOf(at).hiddenIsStochastic ? only(1, 'the rule assumes a constant standard deviation') : undefined) }),
] as const;

const STREAMED = 'the rule learns from each transition once, as it happens';

const [DISCOUNT, REWARD_SCALE] = LEARNING;

/** How rules learn, from a replay into which all environments store, or from the stream. */
export const RULE_LEARNING = [
  DISCOUNT,
  REWARD_SCALE,
  vary(BATCH, { narrow: (at) => (isStreamed(at) ? only(1, STREAMED) : undefined) }),
  vary(REPLAY, { narrow: (at) => replaySlots(at(BATCH), at(ENVIRONMENTS)) }),
  vary(WARMUP, {
    default: (at) => Math.max(1000, 2 * at(ENVIRONMENTS)),
    narrow: (at) => (isStreamed(at) ? only(0, STREAMED) : warmupSteps(Math.max(2, at(BATCH), at(ENVIRONMENTS) > 1 ? 2 * at(ENVIRONMENTS) : 0))),
  }),
  vary(UPDATES_PER_STEP, { narrow: (at) => (isStreamed(at) ? only(1, STREAMED) : undefined) }),
] as const;

/** Every option of a network of neuron-agents. */
export const SIMULATION_ROWS = [
  ENVIRONMENT,
  ...NEURAL,
  ...RULE_EXPLORATION,
  RULE_NAME,
  OBJECTIVE,
  CRITIC_PLACEMENT,
  ...RULE_RATES,
  ...RULE_LEARNING,
  ...LESION,
  SCHEDULE,
  TIME,
  ...TIMING,
  ...VIRTUAL,
  UPDATE_WINDOW,
  PARTITIONS,
  ENVIRONMENTS,
  KERNELS,
  vary(SEED, { help: `${SEED.help}; hogwild, bounded and poisson runs on threads also depend on thread timing` }),
  STEPS,
] as const;

/** Everything a run depends on, resolved: plain data, written to the run folder and sent to the workers as it is. */
export type Settings = SettingsOf<(typeof SIMULATION_ROWS)[number]>;

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export type SimulationOptions = OptionsOf<(typeof SIMULATION_ROWS)[number]>;
