import type { Algorithm, AlgorithmSettings } from '../algorithm/algorithm.js';
import { ALGORITHMS } from '../algorithm/registry.js';
import { checkName } from '../check.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { OptionTable } from '../options/table.js';
import { METHOD_NAMES, methodNamed, METHODS, type MethodName } from '../placement/actor-learners/methods.js';
import { tableOf } from '../placement/actor-learners/settings.js';
import { plainOptions } from '../plain.js';
import type { SimulationOptions } from '../placement/partitioned/settings.js';
import { createActorLearners } from './actor-learners.js';
import { SIMULATION } from './options.js';
import { decode, resumeActorLearners, resumeSimulation, resumeSingle } from './resume.js';
import { createSimulation } from './simulation.js';
import { createSingle } from './single.js';
import type { Trainer } from './training.js';

export type AlgorithmName = 'neurons' | keyof typeof ALGORITHMS | MethodName;

/** The settings that everything trainable has. */
export interface TrainableSettings {
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly learning: Partial<AlgorithmSettings['learning']> & Readonly<Record<string, unknown>>;
}

/** What can be trained: an algorithm, and how its trainer is made. */
export interface Trainable {
  readonly name: string;
  readonly summary: string;
  /** What crosses from neuron to neuron besides voltages, as studies print it; absent if that is a choice of the rule. */
  readonly localityNote?: string;
  /** Present if it can learn no other kind of actions. */
  readonly actions?: 'discrete';
  /** Options under which a run repeats bit for bit. */
  readonly repeatable?: Readonly<Record<string, unknown>>;
  readonly table: OptionTable<TrainableSettings>;
  readonly create: (options?: object) => Promise<Trainer>;
  readonly resume: (checkpoint: Uint8Array | Checkpoint) => Promise<Trainer>;
}

const neurons: Trainable = {
  name: 'neurons',
  summary: 'train a network of neuron-agents on one task (the default)',
  repeatable: { schedule: 'synchronous', partitions: 1 },
  table: SIMULATION,
  create: (options) => createSimulation(options),
  resume: resumeSimulation,
};

const single = (algorithm: Algorithm): Trainable => ({ ...algorithm, create: (options) => createSingle(algorithm, options), resume: (checkpoint) => resumeSingle(algorithm, checkpoint) });

const learners = (algorithm: MethodName): Trainable => ({
  name: algorithm,
  summary: `train ${METHODS[algorithm].summary}, by actors on threads that share one set of weights`,
  localityNote: 'that of its credit in hidden layers, by default backpropagation: the error is carried backwards through all weights',
  ...(methodNamed(algorithm).kind === 'value' && { actions: 'discrete' as const }),
  repeatable: { workers: 1 },
  table: tableOf(algorithm),
  create: (options) => createActorLearners({ ...options, algorithm }),
  resume: resumeActorLearners,
});

/** Everything that can be trained, the default first. */
export const TRAINABLE: readonly Trainable[] = [neurons, ...Object.values<Algorithm>(ALGORITHMS).map(single), ...METHOD_NAMES.map(learners)];

const NAMES = TRAINABLE.map(({ name }) => name);

export type TrainerOptions = { readonly algorithm?: 'neurons' } & SimulationOptions | { readonly algorithm: Exclude<AlgorithmName, 'neurons'> } & Readonly<Record<string, unknown>>;

/**
 * Builds what trains an algorithm on a task.
 *
 * @param options `algorithm`, `neurons` unless given, and the options of that algorithm
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export async function createTrainer(options: TrainerOptions = {}): Promise<Trainer> {
  const { algorithm = 'neurons', ...own } = plainOptions(options);
  const name = checkName('algorithm', algorithm, NAMES);
  return (TRAINABLE.find((each) => each.name === name) ?? neurons).create(own);
}

/**
 * Continues any training from its checkpoint.
 *
 * @throws CheckpointError where it cannot be used
 */
export async function resumeTrainer(checkpoint: Uint8Array | Checkpoint): Promise<Trainer> {
  const decoded = decode(checkpoint);
  return (TRAINABLE.find(({ name }) => name === decoded.kind) ?? neurons).resume(decoded);
}
