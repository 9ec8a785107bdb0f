import { checkInteger } from '../check.js';
import { collectEdges, createPopulation, placeLayers, type GraphNetwork } from './edges.js';
import { offsetsOf, readsAny, type Population, type Topology } from './topology.js';

/** A graph all of whose neurons move at once. */
export interface FreeGraph extends GraphNetwork {
  /** ℓ, ticks from an observation to its action; unless given, the longest way from an input to an output that never goes back. */
  readonly delay?: number;
}

/**
 * The topology of any directed graph, cycles and self-connections included. In every one of its ℓ ticks all neurons move at once,
 * each on the voltages of the tick before: a way that never goes back carries an observation on by one layer a tick, and an
 * edge that closes a cycle brings what was there a tick ago.
 *
 * Order of neurons: bias, observations, layers as listed, outputs.
 *
 * @throws TypeError or RangeError naming the layer, block, edge or neuron at fault
 */
export function graphTopology(network: FreeGraph): Topology {
  const layers = placeLayers(network);
  const incoming = collectEdges(network, layers);
  const asTheyAre = { neuron: (neuron: number) => neuron, back: (neuron: number) => neuron };
  const [{ name, begin, end, activation }, ...reading] = layers;
  const inputs: Population = { name, kind: 'input', begin, end, activation, sources: new Int32Array(0) };
  const populations = [inputs, ...reading.map((layer, index) => createPopulation(layer, incoming[index + 1], layers, asTheyAre))];
  const moving = reading.map((_, index) => index + 1);
  const delay = checkInteger('network.delay', network.delay ?? longestWay(populations), { min: 1, max: 1024 });
  const outputs = populations[populations.length - 1];
  return {
    neurons: outputs.end,
    populations,
    ticks: Array.from({ length: delay }, () => moving),
    rowOffset: offsetsOf(populations),
    inputs,
    outputs,
    cyclic: true,
  };
}

/** Populations on the longest acyclic path from the inputs to the outputs; 1 if there is none. */
function longestWay(populations: readonly Population[]): number {
  const depth: number[] = [];
  populations.forEach(({ kind, sources }, index) => {
    const read = populations.slice(0, index).flatMap(({ begin, end }, earlier) => (readsAny(sources, begin, end) ? [depth[earlier]] : []));
    depth.push(kind === 'input' ? 0 : 1 + Math.max(0, ...read));
  });
  return Math.max(1, depth[depth.length - 1]);
}
