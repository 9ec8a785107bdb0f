import { OPTIMISER_NAMES, REPLAY_OPTIMISERS, type OptimiserName } from '../optimise/registry.js';
import { checkName } from '../check.js';
import { canonicalName, MODULE_PATTERN } from '../modules.js';
import { integer, kind, NOT_NEGATIVE, number, oneOf, only, POSITIVE } from '../options/kind.js';
import { inShort, option, optional, type At, type SettingsOf } from '../options/row.js';
import { findObjective, OBJECTIVE_NAMES } from '../objective/registry.js';
import { findRule, RULE_NAMES, ruleNamed, type RuleName } from './registry.js';
import type { Rule } from './rule.js';

const group = 'Learning rule';

/** A rule's name, shipped or of a module of the user's own that has been loaded. */
const ruleName = kind<string, RuleName | (string & {})>({ // the names are what an editor proposes
  check(path, value) {
    const name = typeof value === 'string' ? canonicalName(value) : value;
    return typeof name === 'string' && findRule(name) !== undefined ? name : checkName(path, name, RULE_NAMES);
  },
  argument: 'name',
  schema: { anyOf: [{ enum: RULE_NAMES }, { type: 'string', pattern: MODULE_PATTERN }] },
});

export const RULE_NAME = inShort(option('rule.name', ruleName, { default: 'broadcast', flag: '--rule', help: `learning rule: ${RULE_NAMES.join(', ')}; or the path of your own module`, group: 'Run', everyday: true }));

/** An objective's name, shipped or of a module of the user's own that has been loaded. */
const objectiveName = kind<string>({
  check(path, value) {
    const name = typeof value === 'string' ? canonicalName(value) : value;
    return typeof name === 'string' && findObjective(name) !== undefined ? name : checkName(path, name, OBJECTIVE_NAMES);
  },
  argument: 'name',
  schema: { anyOf: [{ enum: OBJECTIVE_NAMES }, { type: 'string', pattern: MODULE_PATTERN }] },
});

export const OBJECTIVE = optional('rule.objective', objectiveName, {
  flag: '--objective', shown: 'the rule\'s own', help: `what output neurons climb, for rules that are a credit: ${OBJECTIVE_NAMES.join(', ')}; or the path of a module of your own`, group,
});

export const ruleOf = (at: At): Rule => ruleNamed(at(RULE_NAME));

/** True under a rule that learns each transition once, online: options of the replay buffer then have a single value. */
export const isStreamed = (at: At) => ruleOf(at).data === 'online';

/** `then` under a rule that learns online; undefined under others. */
export function streamed<Value>(then: (at: At) => Value): (at: At) => Value | undefined {
  return (at) => (isStreamed(at) ? then(at) : undefined);
}

/** Who keeps the critic: each neuron its part of one that all partitions share, or each partition a replica for itself. */
export const CRITICS = ['shared', 'replicated'] as const;
export type CriticPlacement = (typeof CRITICS)[number];

export const CRITIC_PLACEMENT = option('rule.critic', oneOf<CriticPlacement>(CRITICS), {
  default: 'shared', narrow: (at) => (ruleOf(at).objective === undefined ? oneOf<CriticPlacement>(['shared']) : undefined), flag: '--critic',
  help: 'shared: each neuron keeps its part of one critic, and partitions read one another\'s parts; replicated: each partition keeps a critic of its own, for messages that are updates late', group,
});

const rate = number(NOT_NEGATIVE);
const fraction = number({ min: 0, max: 1 });

export const CRITIC_RATE = option('rule.criticRate', rate, { default: 1e-2, flag: '--critic-rate', argument: 'rate', help: 'learning rate of critics', group });

export const TARGET_RATE = option('rule.targetRate', number({ ...NOT_NEGATIVE, max: 1 }), {
  default: 0.005, narrow: (at) => (isStreamed(at) ? only(0, 'the rule keeps no target copies') : number({ ...POSITIVE, max: 1 })), flag: '--target-rate',
  argument: 'rate', help: 'fraction τ of the Polyak average by which target copies follow in one update', group,
});

export const FINAL_RATE = option('rule.finalRateFraction', fraction, {
  default: 0.1, flag: '--final-rate-fraction', argument: 'fraction', formerly: ['--final-rate', 'rule.finalRate'], help: 'fraction of the learning rates left at the last step, after linear decay', group,
});

export const OPTIMISER = option('rule.optimiser', oneOf<OptimiserName>(OPTIMISER_NAMES), {
  default: 'adam', narrow: (at) => (isStreamed(at) ? undefined : oneOf<OptimiserName>(REPLAY_OPTIMISERS)), flag: '--optimiser',
  help: `optimiser of each neuron: ${OPTIMISER_NAMES.join(', ')}`, group,
});

export const TRACE_DECAY = option('rule.traceDecay', fraction, {
  default: (at) => (isStreamed(at) ? 0.9 : 0), narrow: (at) => (isStreamed(at) ? undefined : only(0, 'the rule keeps no eligibility traces')), flag: '--trace-decay',
  argument: 'factor', help: 'λ of the eligibility traces, for rules that have them', group,
});

/** A rule's rates. */
export const RULE_RATES = [
  CRITIC_RATE,
  option('rule.outputRate', rate, { default: 1e-3, flag: '--output-rate', argument: 'rate', help: 'learning rate of output neurons\' weights', group }),
  option('rule.hiddenRate', rate, { default: 1e-3, flag: '--hidden-rate', argument: 'rate', help: 'learning rate of hidden neurons\' weights; 0: they stay as initialised', group }),
  TARGET_RATE,
  FINAL_RATE,
  TRACE_DECAY,
  OPTIMISER,
] as const;

const learning = 'Learning';

export const BATCH = option('learning.batch', integer({ min: 1, max: 65_536 }), { default: 64, flag: '--batch', help: 'minibatch size, in transitions', group: learning });

/** Smallest capacity of a replay buffer. */
const LEAST_REPLAY = 256;
const MOST_REPLAY = 2 ** 27;

/** @param environments each holds one slot whose next observation is still unknown; at least as many others are required */
export const replaySlots = (batch: number, environments: number) => integer({ min: Math.max(LEAST_REPLAY, 2 * batch, 4 * environments), max: MOST_REPLAY });

export const REPLAY = option('learning.replay', integer({ min: LEAST_REPLAY, max: MOST_REPLAY }), {
  default: 50_000, narrow: (at) => replaySlots(at(BATCH), 1), flag: '--replay', help: 'capacity of the replay buffer, in transitions', group: learning,
});

const MOST_WARMUP = 2 ** 31 - 1;

export const warmupSteps = (least: number) => integer({ min: least, max: MOST_WARMUP });

export const WARMUP = option('learning.warmup', warmupSteps(0), {
  default: 1000, narrow: (at) => warmupSteps(Math.max(2, at(BATCH))), flag: '--warmup', unit: 'environment steps', argument: 'steps',
  help: 'environment steps before the first update', group: learning,
});

export const UPDATES_PER_STEP = option('learning.updatesPerStep', number({ ...POSITIVE, max: 1000 }), {
  default: 1, flag: '--updates-per-step', argument: 'count', help: 'update-to-data ratio: updates per environment step', group: learning,
});

/** Learning from the replay buffer, for every learner. */
export const LEARNING = [
  option('learning.discount', fraction, { default: 0.97, flag: '--discount', argument: 'factor', help: 'discount factor γ', group: learning }),
  option('learning.rewardScale', number(POSITIVE), { default: 0.1, flag: '--reward-scale', argument: 'factor', help: 'factor on rewards before learning', group: learning }),
  BATCH,
  REPLAY,
  WARMUP,
  UPDATES_PER_STEP,
] as const;

export type LearningSettings = SettingsOf<(typeof LEARNING)[number]>['learning'];
