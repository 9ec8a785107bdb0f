import type { AlgorithmSettings, Algorithm as SingleAlgorithm } from '../algorithm/algorithm.js';
import { ALGORITHMS as SINGLE } from '../algorithm/registry.js';
import { checkName, checkObject } from '../check.js';
import { makeEnvironment } from '../environment/registry.js';
import { canonicalName } from '../modules.js';
import { findRule, RULE_NAMES, ruleNamed } from '../rule/registry.js';
import { createSingle } from '../simulation/single.js';
import { resolveSettings } from '../simulation/options.js';
import { createSimulation } from '../simulation/simulation.js';
import type { Trainer } from '../simulation/training.js';
import type { Settings } from '../placement/partitioned/settings.js';

/** Options as a user gives them, not checked yet. */
export type Options = Readonly<Record<string, unknown>>;

/** A way of learning that a study can compare with others. */
export interface Algorithm {
  /** What crosses from neuron to neuron besides voltages. */
  readonly localityNote: string;
  /** The complete settings that the options stand for. @throws TypeError or RangeError naming the option */
  resolve(options: Options): Settings | AlgorithmSettings;
  create(options: Options): Promise<Trainer>;
}

function ruleAlgorithm(name: string): Algorithm {
  return {
    localityNote: ruleNamed(name).localityNote,
    resolve: (options) => resolveSettings(withRule(options, name)),
    create: (options) => createSimulation(withRule(options, name)),
  };
}

/** One partition and a barrier per tick: a trial can be repeated bit for bit, and several run side by side. */
function withRule(options: Options, name: string): Options {
  const rule = checkObject('rule', options.rule ?? {});
  checkName('rule.name', rule.name ?? name, [name]);
  return { schedule: 'synchronous', partitions: 1, ...options, rule: { ...rule, name } };
}

const single = (algorithm: SingleAlgorithm): Algorithm => ({
  localityNote: algorithm.localityNote,
  resolve: (options) => algorithm.table.resolve(options),
  create: (options) => createSingle(algorithm, options),
});

/** Every algorithm by its name: the rules of the registry, and the algorithms on one thread. */
export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ...RULE_NAMES.map((name): [string, Algorithm] => [name, ruleAlgorithm(name)]),
  ...Object.entries<SingleAlgorithm>(SINGLE).map(([name, algorithm]): [string, Algorithm] => [name, single(algorithm)]),
]);

export const ALGORITHM_NAMES: readonly string[] = [...ALGORITHMS.keys()];

/** The algorithm of a name: one of the shipped, or a rule of the user's own that has been loaded. */
export function findAlgorithm(name: string): Algorithm | undefined {
  const rule = canonicalName(name);
  return ALGORITHMS.get(name) ?? (findRule(rule) === undefined ? undefined : ruleAlgorithm(rule));
}

/** False if the algorithm cannot learn the kind of actions that the task has. */
export function fitsTask(algorithm: string, environment: string): boolean {
  const rule = findRule(canonicalName(algorithm));
  if (rule?.actions === undefined) return true;
  const task = makeEnvironment(environment);
  const { kind } = task.actionSpace;
  task.close();
  return kind === rule.actions;
}
