import { wrongValue } from '../check.js';
import { InternalError } from '../errors.js';
import type { ActivationName } from '../kernels/activation.js';
import type { LocalInhibition } from './inhibition.js';
import type { Membrane } from './membrane.js';
import type { SparseRows } from './sparse-rows.js';

/** Neurons that share an activation and read the same sources: a layer, in a feed-forward network. */
export interface Population {
  readonly name: string;
  /** Heads are read-outs of one hidden layer each; outputs are then their mean, by weights that do not learn. */
  readonly kind: 'input' | 'hidden' | 'head' | 'output';
  /** Neurons `begin` up to but not including `end`. */
  readonly begin: number;
  readonly end: number;
  readonly activation: ActivationName;
  /** The neurons each of these reads, in the order of its weight row; empty for inputs. With `rows`, those that any of them reads. */
  readonly sources: Int32Array;
  /** Where they do not all read the same: the neurons that each reads. */
  readonly rows?: SparseRows;
  /** Their membranes, if they keep state from step to step. */
  readonly membrane?: Membrane;
  /** Where they inhibit one another. */
  readonly inhibition?: LocalInhibition;
}

/**
 * The directed graph of a network: which neurons each neuron reads, and in which ticks of the voltage dynamic a population has to be
 * computed. Plain data, so that it crosses threads.
 */
export interface Topology {
  readonly neurons: number;
  readonly populations: readonly Population[];
  /** Populations computed in each tick, by index. Its length is the evaluation delay ℓ. */
  readonly ticks: readonly (readonly number[])[];
  /** Neuron n's weights lie at `rowOffset[n]` up to `rowOffset[n + 1]`; [neurons + 1]. */
  readonly rowOffset: Int32Array;
  readonly inputs: Population;
  readonly outputs: Population;
  /** True if the graph may have cycles: then all voltages change at once in every tick, and are kept from step to step. */
  readonly cyclic?: true;
}

/** Neuron 0 of every network has the constant voltage 1: a weight from it is a bias. */
export const BIAS_NEURON = 0;

export interface LayeredNetwork {
  readonly observations: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly bias: boolean;
  readonly activation: ActivationName;
  readonly outputActivation: ActivationName;
  /** `skip`: the outputs read all hidden layers, not only the last. `heads`: each of several hidden layers has a head, and the outputs are the mean of the heads. */
  readonly readOut?: 'skip' | 'heads' | undefined;
  /** Put before the names of its populations where a run has several networks, for example `critic.`. */
  readonly prefix?: string;
}

/**
 * The feed-forward case: the block lower-triangular K in which each layer reads the one before it and, with `bias`, the
 * bias neuron. Order of neurons: bias, observations, hidden layers, heads, outputs.
 */
export function layeredTopology(network: LayeredNetwork): Topology {
  const { prefix = '', hidden, bias, activation } = network;
  const inputs: Population = {
    name: `${prefix}input`,
    kind: 'input',
    begin: 0,
    end: 1 + network.observations,
    activation: 'linear',
    sources: new Int32Array(0),
  };
  const populations = [inputs];
  hidden.forEach((size, layer) => {
    const previous = populations[layer];
    populations.push({ name: `${prefix}hidden${layer + 1}`, kind: 'hidden', begin: previous.end, end: previous.end + size, activation, sources: layerSources(previous, bias) });
  });
  return connect(withReadOuts(populations, network));
}

/** The populations, inputs and hidden layers, and then heads, if any, and outputs, as `layeredTopology` has them. */
export function withReadOuts(populations: readonly Population[], { prefix = '', outputs, bias, outputActivation, readOut }: Pick<LayeredNetwork, 'prefix' | 'outputs' | 'bias' | 'outputActivation' | 'readOut'>): Population[] {
  const [inputs, ...layers] = populations;
  const last = populations[populations.length - 1];
  const population = (name: string, place: number, own: Pick<Population, 'kind' | 'activation' | 'sources'>): Population => {
    const begin = last.end + place * outputs;
    return { name: prefix + name, begin, end: begin + outputs, ...own };
  };
  if (readOut !== 'heads' || layers.length < 2) {
    const read = readOut === 'skip' && layers.length > 0 ? { ...last, begin: inputs.end } : last;
    return [...populations, population('output', 0, { kind: 'output', activation: outputActivation, sources: layerSources(read, bias) })];
  }
  const heads = layers.map((layer, index) => population(`head${index + 1}`, index, { kind: 'head', activation: outputActivation, sources: layerSources(layer, bias) }));
  const all = { kind: 'head', begin: last.end, end: last.end + heads.length * outputs } as const;
  return [...populations, ...heads, population('output', heads.length, { kind: 'output', activation: 'linear', sources: layerSources(all, false) })];
}

function layerSources(previous: Pick<Population, 'kind' | 'begin' | 'end'>, bias: boolean): Int32Array {
  const first = previous.kind === 'input' ? BIAS_NEURON + 1 : previous.begin;
  const sources = bias ? [BIAS_NEURON] : [];
  for (let neuron = first; neuron < previous.end; neuron += 1) sources.push(neuron);
  return Int32Array.from(sources);
}

/** The populations in which an objective finds its errors, each with as many neurons as there are outputs: the heads, or the outputs where there are none. */
export function readOutsOf({ populations, outputs }: Pick<Topology, 'populations' | 'outputs'>): readonly Population[] {
  const heads = populations.filter(({ kind }) => kind === 'head');
  return heads.length === 0 ? [outputs] : heads;
}

/** All neurons of the read-outs, which lie side by side: those of the first one, and so on. */
export function readOutRange(topology: Pick<Topology, 'populations' | 'outputs'>): { readonly begin: number; readonly end: number } {
  const readOuts = readOutsOf(topology);
  return { begin: readOuts[0].begin, end: readOuts[readOuts.length - 1].end };
}

/** True of a population whose weights stay as they were initialised: outputs that are the mean of heads. */
export const isFixed = ({ kind }: Population, { populations }: Pick<Topology, 'populations'>): boolean => kind === 'output' && populations.some((other) => other.kind === 'head');

/** More weights than this, with moments and activations, do not fit the 4 GiB of an arena. */
export const LARGEST_NETWORK = 2 ** 28;

/**
 * Completes a list of populations to a topology: row offsets and the ticks that each population needs. Any acyclic graph
 * will do, with connections that skip layers too.
 *
 * @param populations inputs first, outputs last, each reading only those before it, and their neurons numbered in this order
 * @throws InternalError naming a population that reads one that comes after it
 */
export function connect(populations: readonly Population[]): Topology {
  const inputs = populations.find(({ kind }) => kind === 'input');
  const outputs = populations.find(({ kind }) => kind === 'output');
  if (inputs === undefined || outputs === undefined) throw new InternalError('a network needs inputs and outputs');
  const neurons = Math.max(...populations.map(({ end }) => end));
  return { neurons, populations, ticks: scheduleTicks(populations), rowOffset: offsetsOf(populations), inputs, outputs };
}

/** Where each neuron's row of weights begins; [neurons + 1]. @throws RangeError where there are too many weights */
export function offsetsOf(populations: readonly Population[]): Int32Array {
  const offset = new Int32Array(1 + Math.max(...populations.map(({ end }) => end)));
  let weights = 0;
  for (const { begin, end, sources, rows } of populations) {
    for (let row = 0; row < end - begin; row += 1) {
      weights += rows === undefined ? sources.length : rows.offset[row + 1] - rows.offset[row];
      if (weights > LARGEST_NETWORK) throw wrongValue('network', `a network of at most ${LARGEST_NETWORK} weights`, weights);
      offset[begin + row + 1] = weights;
    }
  }
  return offset;
}

/**
 * With the inputs held, a neuron of an acyclic graph reaches its final voltage at the tick of its longest path from
 * them, and every earlier or later tick would leave it unread or unchanged: so each population is computed once.
 */
function scheduleTicks(populations: readonly Population[]): number[][] {
  const depth = new Map<Population, number>();
  const ticks: number[][] = [];
  populations.forEach((population, index) => {
    let deepest = -1;
    for (const source of population.sources) {
      const reads = populations.find(({ begin, end }) => source >= begin && source < end);
      const at = reads === undefined ? undefined : depth.get(reads);
      if (at === undefined) throw new InternalError(`${population.name} reads the later neuron ${source}`);
      deepest = Math.max(deepest, at);
    }
    depth.set(population, deepest + 1);
    if (population.kind !== 'input') (ticks[deepest] ??= []).push(index);
  });
  return ticks;
}

/** How many weights each neuron has; [neurons]. */
export function rowLengths({ neurons, rowOffset }: Pick<Topology, 'neurons' | 'rowOffset'>): number[] {
  return Array.from({ length: neurons }, (_, neuron) => rowOffset[neuron + 1] - rowOffset[neuron]);
}

/** A neuron's name in messages and files: `hidden1[3]`. */
export function neuronName(topology: Topology, neuron: number): string {
  if (neuron === BIAS_NEURON) return 'bias';
  const population = populationOf(topology, neuron);
  const first = population.kind === 'input' ? BIAS_NEURON + 1 : population.begin;
  return `${population.name}[${neuron - first}]`;
}

/** The neurons that one neuron reads, in the order of its weight row. */
export function sourcesOf({ begin, sources, rows }: Population, neuron: number): Int32Array {
  return rows === undefined ? sources : rows.sources.subarray(rows.offset[neuron - begin], rows.offset[neuron - begin + 1]);
}

/** All lists of sources: one for neurons that read the same. */
export function sourceLists({ populations }: Pick<Topology, 'populations'>): Int32Array[] {
  return populations.flatMap((population) => {
    const { begin, end, sources, rows } = population;
    return rows === undefined ? [sources] : Array.from({ length: end - begin }, (_, row) => sourcesOf(population, begin + row));
  });
}

/** Whether any of the neurons `begin` up to `end` is among those that are read. */
export function readsAny(sources: Int32Array, begin: number, end: number): boolean {
  return sources.some((source) => source >= begin && source < end);
}

/** The population a neuron belongs to. */
export function populationOf(topology: Topology, neuron: number): Population {
  const population = topology.populations.find(({ begin, end }) => neuron >= begin && neuron < end);
  if (population === undefined) throw new InternalError(`there is no neuron ${neuron}`);
  return population;
}
