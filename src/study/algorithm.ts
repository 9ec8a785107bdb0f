import { checkName, checkObject } from '../check.js';
import { RULE_NAMES, RULES, type RuleName } from '../rule/registry.js';
import { resolveSettings } from '../simulation/options.js';
import { createSimulation, type Simulation } from '../simulation/simulation.js';
import type { Settings } from '../supervisor/settings.js';

/** Options as a user gives them, not checked yet. */
export type Options = Readonly<Record<string, unknown>>;

/** What a trial needs of whatever learns. */
export type Training = Pick<Simulation, 'settings' | 'step' | 'on' | 'run' | 'evaluate' | 'evaluateRandomPolicy' | 'close'>;

/** A way of learning that a study can put beside others. */
export interface Algorithm {
  readonly name: string;
  /** What crosses from neuron to neuron besides voltages. */
  readonly locality: string;
  /** The complete settings that the options stand for. @throws TypeError or RangeError naming the option */
  resolve(options: Options): Settings;
  create(options: Options): Promise<Training>;
}

function ruleAlgorithm(name: RuleName): Algorithm {
  return {
    name,
    locality: RULES[name].locality,
    resolve: (options) => resolveSettings(withRule(options, name)),
    create: (options) => createSimulation(withRule(options, name)),
  };
}

/** One partition and a barrier per tick: a trial can be repeated bit for bit, and several run side by side. */
function withRule(options: Options, name: RuleName): Options {
  const rule = checkObject('rule', options.rule ?? {});
  checkName('rule.name', rule.name ?? name, [name]);
  return { schedule: 'synchronous', partitions: 1, ...options, rule: { ...rule, name } };
}

/** Every algorithm by its name: the rules of the registry, and their opponents. */
export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map(RULE_NAMES.map((name) => [name, ruleAlgorithm(name)]));

export const ALGORITHM_NAMES: readonly string[] = [...ALGORITHMS.keys()];
