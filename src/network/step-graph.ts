import { collectEdges, createPopulation, placeLayers, type GraphLayer, type GraphNetwork, type Incoming, type Layer } from './edges.js';
import type { LocalInhibition } from './inhibition.js';
import { checkJoined } from './joined.js';
import { keptBy, type NeuronModelName, type Membrane } from './membrane.js';
import type { Keeping, RecurrentInputs } from './recurrent-inputs.js';
import { connect, type Population, type Topology } from './topology.js';

/** A layer of hidden neurons in a run. */
export interface StepGraphLayer extends GraphLayer {
  /** τ of the slowest of its neurons that are read again, in environment steps; they are spread from 1 to it in equal ratios. */
  readonly recurrentTimeConstant: number;
  readonly neuronModel: NeuronModelName;
  /** τ of the slowest of its neurons' membranes, in environment steps; they are spread from 1 to it in equal ratios. */
  readonly membraneTimeConstant: number;
  /** θ of firing neurons, and ρ, in environment steps. */
  readonly threshold: number;
  readonly refractory: number;
  readonly inhibition?: LocalInhibition | undefined;
}

/** A graph of neurons that is updated once an environment step. */
export interface StepGraph extends GraphNetwork {
  /** The option that errors about the graph as a whole name; `network` unless given. */
  readonly option?: string;
  readonly layers: readonly StepGraphLayer[];
}

/** A network as a run has it. */
export interface StepNetwork {
  readonly topology: Topology;
  readonly context: RecurrentInputs;
}

/**
 * The topology of any directed graph, as a run updates it: in an environment step layer after layer, each on the voltages of this step of the
 * layers before it. A connection to an earlier or the same layer takes an environment step: it reads a
 * further input neuron that keeps the voltage, leaky if the layer's time constant is above 1 (`withRecurrentInputs`).
 *
 * So nothing is unrolled: within a step the graph has no cycles, every rule learns its weights as those of a
 * feed-forward network, and its recurrent inputs are stored with the observation.
 *
 * Order of neurons: bias, observations, recurrent inputs, layers as listed, outputs.
 *
 * @throws TypeError or RangeError naming the layer, block, edge or neuron at fault
 */
export function compileStepGraph(network: StepGraph): StepNetwork {
  const layers = placeLayers(network);
  const incoming = collectEdges(network, layers);
  checkJoined(network.option ?? 'network', layers, incoming);
  const readAgain = readBack(incoming);
  const begin = layers[0].end;
  const membranes = placeMembranes(network.layers, begin + readAgain.length);
  const carried = readAgain.length + membranes.reduce((sum, membrane) => sum + (membrane === undefined ? 0 : membrane.factors.length * keptBy(membrane)), 0);
  const place = new Map(readAgain.map((neuron, i) => [neuron, begin + i]));
  const numbering = {
    neuron: (neuron: number) => (neuron < begin ? neuron : neuron + carried),
    back: (neuron: number) => place.get(neuron) ?? -1,
  };
  const inputs: Population = { name: layers[0].name, kind: 'input', begin: 0, end: begin + carried, activation: 'linear', sources: new Int32Array(0) };
  const reading = layers.slice(1).map((layer, index): Population => {
    const [membrane, inhibition] = [membranes.at(index), network.layers.at(index)?.inhibition];
    return { ...createPopulation(layer, incoming[index + 1], layers, numbering), ...(membrane && { membrane }), ...(inhibition && { inhibition }) };
  });
  return {
    topology: connect([inputs, ...reading]),
    context: {
      begin,
      sources: Int32Array.from(readAgain, numbering.neuron),
      shares: Float64Array.from(constantsOf(network, layers, readAgain), (constant) => 1 / constant),
      membranes: reading.filter(keeps),
      size: carried,
    },
  };
}

function keeps(population: Population): population is Keeping {
  return population.membrane !== undefined;
}

/** τ of the neurons that are read back. Outputs are not leaky. */
function constantsOf({ layers: hidden }: StepGraph, layers: readonly Layer[], readAgain: readonly number[]): number[] {
  return layers.flatMap(({ kind, begin, end }, index) => {
    const { length } = readAgain.filter((neuron) => neuron >= begin && neuron < end);
    return spread(kind === 'hidden' ? hidden[index - 1].recurrentTimeConstant : 1, length);
  });
}

/** Time constants from 1 to the slowest in equal ratios. */
function spread(slowest: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => slowest ** (count === 1 ? 1 : i / (count - 1)));
}

/** @param first input neuron that keeps anything */
function placeMembranes(layers: readonly StepGraphLayer[], first: number): (Membrane | undefined)[] {
  let kept = first;
  return layers.map(({ size, neuronModel, membraneTimeConstant, threshold, refractory }) => {
    if (neuronModel === 'static') return undefined;
    const constants = spread(membraneTimeConstant, size);
    const membrane: Membrane = neuronModel === 'leaky'
      ? { kind: 'leaky', kept, factors: Float64Array.from(constants, (constant) => 1 / constant) }
      : { kind: 'spiking', kept, factors: Float64Array.from(constants, (constant) => Math.exp(-1 / constant)), threshold, refractory };
    kept += size * keptBy(membrane);
    return membrane;
  });
}

/** The neurons that are read back, ascending. */
function readBack(incoming: readonly Incoming[]): number[] {
  const readAgain = new Set<number>();
  for (const { back: { whole, single: { ends } } } of incoming) {
    for (const { begin, end } of whole) for (let neuron = begin; neuron < end; neuron += 1) readAgain.add(neuron);
    for (let i = 0; i < ends.length; i += 2) readAgain.add(ends[i]);
  }
  return [...readAgain].sort((a, b) => a - b);
}
