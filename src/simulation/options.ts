import { checkBoolean, checkInteger, checkKeys, checkName, checkNumber, checkObject, isRecord, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { listEnvironments } from '../environment/registry.js';
import { ACTIVATION_NAMES, type ActivationName } from '../network/activation.js';
import { OPTIMISER_NAMES, type OptimiserName } from '../rule/optimiser.js';
import { RULE_NAMES, RULES, type RuleName } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import { SCHEDULE_NAMES, type ScheduleName } from '../schedule/schedule.js';
import type { Settings } from '../supervisor/settings.js';
import { TASK_DEFAULTS } from './task-defaults.js';

/** What a user may set; whatever is left out takes the task's default, or else the general one. */
export interface SimulationOptions {
  environment?: string;
  network?: {
    hidden?: readonly number[];
    activation?: ActivationName;
    outputActivation?: ActivationName;
    bias?: boolean;
    hiddenGain?: number;
    outputGain?: number;
    observationScale?: readonly number[] | null;
  };
  exploration?: { output?: number; hidden?: number; warmup?: number };
  rule?:
    | RuleName
    | {
        name?: RuleName;
        criticRate?: number;
        outputRate?: number;
        hiddenRate?: number;
        targetRate?: number;
        finalRate?: number;
        optimiser?: OptimiserName;
      };
  learning?: {
    discount?: number;
    rewardScale?: number;
    batch?: number;
    replay?: number;
    warmup?: number;
    updatesPerStep?: number;
  };
  schedule?: ScheduleName;
  rateLimit?: number | 'off';
  partitions?: number;
  seed?: number;
  steps?: number;
}

const POSITIVE: NumberRange = { min: 0, above: true };
const NOT_NEGATIVE: NumberRange = { min: 0 };
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

const DEFAULT_ENVIRONMENT = 'Pendulum-v1';

/**
 * Checks what a user gave, fills in defaults and returns the complete settings of a run. What depends on task and network
 * together (partitions, observation scale, memory) is checked where these are built.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveSettings(given: SimulationOptions = {}): Settings {
  const options = layerOf(given);
  const environment = checkName('environment', options.environment ?? DEFAULT_ENVIRONMENT, listEnvironments());
  const task = layerOf(TASK_DEFAULTS[environment]);
  const ruleName = checkName('rule.name', findIn([options, task])('rule.name') ?? 'broadcast', RULE_NAMES);
  const rule: Rule = RULES[ruleName];
  const find = findIn([options, { rule: rule.defaults }, task]);

  /** The option as given, null included, or else the general default. */
  const value = (path: string, fallback: unknown): unknown => {
    const found = find(path);
    return found === undefined ? fallback : found;
  };
  const number = (path: string, fallback: number, range: NumberRange) => checkNumber(path, value(path, fallback), range);
  const integer = (path: string, fallback: number, range: NumberRange) => checkInteger(path, value(path, fallback), range);
  const name = <Name extends string>(path: string, fallback: Name, names: readonly Name[]) => checkName(path, value(path, fallback), names);

  const schedule = name('schedule', 'hogwild', SCHEDULE_NAMES);
  const batch = integer('learning.batch', 64, { min: 1, max: 65_536 });
  return {
    environment,
    network: {
      hidden: checkHidden(value('network.hidden', [64])),
      activation: name('network.activation', 'tanh', ACTIVATION_NAMES),
      outputActivation: name('network.outputActivation', 'tanh', ACTIVATION_NAMES),
      bias: checkBoolean('network.bias', value('network.bias', true)),
      hiddenGain: number('network.hiddenGain', 2, POSITIVE),
      outputGain: number('network.outputGain', 0.1, POSITIVE),
      observationScale: checkScale(value('network.observationScale', null)),
    },
    exploration: {
      output: number('exploration.output', 0.8, NOT_NEGATIVE),
      hidden: number('exploration.hidden', 0.1, NOT_NEGATIVE),
      warmup: number('exploration.warmup', 1, NOT_NEGATIVE),
    },
    rule: {
      name: ruleName,
      criticRate: number('rule.criticRate', 1e-2, NOT_NEGATIVE),
      outputRate: number('rule.outputRate', 1e-3, NOT_NEGATIVE),
      hiddenRate: number('rule.hiddenRate', 1e-3, NOT_NEGATIVE),
      targetRate: number('rule.targetRate', 0.005, { ...POSITIVE, max: 1 }),
      finalRate: number('rule.finalRate', 0.1, { min: 0, max: 1 }),
      optimiser: name('rule.optimiser', 'adam', OPTIMISER_NAMES),
    },
    learning: {
      discount: number('learning.discount', 0.97, { min: 0, max: 1 }),
      rewardScale: number('learning.rewardScale', 0.1, POSITIVE),
      batch,
      replay: integer('learning.replay', 50_000, { min: Math.max(256, 2 * batch), max: 2 ** 27 }),
      warmup: integer('learning.warmup', 1000, { min: Math.max(2, batch), max: 2 ** 31 - 1 }),
      updatesPerStep: number('learning.updatesPerStep', 1, { ...POSITIVE, max: 1000 }),
    },
    schedule,
    rateLimit: checkRateLimit(value('rateLimit', 16)),
    partitions: integer('partitions', 2, { min: 1, max: 1024 }),
    seed: integer('seed', 1, { min: 0, max: LARGEST_SEED }),
    steps: integer('steps', 40_000, { min: 1, max: 100_000_000 }),
  };
}

type Layer = Record<string, unknown>;

const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  network: ['hidden', 'activation', 'outputActivation', 'bias', 'hiddenGain', 'outputGain', 'observationScale'],
  exploration: ['output', 'hidden', 'warmup'],
  rule: ['name', 'criticRate', 'outputRate', 'hiddenRate', 'targetRate', 'finalRate', 'optimiser'],
  learning: ['discount', 'rewardScale', 'batch', 'replay', 'warmup', 'updatesPerStep'],
};

const TOP_LEVEL = ['environment', ...Object.keys(SECTIONS), 'schedule', 'rateLimit', 'partitions', 'seed', 'steps'];

/** One layer of options in its full form, with every key known. */
function layerOf(given: unknown): Layer {
  const options: Layer = { ...checkObject('options', given) };
  checkKeys('', options, TOP_LEVEL);
  if (typeof options.rule === 'string') options.rule = { name: options.rule };
  for (const [section, keys] of Object.entries(SECTIONS)) {
    if (options[section] !== undefined) checkKeys(section, checkObject(section, options[section]), keys);
  }
  return options;
}

/** Looks a dotted path up in the layers, the first that has it winning. */
function findIn(layers: readonly Layer[]): (path: string) => unknown {
  return (path) => {
    const [section, ...keys] = path.split('.');
    const key = keys.at(0);
    for (const layer of layers) {
      const found = layer[section];
      const value = key === undefined || !isRecord(found) ? found : found[key];
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function checkHidden(value: unknown): number[] {
  const constraint = 'a list of layer sizes, for example [64, 64]';
  if (!Array.isArray(value)) throw wrongKind('network.hidden', constraint, value);
  return value.map((size: unknown) => checkInteger('network.hidden', size, { min: 1, max: 65_536 }));
}

function checkScale(value: unknown): number[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw wrongKind('network.observationScale', 'a list of divisors, or null', value);
  return value.map((scale: unknown) => checkNumber('network.observationScale', scale, POSITIVE));
}

function checkRateLimit(value: unknown): number | 'off' {
  if (value === 'off') return value;
  const constraint = 'a whole number of updates >= 0, or "off"';
  if (typeof value !== 'number') throw wrongKind('rateLimit', constraint, value);
  if (!Number.isSafeInteger(value) || value < 0) throw wrongValue('rateLimit', constraint, value);
  return value;
}
