import { wrongKind } from '../check.js';
import { ACTIVATION_NAMES } from '../kernels/activation.js';
import { integer, kind, listOf, number, oneOf, only, onOff, orNull, POSITIVE } from '../options/kind.js';
import { option, type SettingsOf } from '../options/row.js';
import { numberOrText } from '../options/text.js';
import { checkTraceConstants } from './trace-bank.js';

const group = 'Network';

/** Sizes of the hidden layers; may be empty. */
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
  default: [64], flag: '--hidden', help: 'sizes of the hidden layers, for example 64,64; none: no hidden layer', group, everyday: true,
});

export const ACTIVATION = option('network.activation', oneOf(ACTIVATION_NAMES), { default: 'tanh', flag: '--activation', help: `activation function of hidden neurons: ${ACTIVATION_NAMES.join(', ')}`, group });

export const OBSERVATION_TRACES = option('network.observationTraces', timeConstants, {
  default: [], flag: '--observation-traces', unit: 'environment steps', argument: 'constants', formerly: ['--memory', 'network.memory'],
  help: 'time constants of leaky integrators of each observation component, for example 2,4,8; none: no traces', group,
});

/** A feed-forward network has no recurrent connections. */
export const RECURRENT = option('network.recurrent', number({ min: 0, max: 1 }), {
  default: 0, narrow: () => only(0, 'the network is feed-forward'),
  help: 'fraction of the hidden neurons whose voltages the first hidden layer reads one environment step later', group,
});

export const RECURRENT_TIME_CONSTANT = option('network.recurrentTimeConstant', number({ min: 1, max: 1e6 }), {
  default: 1, narrow: (at) => (at(RECURRENT) > 0 ? undefined : only(1, 'the network has no recurrent connections')), unit: 'environment steps', argument: 'steps', formerly: ['--time-constant', 'network.timeConstant'],
  help: 'longest time constant of the leaky integrators on recurrent connections; they are spaced from 1 to it', group,
});

const BIAS = option('network.bias', onOff, { default: true, help: 'whether hidden and output neurons have a bias', group });
const HIDDEN_GAIN = option('network.hiddenGain', number(POSITIVE), { default: 2, help: 'initial weights of hidden neurons: standard deviation times the square root of the number of inputs', group });
const OUTPUT_GAIN = option('network.outputGain', number(POSITIVE), { default: 0.1, help: 'initial weights of output neurons, likewise', group });
const OBSERVATION_SCALE = option('network.observationScale', orNull(divisors), { default: null, shown: 'the bounds of the task', help: 'divisor of each observation component', group });

/** The options of plain layers, whose outputs are linear. */
export const LAYERS = [HIDDEN, ACTIVATION, BIAS, HIDDEN_GAIN, OUTPUT_GAIN, OBSERVATION_SCALE, OBSERVATION_TRACES] as const;

/** The network options of neuron-agents and of DDPG. */
export const NETWORK = [
  HIDDEN,
  ACTIVATION,
  option('network.outputActivation', oneOf(ACTIVATION_NAMES), { default: 'tanh', flag: '--output-activation', help: 'activation function of output neurons', group }),
  BIAS,
  HIDDEN_GAIN,
  OUTPUT_GAIN,
  OBSERVATION_SCALE,
  OBSERVATION_TRACES,
  RECURRENT,
  RECURRENT_TIME_CONSTANT,
] as const;

export type NetworkSettings = SettingsOf<(typeof NETWORK)[number]>['network'];

/** The hidden layers of a study's networks; null: the defaults of each algorithm. */
export const SAME_HIDDEN = option('network.hidden', orNull(layerSizes), {
  default: null, flag: '--hidden', shown: 'the default of each algorithm', help: HIDDEN.help, group, everyday: true,
});
