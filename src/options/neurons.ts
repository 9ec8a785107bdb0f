import { checkInteger, checkKeys, checkName, checkNumber, checkObject, checkString, wrongKind, wrongValue, type NumberRange } from '../check.js';
import { ACTIVATION_NAMES } from '../kernels/activation.js';
import type { Block, GraphLayer } from '../network/edges.js';
import { parseInhibition } from '../network/inhibition.js';
import { DYNAMIC_NAMES, type DynamicName } from '../network/membrane.js';
import type { StepwiseGraph, StepwiseLayer } from '../network/stepwise.js';
import type { OptionReader } from './reader.js';
import { readNetwork, type NetworkSettings } from './sections.js';

/** What neurons of a hidden layer do with their weighted inputs. */
export interface NeuronSettings {
  readonly dynamic: DynamicName;
  /** τ of the slowest membrane, in environment steps; they are spread from 1 to it. 1 of discrete neurons, which have none. */
  readonly leak: number;
  /** θ of firing neurons, 1 of others; and ρ, the steps for which one that fired rests. */
  readonly threshold: number;
  readonly refractory: number;
  /** `none`, or as `parseInhibition` reads it. */
  readonly inhibition: string;
}

/** A hidden layer of a graph. */
export interface LayerSettings extends GraphLayer, NeuronSettings {
  /** τ of the slowest of its neurons that are read again, in environment steps. */
  readonly timeConstant: number;
}

/** A network of neuron-agents: layers that each read the one before, or any directed graph. */
export interface NeuralSettings extends NetworkSettings, NeuronSettings {
  /** Share of the connections between layers that are there. */
  readonly density: number;
  /** The hidden layers of a graph; null: those of `hidden`, each of which reads the one before. */
  readonly layers: readonly LayerSettings[] | null;
  /** Connections of a graph. */
  readonly blocks: readonly Block[];
  readonly edges: readonly (readonly [string, string])[];
}

export const NEURAL_KEYS = ['density', 'dynamic', 'leak', 'threshold', 'refractory', 'inhibition', 'layers', 'blocks', 'edges'] as const;

/**
 * @param fallback hidden layers where nothing is given
 * @param given what a user gave, without what task and rule ship with
 */
export function readNeuralNetwork(reader: OptionReader, fallback: readonly number[], given: OptionReader): NeuralSettings {
  const graph = reader.value('network.layers', null) !== null;
  const network = readNetwork(graph ? withoutLayers(reader, given) : reader, graph ? [] : fallback);
  const neurons = readNeurons('network', (key, otherwise) => reader.value(`network.${key}`, otherwise));
  const layers = graph ? readLayers(reader.value('network.layers', null), network, neurons) : null;
  const hidden = layers?.map(({ size }) => size) ?? network.hidden;
  checkSizes(given.value('network.hidden', hidden), hidden);
  if (hidden.length === 0) refuseNeurons(neurons);
  return {
    ...network,
    hidden,
    ...neurons,
    density: reader.number('network.density', 1, graph ? { min: 1, max: 1, hint: 'each block of a graph has its own' } : { min: 0, above: true, max: 1 }),
    layers,
    blocks: readList(reader, 'blocks', graph).map(readBlock),
    edges: readList(reader, 'edges', graph).map(readEdge),
  };
}

/** A graph says itself what is read again, and how slowly it fades; what a task ships with is not its. */
function withoutLayers(reader: OptionReader, given: OptionReader): OptionReader {
  const own = new Map<string, unknown>([['network.hidden', []], ['network.recurrent', 0], ['network.timeConstant', 1]]);
  for (const path of ['network.recurrent', 'network.timeConstant']) {
    const found = given.value(path, own.get(path));
    if (found !== own.get(path)) throw wrongValue(path, `${String(own.get(path))} beside network.layers, whose blocks say what is read again`, found);
  }
  const value = (path: string, fallback: unknown) => own.get(path) ?? reader.value(path, fallback);
  return { ...reader, value, number: (path, fallback, range) => checkNumber(path, value(path, fallback), range) };
}

function checkSizes(given: unknown, hidden: readonly number[]): void {
  if (JSON.stringify(given) !== JSON.stringify(hidden)) throw wrongValue('network.hidden', `nothing, or the sizes ${JSON.stringify(hidden)} of the graph's layers`, given);
}

/** @param value of a key, or what it is otherwise */
function readNeurons(path: string, value: (key: keyof NeuronSettings, otherwise: unknown) => unknown): NeuronSettings {
  const dynamic = checkName(`${path}.dynamic`, value('dynamic', 'discrete'), DYNAMIC_NAMES);
  const only = (is: boolean, range: NumberRange, otherwise: number, who: string): NumberRange => (is ? range : { min: otherwise, max: otherwise, hint: `only ${who} have one` });
  const number = (key: keyof NeuronSettings, otherwise: number, range: NumberRange) => checkNumber(`${path}.${key}`, value(key, otherwise), range);
  const inhibition = value('inhibition', 'none');
  parseInhibition(`${path}.inhibition`, inhibition);
  return {
    dynamic,
    leak: number('leak', dynamic === 'discrete' ? 1 : 4, only(dynamic !== 'discrete', { min: 1, max: 1e6 }, 1, 'leaky and firing neurons')),
    threshold: number('threshold', 1, only(dynamic === 'firing', { min: 0, above: true, max: 1e6 }, 1, 'firing neurons')),
    refractory: checkInteger(`${path}.refractory`, value('refractory', 0), only(dynamic === 'firing', { min: 0, max: 1000 }, 0, 'firing neurons')),
    inhibition: checkString(`${path}.inhibition`, inhibition),
  };
}

function refuseNeurons({ dynamic, inhibition }: NeuronSettings): void {
  if (dynamic !== 'discrete') throw wrongValue('network.dynamic', 'discrete; there are no hidden neurons', dynamic);
  if (inhibition !== 'none') throw wrongValue('network.inhibition', 'none; there are no hidden neurons', inhibition);
}

const LAYER_KEYS = ['name', 'size', 'activation', 'timeConstant', 'dynamic', 'leak', 'threshold', 'refractory', 'inhibition'] as const;

/** The layers of a graph. What one does not say of its neurons is as the network says it. */
function readLayers(value: unknown, { activation }: NetworkSettings, network: NeuronSettings): LayerSettings[] {
  if (!Array.isArray(value) || value.length === 0) throw wrongKind('network.layers', 'a list of layers, for example [{"name": "pool", "size": 32}], or null', value);
  return value.map((given: unknown, index) => {
    const path = `network.layers[${index}]`;
    const layer = checkObject(path, given);
    checkKeys(path, layer, LAYER_KEYS);
    const same = layer.dynamic === undefined || layer.dynamic === network.dynamic;
    return {
      name: checkString(`${path}.name`, layer.name),
      size: checkInteger(`${path}.size`, layer.size, { min: 1, max: 65_536 }),
      activation: checkName(`${path}.activation`, layer.activation ?? activation, ACTIVATION_NAMES),
      timeConstant: checkNumber(`${path}.timeConstant`, layer.timeConstant ?? 1, { min: 1, max: 1e6 }),
      ...readNeurons(path, (key, otherwise) => layer[key] ?? (same || key === 'inhibition' ? network[key] : otherwise)),
    };
  });
}

function readList(reader: OptionReader, key: 'blocks' | 'edges', graph: boolean): unknown[] {
  const value = reader.value(`network.${key}`, []);
  if (!Array.isArray(value)) throw wrongKind(`network.${key}`, 'a list', value);
  if (!graph && value.length > 0) throw wrongValue(`network.${key}`, 'nothing where network.layers are not given', value);
  return value;
}

/** What it joins is checked where it is drawn. */
function readBlock(given: unknown, index: number): Block {
  const path = `network.blocks[${index}]`;
  const { from, to, density, self, first, ...others } = checkObject(path, given);
  checkKeys(path, others, []);
  if (self !== undefined && typeof self !== 'boolean') throw wrongKind(`${path}.self`, 'true or false', self);
  return {
    from: checkString(`${path}.from`, from),
    to: checkString(`${path}.to`, to),
    ...(density !== undefined && { density: checkNumber(`${path}.density`, density, { min: 0, above: true, max: 1 }) }),
    ...(self !== undefined && { self }),
    ...(first !== undefined && { first: checkInteger(`${path}.first`, first, { min: 1 }) }),
  };
}

function readEdge(given: unknown, index: number): [string, string] {
  const path = `network.edges[${index}]`;
  if (!Array.isArray(given) || given.length !== 2) throw wrongKind(path, 'two names of neurons, for example ["pool[0]", "output[0]"]', given);
  return [checkString(path, given[0]), checkString(path, given[1])];
}

/** The graph that a network's settings describe. @param seed of its random blocks */
export function graphOf(network: NeuralSettings, observations: number, outputs: number, seed: number): StepwiseGraph {
  const { outputActivation, bias } = network;
  const common = { observations, outputs, outputActivation, bias, seed };
  if (network.layers !== null) return { ...common, layers: network.layers.map(withInhibition), blocks: network.blocks, edges: network.edges };
  const layers = network.hidden.map((size, index) => withInhibition({ ...network, name: `hidden${index + 1}`, size }));
  return { ...common, option: 'network.density', layers, blocks: [...chain(layers, network.density), ...again(layers, network)] };
}

function withInhibition({ inhibition, ...layer }: LayerSettings): StepwiseLayer {
  const { name, size, activation, timeConstant, dynamic, leak, threshold, refractory } = layer;
  return { name, size, activation, timeConstant, dynamic, leak, threshold, refractory, inhibition: parseInhibition('network.inhibition', inhibition) };
}

/** Each layer reads the one before it. */
function chain(layers: readonly StepwiseLayer[], density: number): Block[] {
  const names = ['input', ...layers.map(({ name }) => name), 'output'];
  return names.slice(1).map((to, index) => ({ from: names[index], to, density }));
}

/** The first hidden layer reads a share of all of them again. */
function again(layers: readonly StepwiseLayer[], { recurrent, density }: NeuralSettings): Block[] {
  return layers.flatMap(({ name, size }) => {
    const first = recurrentNeurons([size], { recurrent });
    return first === 0 ? [] : [{ from: name, to: layers[0].name, self: true, first, density }];
  });
}

/** Hidden neurons that are read again. */
export function recurrentNeurons(hidden: readonly number[], { recurrent }: Pick<NetworkSettings, 'recurrent'>): number {
  return hidden.reduce((sum, size) => sum + Math.round(recurrent * size), 0);
}

/** What sets a network apart from plain layers, each read in full by the next; undefined where nothing does. */
export function firstUnusual(network: NeuralSettings): { path: string; value: unknown } | undefined {
  if (network.layers !== null) return { path: 'network.layers', value: network.layers };
  if (network.density < 1) return { path: 'network.density', value: network.density };
  return firstDynamic(network);
}

function isPlainLayer({ dynamic, inhibition }: NeuronSettings): boolean {
  return dynamic === 'discrete' && inhibition === 'none';
}

/** The first place at which a network has neurons that are more than σ(K v). */
export function firstDynamic(network: NeuralSettings): { path: string; value: string } | undefined {
  const places = network.layers?.map((layer, index) => ({ path: `network.layers[${index}]`, ...layer })) ?? [{ path: 'network', ...network }];
  const found = places.find((place) => !isPlainLayer(place));
  if (found === undefined) return undefined;
  return found.dynamic === 'discrete' ? { path: `${found.path}.inhibition`, value: found.inhibition } : { path: `${found.path}.dynamic`, value: found.dynamic };
}
