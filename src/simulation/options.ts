import { checkInteger, checkName, checkNumber, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { environmentId } from '../environment/registry.js';
import { DEATH_KEYS, readDeath, type DeathSettings } from '../options/death.js';
import { checkLayer, createReader, type Grammar, type Layer, type OptionReader } from '../options/reader.js';
import {
  none,
  NOT_NEGATIVE,
  POSITIVE,
  readEnvironment,
  readExploration,
  readLearning,
  readKernels,
  readSeed,
  readSteps,
  SECTION_KEYS,
  type LearningSettings,
} from '../options/sections.js';
import { firstDynamic, NEURAL_KEYS, readNeuralNetwork, type LayerSettings, type NeuralSettings } from '../options/neurons.js';
import type { KernelName } from '../kernels/kernels.js';
import type { ExplorationScale } from '../network/exploration.js';
import { OPTIMISER_NAMES, REPLAY_OPTIMISERS, type OptimiserName } from '../optimise/optimiser.js';
import { plainOptions } from '../plain.js';
import { RULE_NAMES, RULES, type RuleName } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import { CLOCK_OWNERS, DISCIPLINE_NAMES, SCHEDULE_NAMES, type DisciplineName, type ScheduleName } from '../schedule/schedule.js';
import { ACTING_NAMES, type ActingName } from '../supervisor/acting.js';
import { READS } from '../supervisor/rows.js';
import { parseDistribution, type Distribution } from '../virtual/distribution.js';
import type { VirtualSettings } from '../virtual/settings.js';
import type { Settings, TimingSettings } from '../supervisor/settings.js';
import { TASK_DEFAULTS, TASK_RULES } from './task-defaults.js';

/** A network as a user may give it: of the layers of a graph only name and size have to be said. */
type GivenNetwork = Partial<Omit<NeuralSettings, 'layers'>> & { layers?: readonly (Partial<LayerSettings> & Pick<LayerSettings, 'name' | 'size'>)[] | null };

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export interface SimulationOptions {
  environment?: string;
  network?: GivenNetwork;
  exploration?: Partial<ExplorationScale>;
  rule?:
    | RuleName
    | {
        name?: RuleName;
        criticRate?: number;
        outputRate?: number;
        hiddenRate?: number;
        targetRate?: number;
        finalRate?: number;
        traceDecay?: number;
        optimiser?: OptimiserName;
      };
  learning?: Partial<LearningSettings>;
  death?: Partial<DeathSettings>;
  schedule?: ScheduleName;
  timing?: Partial<TimingSettings>;
  /** For the schedule `virtual` alone. Durations may be numbers (seconds) or texts such as `exponential(0.002)`. */
  virtual?: { [Key in keyof VirtualSettings]?: VirtualSettings[Key] extends Distribution ? Distribution | string | number : VirtualSettings[Key] };
  rateLimit?: number | 'off';
  partitions?: number;
  environments?: number;
  kernels?: KernelName;
  seed?: number;
  steps?: number;
}

const VIRTUAL_KEYS = ['discipline', 'compute', 'forward', 'act', 'step', 'delay', 'latency', 'wake', 'cores', 'waits', 'loss', 'stragglers', 'slowdown'] as const;

const GRAMMAR: Grammar = {
  sections: {
    ...SECTION_KEYS,
    network: [...SECTION_KEYS.network, ...NEURAL_KEYS],
    rule: ['name', 'criticRate', 'outputRate', 'hiddenRate', 'targetRate', 'finalRate', 'traceDecay', 'optimiser'],
    death: DEATH_KEYS,
    timing: ['bound', 'clockRate', 'clocks', 'reads', 'acting', 'environmentPeriod', 'measure', 'ledger', 'patience'],
    virtual: VIRTUAL_KEYS,
  },
  single: ['environment', 'schedule', 'rateLimit', 'partitions', 'environments', 'kernels', 'seed', 'steps'],
};

/** Seconds between two strikes of the environment's clock: nobody who asks a run to stop waits longer. */
const LONGEST_PERIOD = 60;
const LONGEST_VIRTUAL_PERIOD = 1e9;

/** Each has a lane of the acting board, and a slot of the replay that waits for its successor. */
const MOST_ENVIRONMENTS = 4096;

/**
 * Checks what a user gave, fills in defaults and returns the complete settings of a run. What depends on task and network
 * together (partitions, observation scale, memory) is checked where these are built.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveSettings(given: SimulationOptions = {}): Settings {
  const options = layerOf(given);
  const environment = readEnvironment(createReader([options]));
  const task = environmentId(environment);
  const ruleName = checkName('rule.name', createReader([options]).value('rule.name', TASK_RULES[task]?.rule.name ?? 'broadcast'), RULE_NAMES);
  const rule: Rule = RULES[ruleName];
  const streamed = rule.experience === 'stream';
  const reader = createReader([options, ...shipped(task, ruleName)]);
  const network = readNeuralNetwork(reader, [64], createReader([options]));
  refuseDynamics(rule, network);
  const steps = readSteps(reader, 40_000);
  const schedule = reader.name('schedule', 'hogwild', SCHEDULE_NAMES);
  const virtual = readVirtual(reader, schedule);
  const environments = reader.integer('environments', 1, streamed ? { min: 1, max: 1, hint: 'the rule learns from one stream of transitions' } : { min: 1, max: MOST_ENVIRONMENTS });
  if (virtual && rule.locality === 'weights') throw wrongValue('schedule', `one that reads others' weights at once, for the rule ${ruleName}`, schedule);
  return {
    environment,
    network,
    exploration: readExploration(reader, { output: 0.8, hidden: rule.hiddenExplores ? 0.1 : 0, warmup: 1, correlation: 0, final: 1 }, explorationOf(rule)),
    rule: {
      name: ruleName,
      criticRate: reader.number('rule.criticRate', 1e-2, NOT_NEGATIVE),
      outputRate: reader.number('rule.outputRate', 1e-3, NOT_NEGATIVE),
      hiddenRate: reader.number('rule.hiddenRate', 1e-3, NOT_NEGATIVE),
      targetRate: reader.number('rule.targetRate', 0.005, streamed ? none('the rule keeps no target copies') : { ...POSITIVE, max: 1 }),
      finalRate: reader.number('rule.finalRate', 0.1, { min: 0, max: 1 }),
      traceDecay: reader.number('rule.traceDecay', streamed ? 0.9 : 0, streamed ? { min: 0, max: 1 } : none('the rule keeps no eligibility traces')),
      optimiser: reader.name<OptimiserName>('rule.optimiser', 'adam', streamed ? OPTIMISER_NAMES : REPLAY_OPTIMISERS),
    },
    learning: readLearning(reader, rule.experience, environments),
    death: readDeath(reader, steps, network.hidden),
    schedule,
    timing: readTiming(reader, virtual?.discipline ?? schedule, rule, virtual === undefined),
    ...(virtual && { virtual }),
    rateLimit: checkRateLimit(reader.value('rateLimit', 16)),
    partitions: reader.integer('partitions', network.hidden.length === 0 ? 1 : 2, { min: 1, max: 1024 }),
    environments,
    kernels: readKernels(reader),
    seed: readSeed(reader),
    steps,
  };
}

/** Rules that know of a neuron's answer only what its weights, or its voltage, say. */
function refuseDynamics({ name, targetWeights, locality }: Rule, network: NeuralSettings): void {
  const found = firstDynamic(network);
  if (found === undefined || !(targetWeights || locality === 'weights')) return;
  const why = targetWeights ? 'works out what a neuron would do next from its weights alone' : 'looks through others\' neurons by their voltages alone';
  throw wrongValue(found.path, `${found.path.endsWith('dynamic') ? 'discrete' : 'none'} for the rule ${name}, which ${why}`, found.value);
}

/** What rule and task ship with: first what was found for the two together, where the task ships with this rule. */
function shipped(task: string, rule: RuleName): Layer[] {
  const own = layerOf(TASK_RULES[task]?.rule.name === rule ? TASK_RULES[task] : {});
  return [own, layerOf(RULES[rule].defaults ?? {}), layerOf(TASK_DEFAULTS[task] ?? {})];
}

/** What the rule makes no use of. */
function explorationOf({ experience, hiddenExplores }: Rule): Partial<Record<keyof ExplorationScale, NumberRange>> {
  return {
    ...(!hiddenExplores && { hidden: none('hidden neurons do not explore under this rule') }),
    ...(experience === 'stream' && { warmup: none('the rule has no warm-up'), correlation: none('the rule takes its noise for white') }),
    ...(experience === 'stream' && hiddenExplores && { final: { min: 1, max: 1, hint: 'the rule knows its noise by one deviation' } }),
  };
}

/** How acting may go on, what is usual first: anyhow, or where partitions hear of one another by messages, or by versions, alone. */
const HOSTABLE: [ActingName, readonly ActingName[]] = ['hosted', ACTING_NAMES];
const MESSAGES: [ActingName, readonly ActingName[]] = ['awaited', ['awaited', 'free']];

/**
 * What belongs to one schedule has only one value under the others.
 *
 * @param hostable true where partitions run in real time: one may then look at others' weights
 */
function readTiming(reader: OptionReader, schedule: ScheduleName, { locality, experience }: Rule, hostable: boolean): TimingSettings {
  const only = (owner: DisciplineName) => none(`only the schedule ${owner} has it`);
  const isPoisson = schedule === 'poisson';
  const reads = reader.name('timing.reads', 'racy', schedule === 'synchronous' || locality === 'weights' ? ['racy'] : READS);
  const acting = reader.name<ActingName>('timing.acting', ...(hostable && reads === 'racy' ? HOSTABLE : MESSAGES));
  if (acting === 'free' && experience === 'stream') throw wrongValue('timing.acting', 'awaited for a rule that learns from the stream: it takes what was acted for the answer to what was seen', acting);
  return {
    bound: reader.integer('timing.bound', schedule === 'bounded' ? 4 : 0, schedule === 'bounded' ? { min: 0, max: 2 ** 30 } : only('bounded')),
    clockRate: reader.number('timing.clockRate', isPoisson ? 2000 : 0, isPoisson ? POSITIVE : only('poisson')),
    clocks: reader.name('timing.clocks', 'partition', isPoisson ? CLOCK_OWNERS : ['partition']),
    reads,
    acting,
    environmentPeriod: reader.number('timing.environmentPeriod', acting === 'free' ? 1e-3 : 0, acting === 'free' ? { min: 0, max: hostable ? LONGEST_PERIOD : LONGEST_VIRTUAL_PERIOD } : none('the environment waits for its action')),
    measure: reader.boolean('timing.measure', false),
    ledger: reader.boolean('timing.ledger', true),
    patience: reader.number('timing.patience', 30, NOT_NEGATIVE),
  };
}

/** Undefined under every schedule but `virtual`, where nothing of it may be set. */
function readVirtual(reader: OptionReader, schedule: ScheduleName): VirtualSettings | undefined {
  if (schedule !== 'virtual') {
    for (const key of VIRTUAL_KEYS) {
      const value = reader.value(`virtual.${key}`, undefined);
      if (value !== undefined) throw wrongValue(`virtual.${key}`, 'the schedule virtual', schedule);
    }
    return undefined;
  }
  const duration = (key: (typeof VIRTUAL_KEYS)[number], fallback: number) => parseDistribution(`virtual.${key}`, reader.value(`virtual.${key}`, fallback));
  return {
    discipline: reader.name('virtual.discipline', 'hogwild', DISCIPLINE_NAMES),
    compute: duration('compute', 1e-3),
    forward: readForward(reader.value('virtual.forward', null)),
    act: duration('act', 1e-4),
    step: duration('step', 1e-4),
    delay: duration('delay', 0),
    latency: duration('latency', 0),
    wake: duration('wake', 0),
    cores: readCores(reader.value('virtual.cores', null)),
    waits: reader.boolean('virtual.waits', false),
    loss: reader.number('virtual.loss', 0, { min: 0, max: 1, below: true }),
    stragglers: reader.number('virtual.stragglers', 0, { min: 0, max: 1 }),
    slowdown: reader.number('virtual.slowdown', 1, { min: 1, max: 1e6 }),
  };
}

function readCores(value: unknown): number | null {
  return value === null ? null : checkInteger('virtual.cores', value, { min: 1, max: 1024 });
}

function readForward(value: unknown): number | null {
  return value === null ? null : checkNumber('virtual.forward', value, { min: 0, max: 1 });
}

/** A rule may be given by its name alone. */
function layerOf(given: unknown): Layer {
  const options = plainOptions(given);
  return checkLayer(typeof options.rule === 'string' ? { ...options, rule: { name: options.rule } } : options, GRAMMAR);
}

function checkRateLimit(value: unknown): number | 'off' {
  if (value === 'off') return value;
  const constraint = 'a whole number of updates >= 0, or "off"';
  if (typeof value !== 'number') throw wrongKind('rateLimit', constraint, value);
  if (!Number.isSafeInteger(value) || value < 0) throw wrongValue('rateLimit', constraint, value);
  return value;
}
