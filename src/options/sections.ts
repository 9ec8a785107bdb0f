import { checkInteger, checkName, checkNumber, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { checkEnvironment } from '../environment/registry.js';
import { ACTIVATION_NAMES, type ActivationName } from '../kernels/activation.js';
import { KERNEL_NAMES, type KernelName } from '../kernels/kernels.js';
import { availableKernels, kernelFault } from '../kernels/self-check.js';
import type { ExplorationScale } from '../network/exploration.js';
import { checkMemoryConstants } from '../network/sensory-memory.js';
import type { OptionReader } from './reader.js';

/** The sections that every learner has, neuron-agents and their opponents alike, so that they can be told the same. */
export const SECTION_KEYS = {
  network: ['hidden', 'activation', 'outputActivation', 'bias', 'hiddenGain', 'outputGain', 'observationScale', 'memory', 'recurrent', 'timeConstant'],
  exploration: ['output', 'hidden', 'warmup', 'correlation', 'final'],
  learning: ['discount', 'rewardScale', 'batch', 'replay', 'warmup', 'updatesPerStep'],
} as const;

export const POSITIVE: NumberRange = { min: 0, above: true };
export const NOT_NEGATIVE: NumberRange = { min: 0 };

export interface NetworkSettings {
  /** Neurons in each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly outputActivation: ActivationName;
  readonly bias: boolean;
  /** Standard deviation of first weights times √inputs, of hidden and of output neurons. */
  readonly hiddenGain: number;
  readonly outputGain: number;
  /** What each component of the observation is divided by; null: from the space's bounds. */
  readonly observationScale: readonly number[] | null;
  /** Time constants, in environment steps, of the neurons that remember each component of the observation; none: nothing is remembered. */
  readonly memory: readonly number[];
  /** Share of the hidden neurons whose voltages are read again in the next environment step, by the first hidden layer. */
  readonly recurrent: number;
  /** Time constant of the slowest of them, in environment steps; 1: the voltage of the step before itself. */
  readonly timeConstant: number;
}

export interface LearningSettings {
  readonly discount: number;
  readonly rewardScale: number;
  /** Transitions in a minibatch. */
  readonly batch: number;
  /** Slots of the replay ring. */
  readonly replay: number;
  /** Environment steps before the first update. */
  readonly warmup: number;
  readonly updatesPerStep: number;
}

export function readEnvironment(reader: OptionReader): string {
  return checkEnvironment('environment', reader.value('environment', 'Pendulum-v1'));
}

/**
 * @param fallback hidden layers where nothing is given
 * @param feedForward true for a learner that has no recurrent networks
 */
export function readNetwork(reader: OptionReader, fallback: readonly number[], feedForward = false): NetworkSettings {
  const hidden = checkHidden(reader.value('network.hidden', fallback));
  const recurrent = reader.number('network.recurrent', 0, feedForward || hidden.length === 0 ? none('the network is feed-forward') : { min: 0, max: 1 });
  return {
    hidden,
    activation: reader.name('network.activation', 'tanh', ACTIVATION_NAMES),
    outputActivation: reader.name('network.outputActivation', 'tanh', ACTIVATION_NAMES),
    bias: reader.boolean('network.bias', true),
    hiddenGain: reader.number('network.hiddenGain', 2, POSITIVE),
    outputGain: reader.number('network.outputGain', 0.1, POSITIVE),
    observationScale: checkScale(reader.value('network.observationScale', null)),
    memory: checkMemory(reader.value('network.memory', [])),
    recurrent,
    timeConstant: reader.number('network.timeConstant', 1, recurrent > 0 ? { min: 1, max: 1e6 } : { min: 1, max: 1, hint: 'nothing is read again' }),
  };
}

/** The one value of what a learner has no use for: an option that does nothing is refused. */
export const none = (hint: string): NumberRange => ({ min: 0, max: 0, hint });

/** Ranges of exploration. A correlation of 1 would let the noise grow without end. */
const EXPLORATION: Readonly<Record<keyof ExplorationScale, NumberRange>> = {
  output: NOT_NEGATIVE,
  hidden: NOT_NEGATIVE,
  warmup: NOT_NEGATIVE,
  correlation: { min: 0, max: 1, below: true },
  final: { min: 0, max: 1 },
};

/**
 * @param fallback where nothing is given
 * @param narrower ranges of a learner that cannot have every exploration
 */
export function readExploration(reader: OptionReader, fallback: ExplorationScale, narrower: Partial<typeof EXPLORATION> = {}): ExplorationScale {
  const ranges = { ...EXPLORATION, ...narrower };
  const read = (key: keyof ExplorationScale) => reader.number(`exploration.${key}`, fallback[key], ranges[key]);
  return { output: read('output'), hidden: read('hidden'), warmup: read('warmup'), correlation: read('correlation'), final: read('final') };
}

const STREAMED = 'the rule learns from each transition once, as it happens';

/**
 * @param experience 'stream' where every transition is learned from once, as it happens: what belongs to a replay then has
 *   only one value
 * @param environments that store into the replay, each with a last transition in it that nobody can learn from yet: the others are to be
 *   as many at least
 */
export function readLearning(reader: OptionReader, experience: 'replay' | 'stream' = 'replay', environments = 1): LearningSettings {
  const streamed = experience === 'stream';
  const batch = reader.integer('learning.batch', 64, streamed ? { min: 1, max: 1, hint: STREAMED } : { min: 1, max: 65_536 });
  return {
    discount: reader.number('learning.discount', 0.97, { min: 0, max: 1 }),
    rewardScale: reader.number('learning.rewardScale', 0.1, POSITIVE),
    batch,
    replay: reader.integer('learning.replay', 50_000, { min: Math.max(256, 2 * batch, 4 * environments), max: 2 ** 27 }),
    warmup: reader.integer('learning.warmup', Math.max(1000, 2 * environments), streamed ? none(STREAMED) : { min: Math.max(2, batch, environments > 1 ? 2 * environments : 0), max: 2 ** 31 - 1 }),
    updatesPerStep: reader.number('learning.updatesPerStep', 1, streamed ? { min: 1, max: 1, hint: STREAMED } : { ...POSITIVE, max: 1000 }),
  };
}

export function readKernels(reader: OptionReader): KernelName {
  const name = checkName('kernels', reader.value('kernels', 'simd'), KERNEL_NAMES);
  const fault = kernelFault(name);
  if (fault !== undefined) throw wrongValue('kernels', `one of ${availableKernels().join(', ')} on this machine`, name, `: ${fault}`);
  return name;
}

export function readSeed(reader: OptionReader): number {
  return reader.integer('seed', 1, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

export function readSteps(reader: OptionReader, fallback: number): number {
  return reader.integer('steps', fallback, { min: 1, max: 100_000_000 });
}

/** Sizes of hidden layers; none where there is no such layer. */
export function checkHidden(value: unknown): number[] {
  const constraint = 'a list of layer sizes, for example [64, 64]';
  if (!Array.isArray(value)) throw wrongKind('network.hidden', constraint, value);
  return value.map((size: unknown) => checkInteger('network.hidden', size, { min: 1, max: 65_536 }));
}

function checkMemory(value: unknown): number[] {
  if (!Array.isArray(value)) throw wrongKind('network.memory', 'a list of time constants, for example [2, 4, 8]', value);
  return checkMemoryConstants(value);
}

function checkScale(value: unknown): number[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw wrongKind('network.observationScale', 'a list of divisors, or null', value);
  return value.map((scale: unknown) => checkNumber('network.observationScale', scale, POSITIVE));
}
