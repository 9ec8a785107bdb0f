import { ENVIRONMENT } from '../../environment/options.js';
import { KERNELS } from '../../kernels/options.js';
import { CORRELATION, FINAL_NOISE, HIDDEN_NOISE, NOISE, WARMUP_NOISE } from '../../network/exploration-options.js';
import { NEURAL, NEURAL_HIDDEN } from '../../network/neuron-options.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, integerOr, only } from '../../options/kind.js';
import { option, vary, type SettingsOf } from '../../options/row.js';
import { BATCH, isStreamed, LEARNING, REPLAY, replaySlots, RULE_NAME, RULE_RATES, ruleOf, UPDATES_PER_STEP, WARMUP, warmupSteps } from '../../rule/options.js';
import { SCHEDULE } from '../../schedule/options.js';
import type { DisciplineName } from '../../schedule/schedule.js';
import { VIRTUAL } from '../../virtual/settings.js';
import { DEATH } from './death-options.js';
import { TIMING } from './timing-options.js';

/** Each has a lane of the inference activations, and a slot of the replay that waits for its successor. */
const MOST_ENVIRONMENTS = 4096;

const ENVIRONMENTS = option('environments', integer({ min: 1, max: MOST_ENVIRONMENTS }), {
  default: 1, narrow: (at) => (isStreamed(at) ? integer({ min: 1, max: 1, hint: 'the rule learns from one stream of transitions' }) : undefined), flag: '--environments',
  help: 'environments that the network acts in at once; all store into one replay and count their steps together', group: 'Run',
});

export const PARTITIONS = option('partitions', integer({ min: 1, max: 1024 }), {
  default: (at) => (at(NEURAL_HIDDEN).length === 0 ? 1 : 2), flag: '--partitions', help: 'worker threads that the neurons are divided over', group: 'Run', everyday: true,
});

export const RATE_LIMIT = option('rateLimit', integerOr('off', 'a whole number of updates', { min: 0 }), {
  default: 16, flag: '--rate-limit', argument: 'updates', help: 'updates that learning may be ahead of or behind acting under hogwild, or off', group: 'Timing',
});

/** How neurons explore under their rule. */
export const RULE_EXPLORATION = [
  NOISE,
  vary(HIDDEN_NOISE, {
    default: (at) => (ruleOf(at).hiddenIsStochastic ? 0.1 : 0),
    narrow: (at) => (ruleOf(at).hiddenIsStochastic ? undefined : only(0, 'hidden neurons do not explore under this rule')),
  }),
  vary(WARMUP_NOISE, { narrow: (at) => (isStreamed(at) ? only(0, 'the rule has no warm-up') : undefined) }),
  vary(CORRELATION, { narrow: (at) => (isStreamed(at) ? only(0, 'the rule takes its noise for white') : undefined) }),
  vary(FINAL_NOISE, { narrow: (at) => (isStreamed(at) && ruleOf(at).hiddenIsStochastic ? only(1, 'the rule knows its noise by one deviation') : undefined) }),
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
  ...RULE_RATES,
  ...RULE_LEARNING,
  ...DEATH,
  SCHEDULE,
  ...TIMING,
  ...VIRTUAL,
  RATE_LIMIT,
  PARTITIONS,
  ENVIRONMENTS,
  KERNELS,
  SEED,
  STEPS,
] as const;

/** Everything a run depends on, resolved: plain data, written to the run folder and sent to the workers as it is. */
export type Settings = SettingsOf<(typeof SIMULATION_ROWS)[number]>;

/** Who waits for whom, in real time or in virtual time. */
export function disciplineOf({ schedule, virtual }: Pick<Settings, 'schedule' | 'virtual'>): DisciplineName {
  return schedule === 'virtual' ? (virtual?.discipline ?? 'hogwild') : schedule;
}
