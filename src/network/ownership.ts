import { wrongValue } from '../check.js';
import { poolSize } from './pools.js';
import type { Population, Topology } from './topology.js';

/** Neurons `begin` up to but not including `end`; empty where they are equal. */
export interface NeuronRange {
  readonly begin: number;
  readonly end: number;
}

/** The neurons that each partition owns: for each partition, one range in each population, in the topology's order. */
export type Ownership = readonly (readonly NeuronRange[])[];

/**
 * Divides every population evenly over the partitions, and gives the remainder to the partitions with the fewest
 * connections so far. Neurons that inhibit one another stay together. Every partition owns at least one neuron that learns a row.
 *
 * @throws RangeError naming `partitions` where there are more of them than hidden and output neurons, or pools of them
 */
export function divideNeurons(topology: Topology, partitions: number): Ownership {
  const learning = topology.populations.reduce((sum, population) => sum + (population.kind === 'input' ? 0 : unitsOf(population)), 0);
  if (partitions > learning) {
    const unit = topology.populations.some(({ inhibition }) => inhibition !== undefined) ? 'pool of hidden neurons and' : 'hidden and';
    throw wrongValue('partitions', `at most one partition per ${unit} output neuron (<= ${learning})`, partitions);
  }
  const load = new Array<number>(partitions).fill(0);
  const ranges = load.map((): NeuronRange[] => []);
  const { rowOffset } = topology;
  for (const population of topology.populations) {
    const units = unitsOf(population);
    const share = Math.floor(units / partitions);
    const order = load.map((_, partition) => partition).sort((a, b) => load[a] - load[b] || a - b);
    const extra = new Set(order.slice(0, units % partitions));
    let next = population.begin;
    for (let partition = 0; partition < partitions; partition += 1) {
      const end = Math.min(population.end, next + poolSize(population) * (share + (extra.has(partition) ? 1 : 0)));
      ranges[partition].push({ begin: next, end });
      load[partition] += rowOffset[end] - rowOffset[next];
      next = end;
    }
  }
  return ranges;
}

/** What of a population can be owned by different partitions. */
function unitsOf(population: Population): number {
  return Math.ceil((population.end - population.begin) / poolSize(population));
}

/** All neurons of one partition, in order. */
export function neuronsOf(ownership: Ownership, partition: number): number[] {
  return neuronsIn(ownership[partition]);
}

/** All neurons of some ranges, in order. */
export function neuronsIn(ranges: readonly NeuronRange[]): number[] {
  return ranges.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i));
}
