import type { CreditAssignment } from '../credit/credit.js';
import { linearTd } from '../objective/linear-td.js';
import type { ObjectiveDefinition } from '../objective/objective.js';
import { createRowUpdate } from './row-update.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/** How a rule is described; `locality` is that of its credit. */
type Words = Pick<Rule, 'name' | 'summary' | 'localityNote'>;

/**
 * A rule made of an objective and a credit: output neurons follow the objective's ∂J/∂v, hidden neurons what the credit assigns, and every
 * neuron learns its part of the objective, such as its part of a critic.
 */
export function creditRule(objective: ObjectiveDefinition, credit: CreditAssignment, words: Words): Rule {
  return {
    ...words,
    locality: credit.locality,
    credit,
    objective,
    data: 'replay',
    hiddenIsStochastic: false,
    targetWeights: false,
    reads: 'sources',
    batching: 'any',
    parameters: (topology) => [...objective.parameters(topology), ...credit.parameters(topology)],
    initialise(topology, tables, seed) {
      objective.initialise?.(topology, tables, seed);
      credit.initialise?.(topology, tables, seed);
    },
    create: (context) => createProgram(context, objective, credit),
  };
}

/** A rule whose objective is linear TD. */
export const linearTdRule = (credit: CreditAssignment, words: Words): Rule => creditRule(linearTd, credit, words);

function createProgram(context: RuleContext, definition: ObjectiveDefinition, assignment: CreditAssignment): RuleProgram {
  const { kernels, topology, batchSize } = context;
  const objective = definition.create(context);
  const program = assignment.create(context);
  const rowUpdate = createRowUpdate(context, program.learn?.bind(program));
  const credit = kernels.numbers(Math.max(...topology.populations.map(({ begin, end }) => end - begin)) * batchSize);
  const first = topology.outputs.begin;
  const lanes = { begin: 0, end: batchSize, size: batchSize };
  const { error } = objective;
  return {
    broadcast(batch) {
      objective.evaluate(batch);
      program.prepare?.(batch.activations, error);
    },
    learn(neuron, batch, update) {
      if (neuron.kind === 'output') credit.set(error.outputs.subarray((neuron.index - first) * batchSize, (neuron.index - first + neuron.count) * batchSize));
      else if (neuron.kind === 'hidden') program.assign(neuron, error, credit, lanes);
      if (neuron.kind !== 'input') rowUpdate.ascend(neuron, batch, credit, update);
      if (neuron.kind !== 'output') objective.learnPart(neuron, batch, update);
    },
    learnPart: (neuron, batch, update) => { objective.learnPart(neuron, batch, update); },
    estimate: (_neuron, _batch, value) => { objective.estimate(value); },
  };
}
