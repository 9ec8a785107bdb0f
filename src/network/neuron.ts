import type { Parameter, ParameterTable } from '../memory/parameters.js';
import { neuronName, populationOf, sourcesOf, type Population, type Topology } from './topology.js';

/**
 * A neuron as a rule accesses it: its own state and its sources. Or a group of neighbours of one population, where the
 * rule takes them in groups: then their state is stored neuron by neuron.
 */
export interface Neuron {
  readonly index: number;
  /** Neurons `index` up to `index + count`. */
  readonly count: number;
  readonly name: string;
  readonly kind: Population['kind'];
  /** Its neighbours, and their common function of the weighted input. */
  readonly population: Population;
  /** The neurons it reads; of a group that does not read all the same, those that any of them reads. */
  readonly sources: Int32Array;
  /** Of such a group: what each reads. */
  readonly rows?: readonly Int32Array[];
  /** Its own row K^n; [count, sources], row-major, or rows of their own lengths one after another. */
  readonly weights: Parameter;
  /** Its own part of each parameter that the rule declares, by name. */
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** How the rows of neurons are found: those of a table, or some that lie elsewhere. */
export type RowsOf = (neuron: number, count: number) => Parameter;

/**
 * A neuron, or a block of neighbours of one population, as a rule accesses it.
 *
 * @param rows where its own row is
 * @param tables what the rule declares, by name
 * @param count neurons of the group, 1 unless given
 */
export function createNeuron(topology: Topology, index: number, rows: RowsOf, tables: Readonly<Record<string, ParameterTable>>, count = 1): Neuron {
  const population = populationOf(topology, index);
  const { kind, sources, rows: ownSources } = population;
  const parameters = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.of(index, count)]));
  const neuron = { index, count, name: neuronName(topology, index), kind, population, weights: rows(index, count), parameters };
  if (ownSources === undefined || count === 1) return { ...neuron, sources: sourcesOf(population, index) };
  return { ...neuron, sources, rows: Array.from({ length: count }, (_, i) => sourcesOf(population, index + i)) };
}
