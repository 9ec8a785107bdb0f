import { integer, NOT_NEGATIVE, number, oneOf, orNone, POSITIVE } from '../../options/kind.js';
import { onlyWhen, option, vary, type At, type When } from '../../options/row.js';
import { REPLAY_OPTIMISERS, type OptimiserName } from '../../optimise/registry.js';
import { SAMPLER_NAMES } from '../../replay/samplers.js';
import { BATCH, LEARNING, warmupSteps } from '../../rule/options.js';
import type { Parts } from './methods.js';

const MOST_STEPS = 64;
const MOST_ATOMS = 1024;

export const VALUE = 'Value';
export const fraction = number({ min: 0, max: 1 });
export const rate = number(NOT_NEGATIVE);

const [DISCOUNT, REWARD_SCALE, , REPLAY, WARMUP, UPDATES_PER_STEP] = LEARNING;

const DISTRIBUTIONS = ['expected', 'categorical'] as const;
const NORMALISATIONS = ['batch', 'buffer'] as const;

/** Options that exist under some values of another. */
export const is = (holds: (at: At) => boolean, words: string, row: Parameters<At>[0]): When => ({ holds, otherwise: (at) => [words, at(row)] });

/** What is learned of returns: their mean, or a distribution over atoms. */
export function distributionRows(fallback: Parts['distribution']) {
  const distribution = option('value.distribution', oneOf(DISTRIBUTIONS), {
    default: fallback, flag: '--distribution', help: 'what is learned of returns: expected: their mean; categorical: probabilities of atoms (C51)', group: VALUE,
  });
  const lowest = option('categorical.lowest', number(), { default: -10, shown: { value: { distribution: 'categorical' } }, flag: '--lowest', argument: 'value', help: 'value of the lowest atom: no scaled return should be below it', group: VALUE });
  return [
    distribution,
    ...onlyWhen([
      option('categorical.atoms', integer({ min: 2, max: MOST_ATOMS }), { default: 51, shown: { value: { distribution: 'categorical' } }, flag: '--atoms', help: 'atoms of each distribution', group: VALUE }),
      lowest,
      option('categorical.highest', number(), { default: 10, narrow: (at) => number({ min: at(lowest), above: true }), shown: { value: { distribution: 'categorical' } }, flag: '--highest', argument: 'value', help: 'value of the highest atom: no scaled return should be above it', group: VALUE }),
    ], is((at) => at(distribution) === 'categorical', '"value.distribution": "categorical"', distribution)),
    ...onlyWhen([
      option('loss.errorClip', orNone(number(POSITIVE)), { default: 1, shown: { value: { distribution: 'expected' } }, flag: '--error-clip', argument: 'error', help: 'TD error beyond which the loss is linear (Huber); none: squared errors', group: VALUE }),
    ], is((at) => at(distribution) === 'expected', '"value.distribution": "expected"', distribution)),
  ] as const;
}

/** What is drawn from the replay, and how learning goes. */
export function replayRows({ sampler: samplerName, steps: n }: Pick<Parts, 'sampler' | 'steps'>) {
  const sampler = option('replay.sampler', oneOf(SAMPLER_NAMES), {
    default: samplerName, flag: '--sampler', group: 'Replay',
    help: 'how items are drawn: uniform; proportional: by |TD error|; rank: by its rank; greedy: the largest. Under categorical the cross-entropy takes the place of |TD error|',
  });
  const steps = option('replay.steps', integer({ min: 1, max: MOST_STEPS }), { default: n, flag: '--n-step', unit: 'environment steps', argument: 'steps', help: 'n of n-step returns; fewer at the end of an episode', group: 'Replay' });
  const details = { shown: { replay: { sampler: 'proportional' } }, group: 'Replay' };
  return [
    sampler,
    steps,
    ...onlyWhen([
      option('priorities.exponent', fraction, { default: 0.6, flag: '--priority-exponent', argument: 'alpha', help: 'α: how much priorities count; 0: all items alike', ...details }),
      option('priorities.correction', fraction, { default: 0.4, flag: '--importance-exponent', argument: 'beta', help: 'β at the first step: how much importance weights correct for priorities', ...details }),
      option('priorities.finalCorrection', fraction, { default: 1, flag: '--final-importance-exponent', argument: 'beta', help: 'β at the last step, after linear change', ...details }),
      option('priorities.normalisation', oneOf(NORMALISATIONS), { default: 'batch', flag: '--importance-normalisation', help: 'whose largest importance weight is 1: that of the minibatch, or of all items', ...details }),
    ], is((at) => at(sampler) === 'proportional' || at(sampler) === 'rank', '"replay.sampler": "proportional" or "rank"', sampler)),
    vary(DISCOUNT, { default: 0.99 }),
    vary(REWARD_SCALE, { default: 1 }),
    BATCH,
    REPLAY,
    vary(WARMUP, { narrow: (at) => warmupSteps(Math.max(2, at(BATCH), at(steps) + 1)) }),
    UPDATES_PER_STEP,
    option('learning.finalRateFraction', fraction, { default: 1, flag: '--final-rate-fraction', argument: 'fraction', help: 'fraction of the learning rate left at the last step, after linear decay', group: 'Learning' }),
    option('learning.optimiser', oneOf<OptimiserName>(REPLAY_OPTIMISERS), { default: 'adam', flag: '--optimiser', help: `optimiser: ${REPLAY_OPTIMISERS.join(', ')}`, group: 'Learning' }),
    option('learning.clip', number(POSITIVE), { default: 10, flag: '--gradient-clip', argument: 'norm', help: 'longest gradient of a network: longer ones are scaled down to it', group: 'Learning' }),
  ] as const;
}

/** When and how far target copies follow. */
export function targetRows(fallback: { readonly period: number; readonly rate: number }) {
  return [
    option('targets.period', integer({ min: 1 }), { default: fallback.period, flag: '--target-period', unit: 'updates', argument: 'updates', help: 'updates between two changes of the target copy', group: 'Learning' }),
    option('targets.rate', number({ ...POSITIVE, max: 1 }), { default: fallback.rate, flag: '--target-rate', argument: 'rate', help: 'fraction τ by which the target copy follows at each of them; 1: it becomes the weights', group: 'Learning' }),
  ] as const;
}
