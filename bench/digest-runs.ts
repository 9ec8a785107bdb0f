import { RULE_NAMES } from '../src/entries/internals.js';
import { listEnvironments, makeEnvironment, type createTrainer, type DdpgOptions, type SimulationOptions } from '../src/index.js';

type TrainerOptions = Parameters<typeof createTrainer>[0];

/** A short run that has to end with the same numbers for ever. */
export interface DigestRun {
  readonly name: string;
  readonly steps: number;
  readonly neurons?: SimulationOptions;
  readonly ddpg?: DdpgOptions;
  /** Of any other algorithm, which `algorithm` names. */
  readonly other?: TrainerOptions;
}

const LEARNING = { warmup: 64, batch: 16, replay: 2000 };

/** Streaming rules learn from the first step on, and keep no replay to speak of. */
const STREAMING = ['coagent', 'sarsa'];

/** Everything that makes a sum depend on threads, clocks or the processor is fixed. */
function neurons(name: string, options: SimulationOptions, steps = 240): DigestRun {
  const rule = typeof options.rule === 'object' ? options.rule.name : options.rule;
  const learning = STREAMING.includes(rule ?? '') || rule === undefined ? undefined : LEARNING;
  return {
    name,
    steps,
    neurons: { schedule: 'synchronous', partitions: 2, kernels: 'simd', steps: 1000, seed: 3, ...options, learning: { ...learning, ...options.learning } },
  };
}

/** Classic control and memory: other tasks differ in what is observed alone, or take longer. */
const TASKS = listEnvironments().filter((id) => /^(Pendulum|CartPole|MountainCar|Acrobot|TMaze|DelayedRecall)/.test(id));

/** Rules that differ from others in their credit alone: one task will do. */
const ONE_TASK = ['feedback', 'kolen-pollack'];

/** Every rule on each of these tasks whose actions it learns. */
const RULES_ON_TASKS = RULE_NAMES.flatMap((rule) => TASKS.filter((id) => !ONE_TASK.includes(rule) || id === 'Pendulum-v1').filter((id) => rule !== 'sarsa' || makeEnvironment(id).actionSpace.kind === 'discrete').map((environment) => neurons(`${rule} on ${environment}`, { rule, environment, partitions: 1, network: { hidden: [12] } }, rule === 'deep' || rule === 'quadratic' ? 120 : 240)));

const PENDULUM = { environment: 'Pendulum-v1', rule: 'broadcast' } as const;

/** Networks, membranes, memories, exploration, optimisers, many environments, and partitions. */
const VARIANTS = [
  neurons('two layers', { ...PENDULUM, network: { hidden: [24, 16] } }),
  neurons('three partitions', { ...PENDULUM, network: { hidden: [24, 16] }, partitions: 3 }),
  neurons('no hidden layer', { ...PENDULUM, partitions: 1, network: { hidden: [] } }),
  neurons('relu', { ...PENDULUM, network: { hidden: [24], activation: 'relu' } }),
  neurons('sparse', { ...PENDULUM, network: { hidden: [24, 16], density: 0.4 } }),
  neurons('recurrent', { ...PENDULUM, rule: 'three-factor', network: { hidden: [24], recurrent: 0.5, recurrentTimeConstant: 4 } }),
  neurons('leaky', { ...PENDULUM, rule: 'three-factor', network: { hidden: [24], neuronModel: 'leaky', membraneTimeConstant: 3 } }),
  neurons('firing', { ...PENDULUM, network: { hidden: [24], neuronModel: 'spiking', threshold: 0.5, refractory: 1 } }),
  neurons('inhibition', { ...PENDULUM, network: { hidden: [24], inhibition: 'winners(4/24)' } }),
  neurons('graph', { ...PENDULUM, network: { layers: [{ name: 'pool', size: 12 }, { name: 'late', size: 8, activation: 'relu' }], blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'pool', self: true, density: 0.5 }, { from: 'pool', to: 'late' }, { from: 'late', to: 'output' }, { from: 'input', to: 'output' }] } }),
  neurons('memory', { environment: 'PendulumNoVel-v1', rule: 'broadcast', network: { hidden: [16], observationTraces: [2, 4] } }),
  neurons('lasting noise', { ...PENDULUM, exploration: { output: 0.5, correlation: 0.8 } }),
  neurons('hidden neurons explore', { ...PENDULUM, rule: 'compatible', exploration: { hidden: 0.2 }, network: { hidden: [16, 8] } }),
  neurons('sgd', { ...PENDULUM, rule: { name: 'broadcast', optimiser: 'sgd' } }),
  neurons('bounded steps', { environment: 'CartPole-v1', rule: { name: 'coagent', optimiser: 'bounded' }, network: { hidden: [16] } }),
  neurons('four environments', { ...PENDULUM, environments: 4 }),
  neurons('three environments, three partitions', { ...PENDULUM, environments: 3, partitions: 3, network: { hidden: [16, 8] } }),
  neurons('two updates a step', { ...PENDULUM, learning: { updatesPerStep: 2 } }),
  neurons('a lesion and a re-initialisation', { ...PENDULUM, lesion: { fraction: 0.25, step: 120, reinitialiseAt: 180, evaluateEvery: 60 } }),
  neurons('a longer maze', { environment: 'TMaze-v0(length=5)', rule: 'sarsa' }, 400),
];

const DDPG: readonly DigestRun[] = [
  ...['Pendulum-v1', 'MountainCarContinuous-v0', 'CartPole-v1', 'PendulumNoVel-v1'].map((environment) => ({ name: `ddpg on ${environment}`, steps: 240, ddpg: { environment, network: { hidden: [16] }, kernels: 'simd', steps: 1000, seed: 3, learning: LEARNING } satisfies DdpgOptions })),
  { name: 'ddpg, two layers, two threads', steps: 240, ddpg: { network: { hidden: [24, 16] }, kernels: 'simd', steps: 1000, threads: 2, learning: LEARNING } },
  ...['broadcast', 'feedback', 'kolen-pollack'].map((credit) => ({ name: `ddpg, credit ${credit}`, steps: 240, ddpg: { credit, network: { hidden: [16, 8] }, kernels: 'simd', steps: 1000, seed: 3, learning: LEARNING } satisfies DdpgOptions })),
  { name: 'ddpg, delayed gradients', steps: 240, ddpg: { network: { hidden: [16] }, kernels: 'simd', steps: 1000, learning: { ...LEARNING, gradientDelay: 3 } } },
];

/** Methods with a replay, their samplers, and a credit of each kind. */
const REPLAY = [
  ...(['dqn', 'dueling-dqn', 'rainbow', 'd4pg'] as const).map((algorithm) => ({ name: algorithm, algorithm })),
  ...['rank', 'greedy'].map((sampler) => ({ name: `double-dqn, ${sampler} sampler`, algorithm: 'double-dqn', replay: { sampler, steps: 4 } } as const)),
  ...['broadcast', 'kolen-pollack', 'layer-broadcast'].map((credit) => ({ name: `prioritised-dqn, credit ${credit}`, algorithm: 'prioritised-dqn', credit } as const)),
].map(({ name, ...options }): DigestRun => ({
  name,
  steps: 240,
  other: { network: { hidden: [16, 8] }, kernels: 'simd', steps: 1000, seed: 3, targets: { period: 40 }, ...options, learning: LEARNING },
}));

export const DIGEST_RUNS: readonly DigestRun[] = [...RULES_ON_TASKS, ...VARIANTS, ...DDPG, ...REPLAY];
