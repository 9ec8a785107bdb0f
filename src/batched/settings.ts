import { wrongValue } from '../check.js';
import { ENVIRONMENT } from '../environment/options.js';
import { HIDDEN_NOISE } from '../explore/options.js';
import { NEURAL, NEURAL_KEYS } from '../network/neuron-options.js';
import { firstUnusual } from '../network/neural.js';
import { OBSERVATION_TRACES, RECURRENT, RECURRENT_TIME_CONSTANT } from '../network/options.js';
import { SEED, STEPS } from '../options/common.js';
import { integer, oneOf } from '../options/kind.js';
import { inShort, option, vary, withoutFlags, type OptionsOf, type SettingsOf } from '../options/row.js';
import { createTable } from '../options/table.js';
import { RULE_NAME, RULE_RATES, TRACE_DECAY } from '../rule/options.js';
import { shipped } from '../simulation/options.js';
import { RULE_EXPLORATION, RULE_LEARNING } from '../placement/partitioned/settings.js';
import { DEVICE_NAMES } from './device.js';
import { BATCHED_RULES } from './parameters.js';

const NEURAL_PATHS = NEURAL_KEYS.map((key) => `network.${key}`);

/** What a batch has only one value for: its networks are plain layers, nothing is remembered, and hidden neurons do not explore under its rules. */
const FIXED = [...NEURAL_PATHS, OBSERVATION_TRACES.path, RECURRENT.path, RECURRENT_TIME_CONSTANT.path, HIDDEN_NOISE.path, TRACE_DECAY.path];

/** The options that a batch of networks shares with a simulation, with the same defaults, and its own. */
export const BATCHED_ROWS = [
  ENVIRONMENT,
  ...withoutFlags(NEURAL.map((row) => (row === OBSERVATION_TRACES ? vary(OBSERVATION_TRACES, { unshipped: () => true }) : row)), FIXED),
  ...withoutFlags(RULE_EXPLORATION, FIXED),
  inShort(option('rule.name', oneOf(BATCHED_RULES), { default: 'broadcast', flag: '--rule', help: `learning rule: ${BATCHED_RULES.join(', ')}`, group: RULE_NAME.group, everyday: true })),
  ...withoutFlags(RULE_RATES, FIXED),
  ...RULE_LEARNING,
  SEED,
  STEPS,
  option('replicas', integer({ min: 1, max: 4096 }), {
    default: 32, flag: '--replicas', help: 'networks trained at once, from the seeds seed, seed + 1, …, each with its own environment and replay buffer',
    group: 'Run', everyday: true,
  }),
  option('device', oneOf(DEVICE_NAMES), { default: 'auto', flag: '--device', help: `tensor backend of the updates: ${DEVICE_NAMES.join(', ')}`, group: 'Run', everyday: true }),
] as const;

/** Everything that the training of a batch of networks depends on, resolved: plain data. */
export type BatchedSettings = SettingsOf<(typeof BATCHED_ROWS)[number]>;

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export type BatchedOptions = OptionsOf<(typeof BATCHED_ROWS)[number]>;

export const BATCHED = createTable(BATCHED_ROWS, shipped);

/** Bytes that the replays of all replicas may take together. */
const MOST_REPLAY = 2 ** 33;

/** About what a slot of a replay takes on the shipped tasks. */
const BYTES = 48;

/**
 * Checks a user's options, fills in defaults and returns the complete settings of a batch.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveBatchedSettings(given: BatchedOptions = {}): BatchedSettings {
  return BATCHED.resolve(given, verify);
}

function verify({ network, learning, replicas }: BatchedSettings): void {
  if (network.recurrent > 0) throw wrongValue('network.recurrent', '0 in a batch of networks', network.recurrent);
  const unusual = firstUnusual(network);
  if (unusual !== undefined) throw wrongValue(unusual.path, 'what plain layers have, in a batch of networks', unusual.value);
  if (network.observationTraces.length > 0) throw wrongValue('network.observationTraces', 'none in a batch of networks', network.observationTraces);
  if (replicas * learning.replay * BYTES > MOST_REPLAY) {
    throw wrongValue('replicas', 'replays that take at most 8 GiB together', replicas, '; take fewer replicas, or a smaller learning.replay');
  }
}
