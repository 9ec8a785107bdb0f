import { CREDIT } from '../../credit/options.js';
import { ENVIRONMENT } from '../../environment/options.js';
import { environmentId } from '../../environment/registry.js';
import { KERNELS } from '../../kernels/options.js';
import { LAYERS } from '../../network/options.js';
import { SEED, STEPS } from '../../options/common.js';
import { NOT_NEGATIVE, number, onOff } from '../../options/kind.js';
import type { Ships } from '../../options/resolve.js';
import { onlyWhen, option, vary, type SettingsOf } from '../../options/row.js';
import { createTable, type OptionTable } from '../../options/table.js';
import { methodNamed, type MethodName } from './methods.js';
import { distributionRows, fraction, is, rate, replayRows, targetRows, VALUE } from './rows.js';
import { shippedOptions } from './task-defaults.js';

/** The options of a method: its parts, with the method's own as defaults. */
function rowsOf(name: MethodName) {
  const parts = methodNamed(name);
  const noisy = option('behaviour.noisy', onOff, { default: parts.noisy, flag: '--noisy', help: 'whether weights are noisy, with standard deviations that are learned, and explore', group: 'Behaviour' });
  return [
    vary(ENVIRONMENT, { default: 'CartPole-v1' }),
    CREDIT,
    ...LAYERS,
    option('value.double', onOff, { default: parts.double, flag: '--double', help: 'whether the online network chooses the action whose value bootstraps, and the target network judges it', group: VALUE }),
    option('value.dueling', onOff, { default: parts.dueling, flag: '--dueling', help: 'whether value and advantages have output neurons of their own', group: VALUE }),
    ...distributionRows(parts.distribution),
    ...replayRows(parts),
    option('learning.rate', rate, { default: 1e-3, flag: '--rate', argument: 'rate', help: 'learning rate at the first step', group: 'Learning' }),
    ...targetRows({ period: 200, rate: 1 }),
    noisy,
    ...onlyWhen([
      option('noise.scale', number(NOT_NEGATIVE), { default: 0.5, shown: { behaviour: { noisy: true } }, flag: '--noise-scale', argument: 'sigma', help: 'σ₀: initial standard deviation of a weight, times the square root of the number of inputs', group: 'Behaviour' }),
    ], is((at) => at(noisy), '"behaviour.noisy": true', noisy)),
    option('behaviour.finalEpsilon', fraction, { default: (at) => (at(noisy) ? 0 : 0.05), unshipped: (at) => at(noisy), shown: '0.05; 0 with noisy weights', flag: '--final-epsilon', argument: 'probability', help: 'probability of a random action at the end of its fall from 1', group: 'Behaviour' }),
    option('behaviour.annealing', fraction, { default: (at) => (at(noisy) ? 0 : 0.2), unshipped: (at) => at(noisy), shown: '0.2; 0 with noisy weights', flag: '--annealing', argument: 'fraction', help: 'fraction of the run in which the probability of a random action falls', group: 'Behaviour' }),
    KERNELS,
    SEED,
    vary(STEPS, { default: 50_000 }),
  ] as const;
}

/** Everything a run of a value method with a replay depends on, resolved: plain data, written to the run folder as it is. */
export type ValueSettings = SettingsOf<ReturnType<typeof rowsOf>[number]>;

/** The table of one method. */
export function tableOf(name: MethodName): OptionTable<ValueSettings> {
  const ships: Ships = (at, path) => (path === ENVIRONMENT.path ? [] : shippedOptions(environmentId(at(ENVIRONMENT)), name));
  return createTable(rowsOf(name), ships);
}
