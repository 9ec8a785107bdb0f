import type { Block } from './edges.js';
import { parseInhibition } from './inhibition.js';
import type { LayerSettings, NeuralSettings } from './neuron-options.js';
import type { NetworkSettings } from './options.js';
import type { StepGraph, StepGraphLayer } from './step-graph.js';

/** The graph that a network's settings describe. @param seed of its random blocks */
export function graphOf(network: NeuralSettings, observations: number, outputs: number, seed: number): StepGraph {
  const { outputActivation, bias } = network;
  const common = { observations, outputs, outputActivation, bias, seed };
  if (network.layers !== null) return { ...common, layers: network.layers.map(withInhibition), blocks: network.blocks, edges: network.edges };
  const layers = network.hidden.map((size, index) => withInhibition({ ...network, name: `hidden${index + 1}`, size }));
  return { ...common, option: 'network.density', layers, blocks: [...chain(layers, network.density), ...again(layers, network)] };
}

function withInhibition({ inhibition, ...layer }: LayerSettings): StepGraphLayer {
  const { name, size, activation, recurrentTimeConstant, neuronModel, membraneTimeConstant, threshold, refractory } = layer;
  return { name, size, activation, recurrentTimeConstant, neuronModel, membraneTimeConstant, threshold, refractory, inhibition: parseInhibition('network.inhibition', inhibition) };
}

/** Each layer reads the one before it. */
function chain(layers: readonly StepGraphLayer[], density: number): Block[] {
  const names = ['input', ...layers.map(({ name }) => name), 'output'];
  return names.slice(1).map((to, index) => ({ from: names[index], to, density }));
}

/** The first hidden layer also reads a fraction of all of them. */
function again(layers: readonly StepGraphLayer[], { recurrent, density }: NeuralSettings): Block[] {
  return layers.flatMap(({ name, size }) => {
    const first = recurrentNeurons([size], { recurrent });
    return first === 0 ? [] : [{ from: name, to: layers[0].name, self: true, first, density }];
  });
}

/** Hidden neurons that are read again. */
export function recurrentNeurons(hidden: readonly number[], { recurrent }: Pick<NetworkSettings, 'recurrent'>): number {
  return hidden.reduce((sum, size) => sum + Math.round(recurrent * size), 0);
}

/** The difference of a network from plain layers, each read in full by the next; undefined if there is none. */
export function firstUnusual(network: NeuralSettings): { path: string; value: unknown } | undefined {
  if (network.layers !== null) return { path: 'network.layers', value: network.layers };
  if (network.density < 1) return { path: 'network.density', value: network.density };
  return firstDynamic(network);
}

function isPlainLayer({ neuronModel, inhibition }: Pick<LayerSettings, 'neuronModel' | 'inhibition'>): boolean {
  return neuronModel === 'static' && inhibition === 'none';
}

/** The first place at which a network has neurons that are more than σ(K v). */
export function firstDynamic(network: NeuralSettings): { path: string; value: string } | undefined {
  const places = network.layers?.map((layer, index) => ({ path: `network.layers[${index}]`, ...layer })) ?? [{ path: 'network', ...network }];
  const found = places.find((place) => !isPlainLayer(place));
  if (found === undefined) return undefined;
  return found.neuronModel === 'static' ? { path: `${found.path}.inhibition`, value: found.inhibition } : { path: `${found.path}.neuronModel`, value: found.neuronModel };
}
