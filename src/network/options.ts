import { wrongKind } from '../check.js';
import { ACTIVATION_NAMES } from '../kernels/activation.js';
import { integer, kind, listOf, number, oneOf, only, onOff, orNull, POSITIVE } from '../options/kind.js';
import { option, type SettingsOf } from '../options/row.js';
import { numberOrText } from '../options/text.js';
import { checkTraceConstants } from './trace-bank.js';

const group = 'Network';

/** Sizes of hidden layers; none where there is no such layer. */
export const layerSizes = listOf({ ...integer({ min: 1, max: 65_536 }), argument: 'size' }, 'a list of layer sizes, for example [64, 64]');

/** Divisors of observations, one for each component. */
const divisors = listOf(number(POSITIVE), 'a list of divisors, or null');

const timeConstants = kind<readonly number[]>({
  ...listOf({ ...number({ min: 1, above: true, max: 1e6 }), parse: numberOrText, argument: 'constant' }, 'a list of time constants, for example [2, 4, 8]'),
  check(path, value) {
    if (!Array.isArray(value)) throw wrongKind(path, 'a list of time constants, for example [2, 4, 8]', value);
    return checkTraceConstants(Array.from<unknown>(value));
  },
});

export const HIDDEN = option('network.hidden', layerSizes, {
  default: [64], flag: '--hidden', help: 'neurons in each hidden layer, for example 64,64; none for no hidden layer', group, everyday: true,
});

export const ACTIVATION = option('network.activation', oneOf(ACTIVATION_NAMES), { default: 'tanh', flag: '--activation', help: `of hidden neurons: ${ACTIVATION_NAMES.join(', ')}`, group });

export const MEMORY = option('network.memory', timeConstants, {
  default: [], flag: '--memory', unit: 'environment steps', argument: 'constants',
  help: 'time constants, in environment steps, of neurons that remember what was observed, for example 2,4,8; none for no memory', group,
});

/** In a network of layers that each read the one before, nothing is read again. */
export const RECURRENT = option('network.recurrent', number({ min: 0, max: 1 }), {
  default: 0, narrow: () => only(0, 'the network is feed-forward'),
  help: 'share of the hidden neurons that the first hidden layer reads again in the next environment step', group,
});

export const TIME_CONSTANT = option('network.timeConstant', number({ min: 1, max: 1e6 }), {
  default: 1, narrow: (at) => (at(RECURRENT) > 0 ? undefined : only(1, 'nothing is read again')), unit: 'environment steps', argument: 'steps',
  help: 'of the slowest of these, leaky integrators whose time constants are spread from 1 to it', group,
});

/** The network that every learner has, neuron-agents and their opponents alike. */
export const NETWORK = [
  HIDDEN,
  ACTIVATION,
  option('network.outputActivation', oneOf(ACTIVATION_NAMES), { default: 'tanh', flag: '--output-activation', help: 'of output neurons', group }),
  option('network.bias', onOff, { default: true, help: 'whether hidden and output neurons read a neuron that is always 1', group }),
  option('network.hiddenGain', number(POSITIVE), { default: 2, help: 'standard deviation of the first weights of hidden neurons, times the root of their number of inputs', group }),
  option('network.outputGain', number(POSITIVE), { default: 0.1, help: 'the same of output neurons', group }),
  option('network.observationScale', orNull(divisors), { default: null, shown: 'the bounds of the task', help: 'what each component of the observation is divided by', group }),
  MEMORY,
  RECURRENT,
  TIME_CONSTANT,
] as const;

export type NetworkSettings = SettingsOf<(typeof NETWORK)[number]>['network'];

/** The hidden layers of a study's networks; null: those that each algorithm ships with. */
export const SAME_HIDDEN = option('network.hidden', orNull(layerSizes), {
  default: null, flag: '--hidden', shown: 'what each algorithm ships with', help: HIDDEN.help, group, everyday: true,
});
