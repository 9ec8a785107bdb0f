import type { FuzzCase } from './case.js';
import { alterData, type Altered } from './data.js';
import type { Draw } from './draw.js';
import { alterText } from './text.js';
import { tameAll } from './budget.js';
import { toText } from './values.js';

const SHORT = { steps: 60, learning: { batch: 8, replay: 300, warmup: 20 }, network: { hidden: [4] } };
const STREAMED = { steps: 60, network: { hidden: [4] } };
const VIRTUAL = { compute: 0.001, forward: null, act: 'constant(0.0001)', step: 0.0001, learningMessageDelay: 'exponential(0.001)', actingMessageDelay: 0, wake: 'pareto(0.00001, 2.5)', cores: null, peerWait: false, messageLoss: 0.1, stragglers: 0.5, slowdown: 2 };
const NETWORK = { hidden: [6, 4], activation: 'relu', outputActivation: 'tanh', bias: true, hiddenGain: 2, outputGain: 0.1, observationScale: null, observationTraces: [2, 4], recurrent: 0.5, recurrentTimeConstant: 2, density: 0.8, neuronModel: 'leaky', membraneTimeConstant: 3, threshold: 1, refractory: 0, inhibition: 'winners(1/2)' };
const LAYERS = { layers: [{ name: 'near', size: 5, neuronModel: 'leaky', membraneTimeConstant: 4 }, { name: 'far', size: 4 }], blocks: [{ from: 'input', to: 'near' }, { from: 'near', to: 'far', density: 0.5, first: 3 }, { from: 'far', to: 'near', self: true }, { from: 'near', to: 'output' }, { from: 'far', to: 'output' }], edges: [['near[0]', 'output[0]']] };
const EVERY_RATE = { criticRate: 0.01, outputRate: 0.001, hiddenRate: 0.001, targetRate: 0.005, finalRateFraction: 0.1, traceDecay: 0, optimiser: 'adam' };

/** Whole settings of short runs, of many kinds. */
const TRAINED: readonly object[] = [
  { ...SHORT, environment: 'Pendulum-v1', schedule: 'synchronous', partitions: 1, seed: 1 },
  { ...SHORT, environment: 'CartPole-v1', rule: { name: 'three-factor', ...EVERY_RATE }, exploration: { output: 0.5, hidden: 0, warmup: 1, correlation: 0.5, finalFraction: 0.5 }, updateWindow: 16, kernels: 'simd' },
  { ...SHORT, network: NETWORK, schedule: 'bounded', timing: { stalenessBound: 4, clockRate: 0, clocks: 'partition', reads: 'racy', inference: 'central', controlPeriod: 0, measureDurations: true, measureStaleness: true, workerTimeout: 30 } },
  { ...SHORT, network: LAYERS, partitions: 1, environments: 2, learning: { ...SHORT.learning, discount: 0.97, rewardScale: 0.1, updatesPerStep: 1 } },
  { ...SHORT, time: 'virtual', virtual: VIRTUAL },
  { ...SHORT, schedule: 'poisson', timing: { clockRate: 5000, clocks: 'neuron', inference: 'sampled', controlPeriod: 0.0001 } },
  { ...SHORT, lesion: { fraction: 0.25, step: 30, reinitialiseAt: 40, evaluateEvery: 20 }, partitions: 1 },
  { ...STREAMED, environment: 'TMaze-v0(length=5)', rule: 'sarsa', partitions: 1 },
  { ...STREAMED, environment: 'DelayedRecall-v0(delay=3,arms=3)', rule: { name: 'coagent', traceDecay: 0.9, optimiser: 'bounded' }, partitions: 1 },
];

const BACKPROPAGATED = { ...SHORT, environment: 'Pendulum-v1', learning: { ...SHORT.learning, actorRate: 0.001, criticRate: 0.001, targetRate: 0.005, finalRateFraction: 0.1, optimiser: 'adam', gradientDelay: 2 }, exploration: { output: 0.8, hidden: 0, warmup: 1, correlation: 0, finalFraction: 1 }, threads: 1, kernels: 'simd', seed: 1 };

const STUDIED = { environments: ['Pendulum-v1'], algorithms: ['broadcast', { label: 'slow', algorithm: 'ddpg', options: { ...SHORT, learning: SHORT.learning } }], seeds: 1, steps: 60, network: { hidden: [4] }, evaluation: { every: 60, episodes: 1, final: 1 }, parallel: 1 };

/** Files given with `--config`: settings altered as data, and their text as editors and disks alter it. */
export function alterConfiguration(draw: Draw): FuzzCase {
  const [scenario, settings] = draw.weighted<readonly [string, object]>([[8, ['train', draw.pick(TRAINED)]], [2, ['ddpg', BACKPROPAGATED]], [1, ['decentralised-vs-ddpg', STUDIED]]]);
  const { bytes, words } = alterFile(draw, settings, tameAll);
  return { words: [`${scenario}: settings`, ...words], args: [scenario, '--config', 'config.json', '--episodes', '1', '--out', 'run'], files: { 'config.json': bytes }, adds: ['run'] };
}

/**
 * JSON with altered data, an altered text, or both.
 *
 * @param steer makes what is valid and big small
 */
export function alterFile(draw: Draw, data: unknown, steer: (data: unknown) => unknown): { readonly bytes: Uint8Array; readonly words: readonly string[] } {
  const [inData, inText] = draw.weighted([[6, [true, false]], [3, [false, true]], [1, [true, true]]] as const);
  const altered: Altered<unknown> = inData ? alterData(draw, data) : { data, words: [] };
  const text = toText(steer(altered.data), draw.chance(0.5) ? 2 : undefined);
  if (!inText) return { bytes: Buffer.from(text), words: altered.words };
  const { bytes, words } = alterText(draw, text);
  return { bytes, words: [...altered.words, ...words] };
}
