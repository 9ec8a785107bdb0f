import { checkName, checkObject } from '../check.js';
import { makeEnvironment } from '../environment/registry.js';
import { canonicalName } from '../modules.js';
import { findRule, RULE_NAMES, ruleNamed } from '../rule/registry.js';
import { TRAINABLE, type Trainable, type TrainableSettings } from '../simulation/trainer.js';
import type { Trainer } from '../simulation/training.js';

/** Options as a user gives them, not checked yet. */
export type Options = Readonly<Record<string, unknown>>;

/** A way of learning that a study can compare with others. */
export interface Algorithm {
  /** What crosses from neuron to neuron besides voltages. */
  readonly localityNote: string;
  /** Present if it can learn no other kind of actions. */
  readonly actions?: Trainable['actions'];
  /** The complete settings, from the options. @throws TypeError or RangeError naming the option */
  resolve(options: Options): TrainableSettings;
  create(options: Options): Promise<Trainer>;
}

const [NEURONS, ...OTHERS] = TRAINABLE;

/** Unless the options differ, a trial repeats bit for bit, and several run in parallel. */
function algorithmOf({ localityNote = '', actions, repeatable, table, create }: Trainable): Algorithm {
  const whole = (options: Options) => ({ ...repeatable, ...options });
  return { localityNote, actions, resolve: (options) => table.resolve(whole(options)), create: (options) => create(whole(options)) };
}

/** Neurons under one rule. */
function ruleAlgorithm(name: string): Algorithm {
  const { localityNote, actions } = ruleNamed(name);
  const neurons = algorithmOf(NEURONS);
  return { localityNote, actions, resolve: (options) => neurons.resolve(withRule(options, name)), create: (options) => neurons.create(withRule(options, name)) };
}

function withRule(options: Options, name: string): Options {
  const rule = checkObject('rule', options.rule ?? {});
  checkName('rule.name', rule.name ?? name, [name]);
  return { ...options, rule: { ...rule, name } };
}

/** Every algorithm by its name: the rules of the registry, and whatever else can be trained. */
export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ...RULE_NAMES.map((name): [string, Algorithm] => [name, ruleAlgorithm(name)]),
  ...OTHERS.map((each): [string, Algorithm] => [each.name, algorithmOf(each)]),
]);

export const ALGORITHM_NAMES: readonly string[] = [...ALGORITHMS.keys()];

/** The algorithm of a name: one of the shipped, or a rule of the user's own that has been loaded. */
export function findAlgorithm(name: string): Algorithm | undefined {
  const rule = canonicalName(name);
  return ALGORITHMS.get(name) ?? (findRule(rule) === undefined ? undefined : ruleAlgorithm(rule));
}

/** False if the algorithm cannot learn the kind of actions that the task has. */
export function fitsTask(algorithm: string, environment: string): boolean {
  const actions = findAlgorithm(algorithm)?.actions;
  if (actions === undefined) return true;
  const task = makeEnvironment(environment);
  const { kind } = task.actionSpace;
  task.close();
  return kind === actions;
}
