import type { Parameter, ParameterTable } from '../memory/parameters.js';
import { ACTIVATIONS } from '../network/activation.js';
import { neuronName, populationOf, type Topology } from '../network/topology.js';
import type { Neuron } from './rule.js';

/**
 * A neuron as its rule sees it.
 *
 * @param weights its own row
 * @param tables what the rule declares, by name
 */
export function createNeuron(topology: Topology, index: number, weights: Parameter, tables: Readonly<Record<string, ParameterTable>>): Neuron {
  const { kind, activation, sources } = populationOf(topology, index);
  const parameters = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.of(index)]));
  return { index, name: neuronName(topology, index), kind, activation: ACTIVATIONS[activation], sources, weights, parameters };
}
