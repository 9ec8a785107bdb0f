import { checkString, wrongKind } from '../check.js';
import { OPEN_CREDITS, type OpenCreditName } from '../credit/registry.js';
import { environmentId } from '../environment/registry.js';
import type { KernelName } from '../kernels/kernels.js';
import type { ExplorationScale } from '../network/exploration.js';
import type { Demand } from '../memory/budget.js';
import { checkLayer, createReader, type Grammar, type OptionReader } from '../options/reader.js';
import {
  NOT_NEGATIVE,
  POSITIVE,
  readEnvironment,
  readExploration,
  readLearning,
  readNetwork,
  readKernels,
  readSeed,
  readSteps,
  SECTION_KEYS,
  type LearningSettings,
  type NetworkSettings,
} from '../options/sections.js';
import { REPLAY_OPTIMISERS, type OptimiserName } from '../optimise/optimiser.js';
import { DDPG_DEFAULTS } from './task-defaults.js';
import { TEAM } from './team.js';

/** Longest delay of gradients, in updates. */
const MOST_DELAY = 4096;

/** Everything a run of DDPG depends on, resolved: plain data, written to the run folder as it is. */
export interface DdpgSettings {
  readonly environment: string;
  /** How hidden neurons of actor and critic get their credit. */
  readonly credit: OpenCreditName;
  /** Of the actor, and of the critic but for its inputs and its one output, which is linear. */
  readonly network: NetworkSettings;
  readonly exploration: ExplorationScale & {
    /** Names of the hidden neurons that explore where `hidden` is above 0, for example `hidden1[3]`; null: all of them. */
    readonly hiddenNeurons: readonly string[] | null;
  };
  readonly learning: LearningSettings & DdpgRates & {
    /** Share of the learning rates left at the last step; they fall to it in a straight line. */
    readonly finalRate: number;
    readonly optimiser: OptimiserName;
    /** Layers of the actor whose rows stay as they were drawn, for example `hidden1`: what learning them is worth. */
    readonly frozenLayers: readonly string[];
    /** d: gradients are computed from the parameters as they were this many updates ago, and applied to the present ones. */
    readonly delay: number;
  };
  /** What does the arithmetic. */
  readonly kernels: KernelName;
  /** Threads that share an update, 1 or 2: the same bits either way. */
  readonly threads: number;
  readonly seed: number;
  /** Environment steps of the whole run. */
  readonly steps: number;
}

export interface DdpgRates {
  /** η_A, step size of the actor. */
  readonly actorRate: number;
  /** η_Q, step size of the critic. */
  readonly criticRate: number;
  /** τ of the soft target updates. */
  readonly targetRate: number;
}

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export interface DdpgOptions {
  environment?: string;
  credit?: OpenCreditName;
  network?: Partial<NetworkSettings>;
  exploration?: Partial<DdpgSettings['exploration']>;
  learning?: Partial<DdpgSettings['learning']>;
  kernels?: KernelName;
  threads?: number;
  seed?: number;
  steps?: number;
}

/** Every option of DDPG. */
export const DDPG_GRAMMAR: Grammar = {
  sections: {
    network: SECTION_KEYS.network,
    exploration: [...SECTION_KEYS.exploration, 'hiddenNeurons'],
    learning: [...SECTION_KEYS.learning, 'actorRate', 'criticRate', 'targetRate', 'finalRate', 'optimiser', 'frozenLayers', 'delay'],
  },
  single: ['environment', 'credit', 'kernels', 'threads', 'seed', 'steps'],
};

/**
 * Checks what a user gave, fills in defaults and returns the complete settings of a run of DDPG.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveDdpgSettings(given: DdpgOptions = {}): DdpgSettings {
  const options = checkLayer(given, DDPG_GRAMMAR);
  const environment = readEnvironment(createReader([options]));
  const reader = createReader([options, checkLayer(DDPG_DEFAULTS[environmentId(environment)] ?? {}, DDPG_GRAMMAR)]);
  const optimisation = readOptimisation(reader);
  const kernels = readKernels(reader);
  const alone = optimisation.delay > 0 || kernels === 'reference'; // delayed gradients are taken by one thread, and the reference shares no memory
  return {
    environment,
    credit: reader.name('credit', 'backprop', OPEN_CREDITS),
    network: readNetwork(reader, [64], true),
    exploration: {
      ...readExploration(reader, { output: 0.3, hidden: 0, warmup: 1, correlation: 0, final: 1 }),
      hiddenNeurons: checkNames('exploration.hiddenNeurons', '["hidden1[3]"], or null', reader.value('exploration.hiddenNeurons', null)),
    },
    learning: { ...readLearning(reader), ...optimisation },
    kernels,
    threads: reader.integer('threads', 1, { min: 1, max: alone ? 1 : TEAM }),
    seed: readSeed(reader),
    steps: readSteps(reader, 20_000),
  };
}

/** The bytes of a run of DDPG by what they grow with, at least: actor and critic with moments and target copies, replay, and boards of a minibatch. */
export function demandsOf({ network: { hidden }, learning: { replay, batch } }: DdpgSettings, observations: number, outputs: number): Demand[] {
  const weights = [outputs, 1].reduce((sum, end) => sum + [...hidden, end].reduce((own, size, i) => own + size * (i === 0 ? observations : hidden[i - 1]), 0), 0);
  const neurons = 2 * hidden.reduce((sum, size) => sum + size, observations + outputs);
  return [
    { option: 'network.hidden', value: hidden, what: 'weights', bytes: 4 * weights * 4 },
    { option: 'learning.replay', value: replay, what: 'replay', bytes: 4 * replay * (observations + outputs + 2) },
    { option: 'learning.batch', value: batch, what: 'minibatches', bytes: 4 * neurons * 2 * batch },
  ];
}

function readOptimisation(reader: OptionReader): Omit<DdpgSettings['learning'], keyof LearningSettings> {
  return {
    actorRate: reader.number('learning.actorRate', 1e-3, NOT_NEGATIVE),
    criticRate: reader.number('learning.criticRate', 1e-3, NOT_NEGATIVE),
    targetRate: reader.number('learning.targetRate', 0.005, { ...POSITIVE, max: 1 }),
    finalRate: reader.number('learning.finalRate', 1, { min: 0, max: 1 }),
    optimiser: reader.name('learning.optimiser', 'adam', REPLAY_OPTIMISERS),
    frozenLayers: checkNames('learning.frozenLayers', '["hidden1"]', reader.value('learning.frozenLayers', [])) ?? [],
    delay: reader.integer('learning.delay', 0, { min: 0, max: MOST_DELAY }),
  };
}

function checkNames(path: string, example: string, value: unknown): string[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw wrongKind(path, `a list of names, for example ${example}`, value);
  return value.map((name: unknown) => checkString(path, name));
}
