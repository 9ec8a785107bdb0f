import { createHash } from 'node:crypto';

import { d4pg } from '../../src/algorithm/d4pg.js';
import { VALUE_METHODS } from '../../src/algorithm/value-methods.js';
import { isRecord, RULE_NAMES } from '../../src/entries/internals.js';
import { asyncVsSync } from '../../scenarios/async-vs-sync.js';
import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { leakyIntegrator } from '../../scenarios/leaky-integrator.js';
import { lesion } from '../../scenarios/lesion.js';
import { stragglers } from '../../scenarios/stragglers.js';
import { virtualCheck } from '../../scenarios/virtual-check.js';
import { resolveOscillationSettings } from '../../src/entries/study.js';
import { listEnvironments, resolveCertificateSettings, resolveDdpgSettings, resolveBatchedSettings, resolveSettings } from '../../src/index.js';

/** The others ship with the general defaults. */
const TASKS = listEnvironments().filter((id) => /^(Pendulum|CartPole|MountainCar|Acrobot|TMaze|DelayedRecall)/.test(id));
const LAYERS = [{ name: 'near', size: 5, neuronModel: 'leaky', membraneTimeConstant: 4 }, { name: 'far', size: 4, neuronModel: 'spiking', inhibition: 'winners(1/2)' }, { name: 'last', size: 3 }] as const;
const BLOCKS = [{ from: 'input', to: 'near' }, { from: 'near', to: 'far', density: 0.5 }, { from: 'far', to: 'near', first: 2 }, { from: 'far', to: 'last', self: true }, { from: 'last', to: 'output' }];
const LESIONS = [{ fraction: 0.2, step: 500 }, { fraction: 0.2, step: 500, reinitialiseAt: 700, evaluateEvery: 100 }, { fraction: 0.5, step: 'evaluation' }] as const;
const DURATIONS = { compute: 'exponential(0.002)', act: 0.1, step: { name: 'constant', value: 1 }, learningMessageDelay: 'pareto(1, 2)', actingMessageDelay: '0.5', wake: 'lognormal(1, 0.5)', forward: 0.5, cores: 2, peerWait: true, messageLoss: 0.1, stragglers: 0.5, slowdown: 3 } as const;

/** Options of a simulation, each of which takes another way through its table. */
const SIMULATIONS: readonly object[] = [
  {},
  { network: { hidden: [] } },
  { network: { hidden: [8, 4], recurrent: 0.5, recurrentTimeConstant: 4, observationTraces: [2, 4], observationScale: [1, 2, 3], bias: false, density: 0.5 } },
  { network: { neuronModel: 'leaky', membraneTimeConstant: 8, inhibition: 'divisive(1/4)' } },
  { network: { neuronModel: 'spiking', refractory: 2 } },
  { network: { layers: LAYERS, blocks: BLOCKS, edges: [['near[0]', 'last[0]']], activation: 'relu', neuronModel: 'spiking', membraneTimeConstant: 3 } },
  { environment: 'CartPoleNoVel-v1', rule: 'broadcast', network: { layers: LAYERS, blocks: BLOCKS } },
  { environment: 'TMaze-v0(length=5)' },
  { environment: 'DelayedRecall-v0(delay=5,arms=2)', rule: 'linear' },
  { schedule: 'synchronous', environments: 700, seed: 2 ** 53 - 1, steps: 7 },
  { schedule: 'bounded', timing: { stalenessBound: 3, measureDurations: true, measureStaleness: false, workerTimeout: 0, reads: 'versioned' } },
  { schedule: 'poisson', timing: { clocks: 'neuron' }, updateWindow: 'off' },
  { timing: { inference: 'sampled' } },
  { time: 'virtual' },
  { time: 'virtual', virtual: DURATIONS, timing: { inference: 'sampled', controlPeriod: 100 } },
  { time: 'virtual', schedule: 'bounded', timing: { stalenessBound: 2 } },
  { time: 'virtual', schedule: 'poisson' },
  { rule: 'coagent', environment: 'CartPole-v1' },
  ...LESIONS.map((lesion) => ({ lesion })),
];

const DISCRETE = ['CartPole-v1', 'Acrobot-v1', 'MountainCar-v0'] as const;

const STUDIES: Readonly<Record<string, { readonly resolve: (options: object) => object; readonly options: readonly object[] }>> = {
  ddpg: { resolve: resolveDdpgSettings, options: [...TASKS.map((environment) => ({ environment })), { exploration: { hidden: 0.1, hiddenNeurons: ['hidden1[0]'] }, learning: { gradientDelay: 3, frozenLayers: ['hidden1'] } }, { threads: 2 }] },
  dqn: { resolve: (options) => VALUE_METHODS.dqn.table.resolve(options), options: [...DISCRETE.map((environment) => ({ environment })), { replay: { sampler: 'rank', steps: 3 }, value: { distribution: 'categorical', dueling: true }, categorical: { atoms: 11 }, behaviour: { noisy: true } }] },
  d4pg: { resolve: (options) => d4pg.table.resolve(options), options: [...DISCRETE, 'Pendulum-v1', 'MountainCarContinuous-v0'].map((environment) => ({ environment })) },
  rainbow: { resolve: (options) => VALUE_METHODS.rainbow.table.resolve(options), options: [...DISCRETE.map((environment) => ({ environment })), { value: { distribution: 'expected' }, loss: { errorClip: null }, replay: { sampler: 'greedy' } }] },
  batched: { resolve: resolveBatchedSettings, options: ['broadcast', 'three-factor'].flatMap((rule) => TASKS.map((environment) => ({ environment, rule, replicas: 3 }))) },
  certificate: { resolve: resolveCertificateSettings, options: [...TASKS.map((environment) => ({ environment })), { steps: 77, certificate: { critics: ['exact', 'linear'], criticRate: 0.1, utilityRules: [] } }] },
  study: { resolve: decentralisedVsDdpg.resolve, options: [{}, { environments: ['all'], algorithms: ['all'] }, { algorithms: ['ddpg', { algorithm: 'linear', label: 'two', options: { rule: { criticRate: 1 } } }], steps: 100, network: { hidden: [4] }, evaluation: { every: 5, episodes: 1, final: 2 } }] },
  async: { resolve: asyncVsSync.resolve, options: [{}, { environment: 'CartPole-v1', algorithms: ['all'], delays: [4, 0], network: { hidden: [4] } }] },
  stragglers: { resolve: stragglers.resolve, options: [{}, { slowdowns: [2], virtual: { compute: 2, learningMessageDelay: 'exponential(1)' }, network: { hidden: [4] }, neighbour: { run: 'off' }, updateWindow: 'off' }] },
  death: { resolve: lesion.resolve, options: [{}, { environment: 'CartPole-v1', fractions: [0.5], steps: 1000, lesion: { step: 300 }, network: { hidden: [4] } }] },
  leaky: { resolve: leakyIntegrator.resolve, options: [{}, { environment: 'CartPoleNoVel-v1', timeConstants: [8, 2], densities: [1, 0.5], rule: { name: 'broadcast' }, schedules: ['bounded'], network: { hidden: [4] } }] },
  reality: { resolve: virtualCheck.resolve, options: [{}, { environment: 'CartPole-v1', algorithm: 'linear', steps: 600, network: { hidden: [4] } }] },
  oscillation: { resolve: resolveOscillationSettings, options: [{}, { neurons: 10, duration: 5 }] },
};

/** Options of every kind, and the complete settings that they stand for. */
export function resolvedOptions(): Record<string, { readonly options: object; readonly settings: object }[]> {
  const rules = RULE_NAMES.flatMap((rule) => TASKS.map((environment) => ({ environment, rule })));
  const kinds = { simulation: { resolve: resolveSettings as (options: object) => object, options: [...SIMULATIONS, ...rules] }, ...STUDIES };
  return Object.fromEntries(Object.entries(kinds).map(([kind, { resolve, options }]) => [kind, options.map((each) => ({ options: each, settings: resolve(each) }))]));
}

/** Settings by what they were resolved from: the SHA-256 of their JSON, and what differs from the first of their kind. */
export function resolvedSettings(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(resolvedOptions()).map(([kind, resolved]) => {
    const first = flatten(resolved[0].settings);
    return [kind, Object.fromEntries(resolved.map(({ options, settings }, i) => {
      const json = JSON.stringify(settings);
      const differing = Object.entries(flatten(JSON.parse(json))).filter(([path, value]) => i === 0 || JSON.stringify(value) !== JSON.stringify(first[path]));
      return [JSON.stringify(options), { sha256: createHash('sha256').update(json).digest('hex').slice(0, 16), ...Object.fromEntries(differing) }];
    }))];
  }));
}

function flatten(value: unknown, path = ''): Record<string, unknown> {
  if (!isRecord(value)) return { [path]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, each]) => flatten(each, path === '' ? key : `${path}.${key}`))) as Record<string, unknown>;
}
