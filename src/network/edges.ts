import { checkInteger, checkName, checkNumber, wrongValue } from '../check.js';
import { createStream, type Stream } from '../random/stream.js';
import type { ActivationName } from '../kernels/activation.js';
import { createEdgeList, rowsAreAlike, sparseRows, unionOf, type EdgeList } from './sparse-rows.js';
import { BIAS_NEURON, LARGEST_NETWORK, type Population } from './topology.js';

/** A layer of hidden neurons. A block to an earlier layer, or to its own, closes a cycle. */
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
  /** Fraction of the possible connections, each drawn independently; 1 unless given; > 0, at most 1. */
  readonly density?: number;
  /** Whether neurons of a lateral block read themselves; false unless given. */
  readonly self?: boolean;
  /** Only so many of the neurons of `from` are read, the first; all of them unless given. */
  readonly first?: number;
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
}

/** A layer with its place: neurons `begin` up to but not including `end`. */
export interface Layer extends GraphLayer {
  readonly kind: Population['kind'];
  readonly begin: number;
  readonly end: number;
}

/** What neurons of a layer read: stretches that all of them read, and single connections. */
interface Reads {
  readonly whole: { readonly begin: number; readonly end: number }[];
  readonly single: EdgeList;
}

/** Edges to a layer: from layers before it, and from itself and those after it. */
export interface Incoming {
  readonly forward: Reads;
  readonly back: Reads;
}

/** Numbers that neurons have in a topology, by those that layers give them. */
export interface Numbering {
  /** Of a neuron, as a reader and as it is read by later layers. */
  readonly neuron: (neuron: number) => number;
  /** Of a neuron that is read where the connection does not go forward. */
  readonly back: (neuron: number) => number;
}

/** Most characters in the name of a layer, which errors, pictures and weight files show. */
const LONGEST_NAME = 100;

/** @throws TypeError or RangeError naming the layer at fault */
export function placeLayers({ observations, layers, outputs, outputActivation }: GraphNetwork): Layer[] {
  const all = [
    { name: 'input', kind: 'input', size: observations + 1, activation: 'linear' },
    ...layers.map((layer) => ({ ...layer, kind: 'hidden' }) as const),
    { name: 'output', kind: 'output', size: outputs, activation: outputActivation },
  ] as const;
  let begin = 0;
  return all.map((layer, index) => {
    if (all.findIndex(({ name }) => name === layer.name) !== index) throw wrongValue('network.layers', 'each name once, and neither input nor output', layer.name);
    if (!layer.name.isWellFormed()) throw wrongValue('network.layers', 'names of whole Unicode characters', layer.name, ', with half of one');
    if (layer.name.length > LONGEST_NAME) throw wrongValue('network.layers', `names of at most ${LONGEST_NAME} characters`, layer.name);
    const size = checkInteger(`network.layers[${layer.name}].size`, layer.size, { min: 1, max: 2 ** 20 });
    begin += size;
    return { ...layer, begin: begin - size, end: begin };
  });
}

/** Edges to each layer. @throws TypeError or RangeError naming the block, edge or neuron at fault */
export function collectEdges({ bias, blocks = [], edges = [], seed }: GraphNetwork, layers: readonly Layer[]): Incoming[] {
  const names = layers.map(({ name }) => name);
  const into = layers.map((): Incoming => ({ forward: noReads(), back: noReads() }));
  const readsOf = (from: Layer, to: number) => (from.begin >= layers[to].begin ? into[to].back : into[to].forward);
  if (bias) for (const { forward } of into.slice(1)) forward.whole.push({ begin: BIAS_NEURON, end: BIAS_NEURON + 1 });
  blocks.forEach((block, index) => {
    const path = `network.blocks[${index}]`;
    const from = layers[names.indexOf(checkName(`${path}.from`, block.from, names))];
    const to = names.indexOf(checkName(`${path}.to`, block.to, names.slice(1)));
    drawBlock(path, block, from, layers[to], seed, readsOf(from, to));
  });
  edges.forEach(([from, to], index) => {
    const path = `network.edges[${index}]`;
    const [source, target] = [neuronNamed(path, from, layers), neuronNamed(path, to, layers)];
    if (target < layers[0].end) throw wrongValue(path, 'an edge to a hidden or output neuron: inputs read no neurons', `${from} -> ${to}`);
    readsOf(layerOf(layers, source), layers.indexOf(layerOf(layers, target))).single.add(source, target);
  });
  return into;
}

const noReads = (): Reads => ({ whole: [], single: createEdgeList() });

function layerOf(layers: readonly Layer[], neuron: number): Layer {
  return layers.find(({ end }) => neuron < end) ?? layers[0];
}

/** Adds a block's edges; those of a neuron to itself only with `self`. Writes: `reads`. */
function drawBlock(path: string, { density, self = false, first }: Block, from: Layer, to: Layer, seed: number, reads: Reads): void {
  const share = checkNumber(`${path}.density`, density ?? 1, { min: 0, above: true, max: 1 });
  const begin = firstOf(from);
  const width = checkInteger(`${path}.first`, first ?? from.end - begin, { min: 1, max: from.end - begin });
  const possible = (to.end - to.begin) * width;
  if (share * possible > LARGEST_NETWORK) throw wrongValue(path, `a block of at most ${LARGEST_NETWORK} connections`, share * possible);
  if (share === 1 && (self || from !== to)) {
    reads.whole.push({ begin, end: begin + width });
    return;
  }
  const gap = gaps(share, createStream(seed, `topology/${path}/${from.name}/${to.name}`));
  for (let place = gap(); place < possible; place += 1 + gap()) {
    const source = begin + (place % width);
    const target = to.begin + Math.floor(place / width);
    if (source !== target || self) reads.single.add(source, target);
  }
}

/** Number of possible connections to skip before the next one: geometric, one draw for a connection and none for a gap. */
function gaps(share: number, stream: Stream): () => number {
  if (share === 1) return () => 0;
  const scale = 1 / Math.log1p(-share);
  return () => Math.floor(Math.log1p(-stream.uniform()) * scale);
}

/** A neuron's name, as `neuronName` gives it. */
function nameIn(layers: readonly Layer[], neuron: number): string {
  if (neuron === BIAS_NEURON) return 'bias';
  const layer = layerOf(layers, neuron);
  return `${layer.name}[${neuron - firstOf(layer)}]`;
}

/** The layer's first neuron, the bias neuron not counted. */
function firstOf({ kind, begin }: Layer): number {
  return kind === 'input' ? BIAS_NEURON + 1 : begin;
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

/**
 * The population of a layer that reads others. Sources that all of its neurons read are stored once.
 *
 * @throws RangeError naming an edge that is there twice, or a neuron without sources: its voltage would never change
 */
export function createPopulation(layer: Layer, incoming: Incoming, layers: readonly Layer[], numbering: Numbering): Population {
  const { name, kind, activation } = layer;
  const [begin, end] = [numbering.neuron(layer.begin), numbering.neuron(layer.begin) + layer.end - layer.begin];
  const population = { name, kind, begin, end, activation };
  const nameOf = createNames(layers, numbering);
  const alike = incoming.forward.single.count + incoming.back.single.count === 0;
  const rows = sparseRows(listEdges(incoming, alike ? { begin: layer.begin, end: layer.begin + 1 } : layer, numbering), begin, alike ? begin + 1 : end, nameOf);
  for (let row = 1; row < rows.offset.length; row += 1) {
    if (rows.offset[row] === rows.offset[row - 1]) throw wrongValue('network', 'every neuron to read another', `${nameOf(begin + row - 1)}, which reads none`);
  }
  if (rowsAreAlike(rows)) return { ...population, sources: rows.sources.slice(0, rows.offset[1]) };
  return { ...population, sources: unionOf(rows), rows };
}

/** All edges that lead to neurons `begin` up to `end`, in a topology's numbers. */
function listEdges({ forward, back }: Incoming, { begin, end }: { readonly begin: number; readonly end: number }, numbering: Numbering): EdgeList {
  const edges = createEdgeList();
  const copy = ({ whole, single: { ends, count } }: Reads, numberOf: (neuron: number) => number) => {
    for (const stretch of whole) {
      for (let target = begin; target < end; target += 1) {
        for (let source = stretch.begin; source < stretch.end; source += 1) edges.add(numberOf(source), numbering.neuron(target));
      }
    }
    for (let i = 0; i < 2 * count; i += 2) edges.add(numberOf(ends[i]), numbering.neuron(ends[i + 1]));
  };
  copy(forward, numbering.neuron);
  copy(back, numbering.back);
  return edges;
}

/** Names by a topology's numbers, for messages, those of neurons that are read back too. */
function createNames(layers: readonly Layer[], { neuron, back }: Numbering): (number: number) => string {
  return (number) => {
    for (let each = 0; each < layers[layers.length - 1].end; each += 1) if (neuron(each) === number || back(each) === number) return nameIn(layers, each);
    return String(number);
  };
}
