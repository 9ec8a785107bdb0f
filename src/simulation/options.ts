import { checkName, isRecord, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { checkLayer, createReader, type Grammar, type Layer, type OptionReader } from '../options/reader.js';
import {
  none,
  NOT_NEGATIVE,
  POSITIVE,
  readEnvironment,
  readExploration,
  readLearning,
  readNetwork,
  readSeed,
  readSteps,
  SECTION_KEYS,
  type LearningSettings,
  type NetworkSettings,
} from '../options/sections.js';
import type { ExplorationScale } from '../network/exploration.js';
import { OPTIMISER_NAMES, type OptimiserName } from '../rule/optimiser.js';
import { RULE_NAMES, RULES, type RuleName } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import { CLOCK_OWNERS, SCHEDULE_NAMES, type ScheduleName } from '../schedule/schedule.js';
import { READS } from '../supervisor/rows.js';
import type { Settings, TimingSettings } from '../supervisor/settings.js';
import { TASK_DEFAULTS } from './task-defaults.js';

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export interface SimulationOptions {
  environment?: string;
  network?: Partial<NetworkSettings>;
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
  schedule?: ScheduleName;
  timing?: Partial<TimingSettings>;
  rateLimit?: number | 'off';
  partitions?: number;
  seed?: number;
  steps?: number;
}

const GRAMMAR: Grammar = {
  sections: { ...SECTION_KEYS, rule: ['name', 'criticRate', 'outputRate', 'hiddenRate', 'targetRate', 'finalRate', 'traceDecay', 'optimiser'], timing: ['bound', 'clockRate', 'clocks', 'reads', 'patience'] },
  single: ['environment', 'schedule', 'rateLimit', 'partitions', 'seed', 'steps'],
};

/**
 * Checks what a user gave, fills in defaults and returns the complete settings of a run. What depends on task and network
 * together (partitions, observation scale, memory) is checked where these are built.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveSettings(given: SimulationOptions = {}): Settings {
  const options = layerOf(given);
  const environment = readEnvironment(createReader([options]));
  const task = layerOf(TASK_DEFAULTS[environment]);
  const ruleName = checkName('rule.name', createReader([options, task]).value('rule.name', 'broadcast'), RULE_NAMES);
  const rule: Rule = RULES[ruleName];
  const streamed = rule.experience === 'stream';
  const reader = createReader([options, layerOf(rule.defaults ?? {}), task]);
  const network = readNetwork(reader, [64]);
  const schedule = reader.name('schedule', 'hogwild', SCHEDULE_NAMES);
  return {
    environment,
    network,
    exploration: readExploration(reader, { output: 0.8, hidden: rule.hiddenExplores ? 0.1 : 0, warmup: 1, correlation: 0 }, explorationOf(rule)),
    rule: {
      name: ruleName,
      criticRate: reader.number('rule.criticRate', 1e-2, NOT_NEGATIVE),
      outputRate: reader.number('rule.outputRate', 1e-3, NOT_NEGATIVE),
      hiddenRate: reader.number('rule.hiddenRate', 1e-3, NOT_NEGATIVE),
      targetRate: reader.number('rule.targetRate', 0.005, streamed ? none('the rule keeps no target copies') : { ...POSITIVE, max: 1 }),
      finalRate: reader.number('rule.finalRate', 0.1, { min: 0, max: 1 }),
      traceDecay: reader.number('rule.traceDecay', streamed ? 0.9 : 0, streamed ? { min: 0, max: 1 } : none('the rule keeps no eligibility traces')),
      optimiser: reader.name('rule.optimiser', 'adam', OPTIMISER_NAMES),
    },
    learning: readLearning(reader, rule.experience),
    schedule,
    timing: readTiming(reader, schedule),
    rateLimit: checkRateLimit(reader.value('rateLimit', 16)),
    partitions: reader.integer('partitions', network.hidden.length === 0 ? 1 : 2, { min: 1, max: 1024 }),
    seed: readSeed(reader),
    steps: readSteps(reader, 40_000),
  };
}

/** What the rule makes no use of. */
function explorationOf({ experience, hiddenExplores }: Rule): Partial<Record<keyof ExplorationScale, NumberRange>> {
  return {
    ...(!hiddenExplores && { hidden: none('hidden neurons do not explore under this rule') }),
    ...(experience === 'stream' && { warmup: none('the rule has no warm-up'), correlation: none('the rule takes its noise for white') }),
  };
}

/** What belongs to one schedule has only one value under the others. */
function readTiming(reader: OptionReader, schedule: ScheduleName): TimingSettings {
  const only = (owner: ScheduleName) => `only the schedule ${owner} has it`;
  const isPoisson = schedule === 'poisson';
  return {
    bound: reader.integer('timing.bound', schedule === 'bounded' ? 4 : 0, schedule === 'bounded' ? { min: 0, max: 2 ** 30 } : none(only('bounded'))),
    clockRate: reader.number('timing.clockRate', isPoisson ? 2000 : 0, isPoisson ? POSITIVE : none(only('poisson'))),
    clocks: reader.name('timing.clocks', 'partition', isPoisson ? CLOCK_OWNERS : ['partition']),
    reads: reader.name('timing.reads', 'racy', schedule === 'synchronous' ? ['racy'] : READS),
    patience: reader.number('timing.patience', 30, NOT_NEGATIVE),
  };
}

/** A rule may be given by its name alone. */
function layerOf(given: unknown): Layer {
  return checkLayer(isRecord(given) && typeof given.rule === 'string' ? { ...given, rule: { name: given.rule } } : given, GRAMMAR);
}

function checkRateLimit(value: unknown): number | 'off' {
  if (value === 'off') return value;
  const constraint = 'a whole number of updates >= 0, or "off"';
  if (typeof value !== 'number') throw wrongKind('rateLimit', constraint, value);
  if (!Number.isSafeInteger(value) || value < 0) throw wrongValue('rateLimit', constraint, value);
  return value;
}
