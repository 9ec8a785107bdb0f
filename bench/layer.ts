import type { KernelName } from '../src/entries/internals.js';
import { createKernels } from '../src/kernels/create.js';
import { attachArena, type ArenaHandle } from '../src/memory/arena.js';
import type { BlockRequest } from '../src/memory/layout.js';
import { attachParameter, longestGroup, parameterBlocks, type ParameterShape } from '../src/memory/parameters.js';
import { createWorkspace, workspaceBlock } from '../src/memory/workspace.js';
import { tick } from '../src/network/dynamic.js';
import { divideNeurons } from '../src/network/ownership.js';
import { layeredTopology, rowLengths, type Topology } from '../src/network/topology.js';
import { createNeuronBlocks, learnAll } from '../src/rule/neuron-blocks.js';
import { createOptimiser } from '../src/optimise/registry.js';
import { RULES } from '../src/rule/registry.js';
import type { Batch } from '../src/objective/batch.js';

/** One layer of neurons between inputs and an output that is left alone. */
export interface LayerTask {
  readonly rows: number;
  readonly inputs: number;
  readonly batch: number;
  readonly partitions: number;
  readonly kernels: KernelName;
}

/** What partitions of a layer share. */
export const BARRIER = 'barrier';

const RULE = RULES.broadcast;
const HIDDEN = 1;

/** So small that nothing diverges in any number of updates; 0 would leave steps out. */
const RATE = 1e-7;

function topologyOf({ rows, inputs }: LayerTask): Topology {
  return layeredTopology({ observations: inputs - 1, hidden: [rows], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' });
}

function shapesOf(topology: Topology): ParameterShape[] {
  return [{ name: 'weights', lengths: rowLengths(topology), target: false, published: false, learned: true }, ...RULE.parameters(topology)];
}

export function layerBlocks(task: LayerTask): BlockRequest[] {
  const topology = topologyOf(task);
  const shape = [topology.neurons, 2 * task.batch];
  const owner = 'each partition its own neurons';
  return [
    workspaceBlock(task.partitions),
    { name: BARRIER, type: 'int32', shape: [1], owner: 'all partitions' },
    { name: 'board', type: 'float32', shape, owner },
    { name: 'weighted', type: 'float32', shape, owner },
    ...parameterBlocks(shapesOf(topology)),
  ];
}

/** One partition of a layer. */
export interface LayerPartition {
  /** Voltages of its rows on states and successors. */
  forward(): void;
  /** What is broadcast, the rows' credit, gradient and step, and those of their critic parts with their targets. */
  learn(): void;
}

/** The whole update of the layer's rows under the default rule. All partitions work on one board. */
export function createLayerPartition(task: LayerTask, handle: ArenaHandle, partition: number): LayerPartition {
  const { batch: size } = task;
  const topology = topologyOf(task);
  const arena = attachArena(handle);
  const shapes = shapesOf(topology);
  const kernels = createKernels(task.kernels, () => createWorkspace(arena, partition));
  const tables = Object.fromEntries(shapes.map((shape) => [shape.name, attachParameter(arena, shape)]));
  const own = divideNeurons(topology, task.partitions)[partition][HIDDEN];
  const activations = { lanes: 2 * size, voltages: arena.float32('board'), weightedInputs: arena.float32('weighted') };
  const numbers = (length: number) => kernels.numbers(length).fill(0.1);
  const batch: Batch = { size, activations, reward: numbers(size), discounts: numbers(size), sampled: numbers(size), firstStochastic: topology.outputs.begin, episodeStart: false };
  const program = RULE.create({
    kernels, topology, peers: tables, weights: tables.weights.values, batchSize: size, longest: longestGroup(shapes, [own]), discount: 0.9, traceDecay: 0,
    rates: { criticRate: RATE, outputRate: RATE, hiddenRate: RATE, targetRate: 0.005 }, optimiser: createOptimiser('adam', kernels), exploration: { output: 0.1, hidden: 0.1 },
  });
  const groups = createNeuronBlocks(topology, own, tables.weights.of, tables, RULE.batching);
  let updates = 0;
  return {
    forward() {
      tick(kernels, topology, topology.populations[HIDDEN], tables.weights.values, activations, { ...own, laneBegin: 0, laneEnd: activations.lanes });
    },
    learn() {
      program.broadcast?.(batch);
      learnAll(program, groups, batch, (updates += 1));
    },
  };
}

/** Values that no kernel has an easy time with. To be called once, before partitions are made. */
export function fillLayer(task: LayerTask, handle: ArenaHandle): void {
  const arena = attachArena(handle);
  const { inputs: { end } } = topologyOf(task);
  arena.float32('board').subarray(0, end * 2 * task.batch).forEach((_, i, voltages) => { voltages[i] = Math.sin(i); });
  arena.float32('weights').forEach((_, i, weights) => { weights[i] = Math.sin(1 + i) / Math.sqrt(task.inputs); });
}
