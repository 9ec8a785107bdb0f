import type { CreditAssignment } from '../credit/credit.js';
import { createLinearTd, linearTdShape } from '../objective/linear-td.js';
import { createRowUpdate } from './row-update.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/**
 * A rule whose objective is linear TD: output neurons climb ∂Q/∂a_k, every input and hidden neuron learns its part of the critic, and what
 * hidden neurons climb is for the credit to say.
 */
export function linearTdRule(credit: CreditAssignment, words: Pick<Rule, 'name' | 'summary' | 'localityNote'>): Rule {
  return {
    ...words,
    locality: credit.locality,
    data: 'replay',
    hiddenIsStochastic: false,
    targetWeights: false,
    reads: 'sources',
    batching: 'any',
    parameters: (topology) => [linearTdShape(topology), ...credit.parameters(topology)],
    ...(credit.initialise && { initialise: (topology, tables, seed) => { credit.initialise?.(topology, tables, seed); } }),
    create: (context) => createProgram(context, credit),
  };
}

function createProgram(context: RuleContext, assignment: CreditAssignment): RuleProgram {
  const { kernels, topology, batchSize } = context;
  const objective = createLinearTd(context);
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
    estimate: (_neuron, _batch, value) => { objective.estimate(value); },
  };
}
