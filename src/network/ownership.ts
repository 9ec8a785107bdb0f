import { wrongValue } from '../check.js';
import type { Topology } from './topology.js';

/** Neurons `begin` up to but not including `end`; empty where they are equal. */
export interface NeuronRange {
  readonly begin: number;
  readonly end: number;
}

/** Who owns which neurons: for each partition, one range in each population, in the topology's order. */
export type Ownership = readonly (readonly NeuronRange[])[];

/**
 * Divides every population evenly over the partitions, and gives what is left over to the partitions with the fewest
 * connections so far. Every partition owns at least one neuron that learns a row.
 *
 * @throws RangeError naming `partitions` where there are more of them than hidden and output neurons
 */
export function divideNeurons(topology: Topology, partitions: number): Ownership {
  const learning = topology.neurons - topology.inputs.end;
  if (partitions > learning) {
    throw wrongValue('partitions', `at most one partition per hidden and output neuron (<= ${learning})`, partitions);
  }
  const load = new Array<number>(partitions).fill(0);
  const ranges = load.map((): NeuronRange[] => []);
  const { rowOffset } = topology;
  for (const { begin, end } of topology.populations) {
    const share = Math.floor((end - begin) / partitions);
    const order = load.map((_, partition) => partition).sort((a, b) => load[a] - load[b] || a - b);
    const extra = new Set(order.slice(0, (end - begin) % partitions));
    let next = begin;
    for (let partition = 0; partition < partitions; partition += 1) {
      const size = share + (extra.has(partition) ? 1 : 0);
      ranges[partition].push({ begin: next, end: next + size });
      load[partition] += rowOffset[next + size] - rowOffset[next];
      next += size;
    }
  }
  return ranges;
}

/** All neurons of one partition, in order. */
export function neuronsOf(ownership: Ownership, partition: number): number[] {
  return ownership[partition].flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, i) => begin + i));
}
