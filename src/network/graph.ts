import { checkInteger, checkName, checkNumber, wrongValue } from '../check.js';
import { createStream, type Stream } from '../random/stream.js';
import type { ActivationName } from '../kernels/activation.js';
import { createEdgeList, rowsAreAlike, sparseRows, unionOf, type EdgeList } from './sparse-rows.js';
import { BIAS_NEURON, LARGEST_NETWORK, type Population, type Topology } from './topology.js';

/** A layer of hidden neurons. Order matters to the evaluation delay alone: a block to an earlier layer, or to its own, closes a cycle. */
export interface GraphLayer {
  readonly name: string;
  readonly size: number;
  readonly activation: ActivationName;
}

/**
 * Connections from all neurons of one layer to all of another: forward where it comes later, lateral where it is the same,
 * feedback where it comes earlier.
 */
export interface Block {
  readonly from: string;
  readonly to: string;
  /** Share of the possible connections that are there, each drawn by itself; 1 unless given; > 0, at most 1. */
  readonly density?: number;
  /** Whether a lateral block has neurons read themselves; false unless given. */
  readonly self?: boolean;
}

/** Any directed graph of neurons. The layers `input` and `output` are there without being listed. */
export interface GraphNetwork {
  readonly observations: number;
  readonly layers: readonly GraphLayer[];
  readonly outputs: number;
  readonly outputActivation: ActivationName;
  /** True where every hidden and output neuron reads the bias neuron. */
  readonly bias: boolean;
  readonly blocks?: readonly Block[];
  /** Single connections by the names of the neurons they join: `['hidden[0]', 'hidden[0]']`, from the read to the reader. */
  readonly edges?: readonly (readonly [source: string, target: string])[];
  /** Of the random blocks. */
  readonly seed: number;
  /** ℓ, ticks from an observation to its action; unless given, the longest way from an input to an output that never goes back. */
  readonly delay?: number;
}

interface Layer extends GraphLayer {
  readonly kind: Population['kind'];
  readonly begin: number;
  readonly end: number;
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
export function graphTopology(network: GraphNetwork): Topology {
  const layers = placeLayers(network);
  const edges = collectEdges(network, layers);
  const populations = layers.map((layer, index) => createPopulation(layer, edges[index], layers));
  const neurons = layers[layers.length - 1].end;
  checkReached(populations, layers);
  const moving = populations.flatMap(({ kind }, index) => (kind === 'input' ? [] : [index]));
  const delay = checkInteger('network.delay', network.delay ?? longestWay(populations), { min: 1, max: 1024 });
  return {
    neurons,
    populations,
    ticks: Array.from({ length: delay }, () => moving),
    rowOffset: offsetsOf(populations, neurons),
    inputs: populations[0],
    outputs: populations[populations.length - 1],
    cyclic: true,
  };
}

/** A neuron's name, as `neuronName` gives it. */
function nameIn(layers: readonly Layer[], neuron: number): string {
  if (neuron === BIAS_NEURON) return 'bias';
  const layer = layers.find(({ end }) => neuron < end) ?? layers[0];
  return `${layer.name}[${neuron - firstOf(layer)}]`;
}

/** The layer's first neuron, the bias neuron not counted. */
function firstOf({ kind, begin }: Layer): number {
  return kind === 'input' ? BIAS_NEURON + 1 : begin;
}

function placeLayers({ observations, layers, outputs, outputActivation }: GraphNetwork): Layer[] {
  const all = [
    { name: 'input', kind: 'input', size: observations + 1, activation: 'linear' },
    ...layers.map((layer) => ({ ...layer, kind: 'hidden' }) as const),
    { name: 'output', kind: 'output', size: outputs, activation: outputActivation },
  ] as const;
  let begin = 0;
  return all.map((layer, index) => {
    if (all.findIndex(({ name }) => name === layer.name) !== index) throw wrongValue('network.layers', 'each name once, and neither input nor output', layer.name);
    const size = checkInteger(`network.layers[${layer.name}].size`, layer.size, { min: 1, max: 2 ** 20 });
    begin += size;
    return { ...layer, begin: begin - size, end: begin };
  });
}

/** The edges that lead to each layer. */
function collectEdges({ bias, blocks = [], edges = [], seed }: GraphNetwork, layers: readonly Layer[]): EdgeList[] {
  const names = layers.map(({ name }) => name);
  const into = layers.map(() => createEdgeList());
  layers.slice(1).forEach(({ begin, end }, index) => {
    for (let target = begin; bias && target < end; target += 1) into[index + 1].add(BIAS_NEURON, target);
  });
  blocks.forEach((block, index) => {
    const path = `network.blocks[${index}]`;
    const from = layers[names.indexOf(checkName(`${path}.from`, block.from, names))];
    const to = names.indexOf(checkName(`${path}.to`, block.to, names.slice(1)));
    drawBlock(path, block, from, layers[to], seed, into[to]);
  });
  edges.forEach(([from, to], index) => {
    const path = `network.edges[${index}]`;
    const [source, target] = [neuronNamed(path, from, layers), neuronNamed(path, to, layers)];
    if (target < layers[0].end) throw wrongValue(path, 'an edge to a hidden or output neuron, for inputs read nobody', `${from} -> ${to}`);
    into[layers.findIndex(({ end }) => target < end)].add(source, target);
  });
  return into;
}

/** Adds a block's edges, whether or not they join a neuron to itself, and then leaves those out. Writes: `edges`. */
function drawBlock(path: string, { density, self = false }: Block, from: Layer, to: Layer, seed: number, edges: EdgeList): void {
  const share = checkNumber(`${path}.density`, density ?? 1, { min: 0, above: true, max: 1 });
  const width = from.end - firstOf(from);
  const possible = (to.end - to.begin) * width;
  if (share * possible > LARGEST_NETWORK) throw wrongValue(path, `a block of at most ${LARGEST_NETWORK} connections`, share * possible);
  const gap = gaps(share, createStream(seed, `topology/${path}/${from.name}/${to.name}`));
  for (let place = gap(); place < possible; place += 1 + gap()) {
    const source = firstOf(from) + (place % width);
    const target = to.begin + Math.floor(place / width);
    if (source !== target || self) edges.add(source, target);
  }
}

/** How many possible connections to pass over before the next that is there: geometric, one draw for a connection and none for a gap. */
function gaps(share: number, stream: Stream): () => number {
  if (share === 1) return () => 0;
  const scale = 1 / Math.log1p(-share);
  return () => Math.floor(Math.log1p(-stream.uniform()) * scale);
}

/** The neuron of a name such as `hidden[3]` or `bias`. */
function neuronNamed(path: string, name: string, layers: readonly Layer[]): number {
  if (name === 'bias') return BIAS_NEURON;
  const [, layerName, place] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  const layer = layers.find((candidate) => candidate.name === layerName);
  const neuron = layer === undefined ? NaN : firstOf(layer) + Number(place);
  if (layer === undefined || neuron >= layer.end) throw wrongValue(path, `names of neurons such as ${layers[0].name}[0]`, name);
  return neuron;
}

function createPopulation({ name, kind, begin, end, activation }: Layer, edges: EdgeList, layers: readonly Layer[]): Population {
  const population = { name, kind, begin, end, activation };
  if (kind === 'input') return { ...population, sources: new Int32Array(0) };
  const rows = sparseRows(edges, begin, end, (neuron) => nameIn(layers, neuron));
  if (rowsAreAlike(rows)) return { ...population, sources: rows.sources.slice(0, rows.offset[1]) };
  return { ...population, sources: unionOf(rows), rows };
}

/** @throws RangeError naming a neuron that reads nobody: its voltage would never move */
function checkReached(populations: readonly Population[], layers: readonly Layer[]): void {
  for (const { kind, begin, end, sources, rows } of populations) {
    if (kind === 'input') continue;
    for (let row = 0; row < end - begin; row += 1) {
      const length = rows === undefined ? sources.length : rows.offset[row + 1] - rows.offset[row];
      if (length === 0) throw wrongValue('network', 'every neuron to read another', `${nameIn(layers, begin + row)}, which reads none`);
    }
  }
}

function offsetsOf(populations: readonly Population[], neurons: number): Int32Array {
  const offset = new Int32Array(neurons + 1);
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

/** Populations on the longest way from the inputs to the outputs that never goes back; 1 where there is none. */
function longestWay(populations: readonly Population[]): number {
  const depth: number[] = [];
  populations.forEach(({ kind, sources }, index) => {
    const read = populations.slice(0, index).flatMap(({ begin, end }, earlier) => (reads(sources, begin, end) ? [depth[earlier]] : []));
    depth.push(kind === 'input' ? 0 : 1 + Math.max(0, ...read));
  });
  return Math.max(1, depth[depth.length - 1]);
}

function reads(sources: Int32Array, begin: number, end: number): boolean {
  return sources.some((source) => source >= begin && source < end);
}
