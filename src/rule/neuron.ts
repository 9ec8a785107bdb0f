import type { Parameter, ParameterTable } from '../memory/parameters.js';
import { ACTIVATIONS } from '../network/activation.js';
import { neuronName, populationOf, sourcesOf, type Topology } from '../network/topology.js';
import type { Batch, Neuron, RuleProgram } from './rule.js';

/**
 * A neuron as its rule sees it.
 *
 * @param weights its own row
 * @param tables what the rule declares, by name
 */
export function createNeuron(topology: Topology, index: number, weights: Parameter, tables: Readonly<Record<string, ParameterTable>>): Neuron {
  const population = populationOf(topology, index);
  const { kind, activation } = population;
  const parameters = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.of(index)]));
  return { index, name: neuronName(topology, index), kind, activation: ACTIVATIONS[activation], sources: sourcesOf(population, index), weights, parameters };
}

/**
 * The write phase of an update: every living one of these neurons that takes part learns. A silenced neuron's numbers stay as
 * they are.
 *
 * @param update number of this update, from 1
 * @param takesPart asked once of each neuron, the silenced too: their clocks strike on
 */
export function learnAll(program: RuleProgram, neurons: readonly Neuron[], batch: Batch, update: number, takesPart: (neuron: number) => boolean = everyone): void {
  const { alive } = batch.board;
  for (const neuron of neurons) if (takesPart(neuron.index) && alive?.[neuron.index] !== 0) program.learn(neuron, batch, update);
}

const everyone = () => true;
