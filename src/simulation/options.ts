import { wrongValue } from '../check.js';
import { ENVIRONMENT } from '../environment/options.js';
import { environmentId } from '../environment/registry.js';
import type { NeuralSettings } from '../network/neuron-options.js';
import { firstDynamic } from '../network/neural.js';
import type { Layer, Ships } from '../options/resolve.js';
import { createTable } from '../options/table.js';
import { RULE_NAME } from '../rule/options.js';
import { ruleNamed } from '../rule/registry.js';
import type { Rule } from '../rule/rule.js';
import { SIMULATION_ROWS, type Settings, type SimulationOptions } from '../placement/partitioned/settings.js';
import { TASK_DEFAULTS, TASK_RULES } from './task-defaults.js';

/** Defaults of rule and task: first those found for both together, if this rule is the task's default. */
export const shipped: Ships = (at, path): readonly Layer[] => {
  if (path === ENVIRONMENT.path) return [];
  const task = environmentId(at(ENVIRONMENT));
  const own = TASK_RULES[task] ?? {};
  if (path === RULE_NAME.path) return [own];
  const rule = ruleNamed(at(RULE_NAME));
  return [...(TASK_RULES[task]?.rule.name === rule.name ? [own] : []), { ...rule.defaults }, TASK_DEFAULTS[task] ?? {}];
};

export const SIMULATION = createTable(SIMULATION_ROWS, shipped);

/**
 * Checks a user's options, fills in defaults and returns the complete settings of a run. Options that depend on task and
 * network together (partitions, observation scale, memory) are checked when these are built.
 *
 * @throws TypeError or RangeError naming the option, what was expected and what came
 */
export function resolveSettings(given: SimulationOptions = {}): Settings {
  return SIMULATION.resolve(given, verify);
}

/** What no option can be held to by itself. */
function verify({ network, rule: { name, objective }, lesion, time, timing }: Settings): void {
  const rule = ruleNamed(name);
  if (objective !== undefined && rule.credit === undefined) throw wrongValue('rule.objective', `nothing for the rule ${name}, which has an objective of its own`, objective);
  refuseNeurons(network);
  refuseDynamics(rule, network);
  if (time === 'virtual' && rule.locality === 'weights') throw wrongValue('time', `real for the rule ${name}, which reads the weights of all neurons`, time);
  if (lesion.step === null && lesion.fraction > 0) throw wrongValue('lesion.step', 'a step for the lesion', null);
  if (timing.inference === 'sampled' && rule.data === 'online') {
    throw wrongValue('timing.inference', 'central or distributed for a rule that learns online: it needs the action that belongs to each observation', timing.inference);
  }
}

function refuseNeurons({ hidden, neuronModel, inhibition }: NeuralSettings): void {
  if (hidden.length > 0) return;
  if (neuronModel !== 'static') throw wrongValue('network.neuronModel', 'static; there are no hidden neurons', neuronModel);
  if (inhibition !== 'none') throw wrongValue('network.inhibition', 'none; there are no hidden neurons', inhibition);
}

/** Refuses neuron dynamics under rules that compute a neuron's response from its weights or its voltage alone. */
export function refuseDynamics({ name, targetWeights, locality }: Rule, network: NeuralSettings): void {
  const found = firstDynamic(network);
  if (found === undefined || !(targetWeights || locality === 'deltas' || locality === 'weights')) return;
  const why = targetWeights ? 'computes a neuron\'s next voltage from its weights alone' : 'differentiates other neurons by their voltages alone';
  throw wrongValue(found.path, `${found.path.endsWith('neuronModel') ? 'static' : 'none'} for the rule ${name}, which ${why}`, found.value);
}
