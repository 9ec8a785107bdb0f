import type { ParameterTable } from '../memory/parameters.js';
import { createNeuron, type Neuron, type RowsOf } from '../network/neuron.js';
import type { Topology } from '../network/topology.js';
import type { Batch } from '../objective/batch.js';
import type { Rule, RuleProgram } from './rule.js';

/** A group of neurons that learn together when all of them do, and each of them, for when some do not. */
export interface NeuronBlock {
  readonly whole: Neuron;
  readonly members: readonly Neuron[];
}

/**
 * The neurons `begin..end` of one population, in groups as the rule takes them.
 *
 * @param batching which neurons the rule takes in groups; none unless given
 */
export function createNeuronBlocks(topology: Topology, { begin, end }: { readonly begin: number; readonly end: number }, rows: RowsOf, tables: Readonly<Record<string, ParameterTable>>, batching: Rule['batching']): NeuronBlock[] {
  const members = Array.from({ length: end - begin }, (_, i) => createNeuron(topology, begin + i, rows, tables));
  const alike = members.every(({ population }) => population.rows === undefined);
  if (batching === undefined || (batching === 'same-sources' && !alike)) return members.map((neuron) => ({ whole: neuron, members: [neuron] }));
  return end > begin ? [{ whole: createNeuron(topology, begin, rows, tables, end - begin), members }] : [];
}

/**
 * The write phase of an update: every living one of these neurons that takes part learns. A silenced neuron's numbers stay as
 * they are.
 *
 * @param update number of this update, from 1
 * @param takesPart called once per neuron, lesioned ones included: their Poisson clocks advance too
 */
export function learnAll(program: Pick<RuleProgram, 'learn'>, groups: readonly NeuronBlock[], batch: Batch, update: number, takesPart: (neuron: number) => boolean = everyone): void {
  const { alive } = batch.activations;
  for (const { whole, members } of groups) {
    let absent: Set<number> | undefined; // usually empty: then nothing is allocated
    for (let index = whole.index; index < whole.index + whole.count; index += 1) if (!takesPart(index) || alive?.[index] === 0) (absent ??= new Set()).add(index);
    if (absent === undefined) program.learn(whole, batch, update);
    else for (const neuron of members) if (!absent.has(neuron.index)) program.learn(neuron, batch, update);
  }
}

const everyone = () => true;
