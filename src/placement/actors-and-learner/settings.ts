import { CREDIT } from '../../credit/options.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId } from '../../environment/registry.js';
import { KERNELS } from '../../kernels/options.js';
import { NETWORK } from '../../network/options.js';
import { SEED, STEPS } from '../../options/common.js';
import { integer, NOT_NEGATIVE, number, oneOf, onOff, orNull, POSITIVE } from '../../options/kind.js';
import type { Ships } from '../../options/resolve.js';
import { onlyWhen, option, vary, type At, type SettingsOf, type When } from '../../options/row.js';
import { createTable, type OptionTable } from '../../options/table.js';
import { REPLAY_OPTIMISERS, type OptimiserName } from '../../optimise/registry.js';
import { SAMPLER_NAMES } from '../../replay/samplers.js';
import { BATCH, LEARNING, warmupSteps } from '../../rule/options.js';
import { methodNamed, type MethodName } from './methods.js';
import { shippedOptions } from './task-defaults.js';

const MOST_STEPS = 64;
const MOST_ATOMS = 1024;

const group = 'Value';
const fraction = number({ min: 0, max: 1 });
const rate = number(NOT_NEGATIVE);

/** Networks here are plain layers, whose outputs are linear. */
const LAYER_PATHS = ['network.hidden', 'network.activation', 'network.bias', 'network.hiddenGain', 'network.outputGain', 'network.observationScale', 'network.observationTraces'] as const;
type NetworkRow = (typeof NETWORK)[number];
const LAYERS = NETWORK.filter((row): row is Extract<NetworkRow, { readonly path: (typeof LAYER_PATHS)[number] }> => LAYER_PATHS.some((path) => path === row.path));

const [DISCOUNT, REWARD_SCALE, , REPLAY, WARMUP, UPDATES_PER_STEP] = LEARNING;

const DISTRIBUTIONS = ['expected', 'categorical'] as const;
const NORMALISATIONS = ['batch', 'buffer'] as const;

/** The options of a method: its parts, with the method's own as defaults. */
function rowsOf(name: MethodName) {
  const parts = methodNamed(name);
  const distribution = option('value.distribution', oneOf(DISTRIBUTIONS), {
    default: parts.distribution, flag: '--distribution', help: 'what is learned of returns: expected: their mean; categorical: probabilities of atoms (C51)', group,
  });
  const sampler = option('replay.sampler', oneOf(SAMPLER_NAMES), {
    default: parts.sampler, flag: '--sampler', group: 'Replay',
    help: 'how items are drawn: uniform; proportional: by |TD error|; rank: by its rank; greedy: the largest. Under categorical the cross-entropy takes the place of |TD error|',
  });
  const steps = option('replay.steps', integer({ min: 1, max: MOST_STEPS }), { default: parts.steps, flag: '--n-step', unit: 'environment steps', argument: 'steps', help: 'n of n-step returns; fewer at the end of an episode', group: 'Replay' });
  const noisy = option('behaviour.noisy', onOff, { default: parts.noisy, flag: '--noisy', help: 'whether weights are noisy, with standard deviations that are learned, and explore', group: 'Behaviour' });
  const categorical = is((at) => at(distribution) === 'categorical', '"value.distribution": "categorical"', distribution);
  const expected = is((at) => at(distribution) === 'expected', '"value.distribution": "expected"', distribution);
  const weighted = is((at) => at(sampler) === 'proportional' || at(sampler) === 'rank', '"replay.sampler": "proportional" or "rank"', sampler);
  const lowest = option('categorical.lowest', number(), { default: -10, shown: { value: { distribution: 'categorical' } }, flag: '--lowest', argument: 'value', help: 'value of the lowest atom: no scaled return should be below it', group });
  return [
    vary(ENVIRONMENT, { default: 'CartPole-v1' }),
    CREDIT,
    ...LAYERS,
    option('value.double', onOff, { default: parts.double, flag: '--double', help: 'whether the online network chooses the action whose value bootstraps, and the target network judges it', group }),
    option('value.dueling', onOff, { default: parts.dueling, flag: '--dueling', help: 'whether value and advantages have output neurons of their own', group }),
    distribution,
    ...onlyWhen([
      option('categorical.atoms', integer({ min: 2, max: MOST_ATOMS }), { default: 51, shown: { value: { distribution: 'categorical' } }, flag: '--atoms', help: 'atoms of each action\'s distribution', group }),
      lowest,
      option('categorical.highest', number(), { default: 10, narrow: (at) => number({ min: at(lowest), above: true }), shown: { value: { distribution: 'categorical' } }, flag: '--highest', argument: 'value', help: 'value of the highest atom: no scaled return should be above it', group }),
    ], categorical),
    ...onlyWhen([
      option('loss.errorClip', orNull(number(POSITIVE)), { default: 1, shown: { value: { distribution: 'expected' } }, flag: '--error-clip', argument: 'error', help: 'TD error beyond which the loss is linear (Huber); none: squared errors', group }),
    ], expected),
    sampler,
    steps,
    ...onlyWhen([
      option('priorities.exponent', fraction, { default: 0.6, shown: { replay: { sampler: 'proportional' } }, flag: '--priority-exponent', argument: 'alpha', help: 'α: how much priorities count; 0: all items alike', group: 'Replay' }),
      option('priorities.correction', fraction, { default: 0.4, shown: { replay: { sampler: 'proportional' } }, flag: '--importance-exponent', argument: 'beta', help: 'β at the first step: how much importance weights correct for priorities', group: 'Replay' }),
      option('priorities.finalCorrection', fraction, { default: 1, shown: { replay: { sampler: 'proportional' } }, flag: '--final-importance-exponent', argument: 'beta', help: 'β at the last step, after linear change', group: 'Replay' }),
      option('priorities.normalisation', oneOf(NORMALISATIONS), { default: 'batch', shown: { replay: { sampler: 'proportional' } }, flag: '--importance-normalisation', help: 'whose largest importance weight is 1: that of the minibatch, or of all items', group: 'Replay' }),
    ], weighted),
    vary(DISCOUNT, { default: 0.99 }),
    vary(REWARD_SCALE, { default: 1 }),
    BATCH,
    REPLAY,
    vary(WARMUP, { narrow: (at) => warmupSteps(Math.max(2, at(BATCH), at(steps) + 1)) }),
    UPDATES_PER_STEP,
    option('learning.rate', rate, { default: 1e-3, flag: '--rate', argument: 'rate', help: 'learning rate at the first step', group: 'Learning' }),
    option('learning.finalRateFraction', fraction, { default: 1, flag: '--final-rate-fraction', argument: 'fraction', help: 'fraction of the learning rate left at the last step, after linear decay', group: 'Learning' }),
    option('learning.optimiser', oneOf<OptimiserName>(REPLAY_OPTIMISERS), { default: 'adam', flag: '--optimiser', help: `optimiser: ${REPLAY_OPTIMISERS.join(', ')}`, group: 'Learning' }),
    option('learning.clip', number(POSITIVE), { default: 10, flag: '--gradient-clip', argument: 'norm', help: 'longest gradient: longer ones are scaled down to it', group: 'Learning' }),
    option('targets.period', integer({ min: 1 }), { default: 200, flag: '--target-period', unit: 'updates', argument: 'updates', help: 'updates between two changes of the target copy', group: 'Learning' }),
    option('targets.rate', number({ ...POSITIVE, max: 1 }), { default: 1, flag: '--target-rate', argument: 'rate', help: 'fraction τ by which the target copy follows at each of them; 1: it becomes the weights', group: 'Learning' }),
    noisy,
    ...onlyWhen([
      option('noise.scale', number(NOT_NEGATIVE), { default: 0.5, shown: { behaviour: { noisy: true } }, flag: '--noise-scale', argument: 'sigma', help: 'σ₀: initial standard deviation of a weight, times the square root of the number of inputs', group: 'Behaviour' }),
    ], is((at) => at(noisy), '"behaviour.noisy": true', noisy)),
    option('behaviour.finalEpsilon', fraction, { default: (at) => (at(noisy) ? 0 : 0.05), shown: '0.05; 0 with noisy weights', flag: '--final-epsilon', argument: 'probability', help: 'probability of a random action at the end of its fall from 1', group: 'Behaviour' }),
    option('behaviour.annealing', fraction, { default: (at) => (at(noisy) ? 0 : 0.2), shown: '0.2; 0 with noisy weights', flag: '--annealing', argument: 'fraction', help: 'fraction of the run in which the probability of a random action falls', group: 'Behaviour' }),
    KERNELS,
    SEED,
    vary(STEPS, { default: 50_000 }),
  ] as const;
}

/** Options that exist under one value of another. */
const is = (holds: (at: At) => boolean, words: string, row: Parameters<At>[0]): When => ({ holds, otherwise: (at) => [words, at(row)] });

/** Everything a run of a value method with a replay depends on, resolved: plain data, written to the run folder as it is. */
export type ValueSettings = SettingsOf<ReturnType<typeof rowsOf>[number]>;

/** The table of one method. */
export function tableOf(name: MethodName): OptionTable<ValueSettings> {
  const ships: Ships = (at, path) => (path === ENVIRONMENT.path ? [] : shippedOptions(environmentId(at(ENVIRONMENT)), name));
  return createTable(rowsOf(name), ships);
}
