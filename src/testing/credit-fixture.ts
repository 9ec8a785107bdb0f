import { creditShapes, createTrainedNetwork, networkShape, type TrainedNetwork } from '../credit/trained-network.js';
import type { CreditAssignment, CreditedNeurons, Locality } from '../credit/credit.js';
import { createKernels } from '../kernels/create.js';
import type { Kernels } from '../kernels/kernels.js';
import { createArena } from '../memory/arena.js';
import { parameterBlocks, parametersIn, type ParameterTable } from '../memory/parameters.js';
import { createWorkspace, workspaceBlock } from '../memory/workspace.js';
import { propagate } from '../network/dynamic.js';
import { layeredTopology, readOutRange, readOutsOf, type Topology } from '../network/topology.js';
import { errorsOfLayers } from '../objective/heads.js';
import { linearTdShape } from '../objective/linear-td.js';
import { CRITIC, type OutputError } from '../objective/objective.js';
import { createOptimiser } from '../optimise/registry.js';
import { createStream } from '../random/stream.js';

/** Transitions in a minibatch. */
export const SIZE = 8;
const LANES = { begin: 0, end: SIZE, size: SIZE };

/** A credit at work on a network of two hidden layers, all numbers drawn. */
export interface CreditFixture {
  readonly kernels: Kernels;
  readonly topology: Topology;
  readonly network: TrainedNetwork;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  readonly error: OutputError;
  /** Numbers from the fixture's stream, in the kernels' memory. */
  draw(length: number): Float32Array;
  /** What the hidden layers' neurons get, in calls of `together` neurons. */
  assign(together?: number): Float32Array[];
}

/** How the errors of the outputs come about; drawn unless given. */
export interface ErrorSource {
  /** Output neurons. */
  readonly outputs: number;
  evaluate(fixture: Omit<CreditFixture, 'error' | 'assign'>): OutputError;
}

const DRAWN: ErrorSource = {
  outputs: 2,
  evaluate({ topology, draw }) {
    const heads = readOutsOf(topology).length;
    return { outputs: draw(2 * heads * SIZE), signals: draw(3 * heads * SIZE) };
  },
};

export function createCreditFixture(credit: CreditAssignment, source = DRAWN): CreditFixture {
  const topology = layeredTopology({ observations: 3, hidden: [5, 4], outputs: source.outputs, bias: true, activation: 'tanh', outputActivation: 'linear', readOut: credit.outputs });
  const shapes = [networkShape('network', topology), ...Object.values(creditShapes('network', topology, credit))];
  const arena = createArena([workspaceBlock(1), ...parameterBlocks(shapes)]);
  const kernels = createKernels('simd', () => createWorkspace(arena, 0));
  const network = createTrainedNetwork(kernels, arena, 'network', topology, credit, SIZE);
  const stream = createStream(7, 'credit');
  const redraw = (numbers: Float32Array) => { numbers.forEach((_, i) => { numbers[i] = stream.gaussian(); }); };
  redraw(network.weights.values);
  credit.initialise?.(topology, network.credit, 3);
  const critic = parametersIn(kernels, linearTdShape(topology));
  redraw(critic.values);
  redraw(network.activations.voltages);
  network.activations.voltages.fill(1, 0, network.activations.lanes);
  propagate(kernels, topology, network.weights.values, network.activations, 0, SIZE);
  const draw = (length: number) => {
    const numbers = kernels.numbers(length);
    redraw(numbers);
    return numbers;
  };
  const tables = { ...network.credit, [CRITIC]: critic };
  const error = source.evaluate({ kernels, topology, network, tables, draw });
  return {
    kernels,
    topology,
    network,
    tables,
    error,
    draw,
    assign(together = Infinity) {
      const program = credit.create({ kernels, topology, batchSize: SIZE, peers: tables, weights: network.weights.values, optimiser: createOptimiser('sgd', kernels) });
      program.prepare?.(network.activations, error);
      return Array.from(errorsOfLayers(topology, error), ([{ begin, end }, own]) => {
        const all = new Float32Array((end - begin) * SIZE);
        for (let index = begin; index < end; index += together) {
          const count = Math.min(together, end - index);
          const found = kernels.numbers(count * SIZE);
          program.assign(neuronsOf(tables, index, count), own, found, LANES);
          all.set(found, (index - begin) * SIZE);
        }
        return all;
      });
    },
  };
}

function neuronsOf(tables: Readonly<Record<string, ParameterTable>>, index: number, count: number): CreditedNeurons {
  return { index, count, parameters: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table.of(index, count)])) };
}

/** Numbers that a credit may be forbidden to use. */
export type Part = 'outputs' | 'signals' | 'activations' | 'weights';

/** What a credit of each locality may use, besides what neurons keep for it. */
const USES: Readonly<Record<Locality, readonly Part[]>> = {
  reward: [],
  broadcast: ['signals'],
  outputs: ['outputs'],
  deltas: ['outputs', 'activations'], // a delta is the slope of a neuron's own voltage times its credit
  weights: ['outputs', 'signals', 'activations', 'weights'],
};

/** End of the neurons whose rows are beyond a locality: of all, unless outputs or heads hold the hidden neurons' own outgoing weights. */
export const foreignEnd = ({ outputs }: CreditAssignment, topology: Topology) => (outputs === undefined ? topology.neurons : readOutRange(topology).begin);

/** Makes parts NaN: of activations and weights, those that are not the neurons' own. */
export function poisonParts(credit: CreditAssignment, { network: { activations, weights, topology }, error }: CreditFixture, isPoisoned: (part: Part) => boolean): void {
  const end = foreignEnd(credit, topology);
  const parts: Record<Part, Float32Array> = {
    outputs: error.outputs, signals: error.signals, activations: activations.voltages.subarray(0, end * activations.lanes), weights: weights.values.subarray(0, topology.rowOffset[end]),
  };
  for (const part of ['outputs', 'signals', 'activations', 'weights'] as const) if (isPoisoned(part)) parts[part].fill(NaN);
}

/** Makes everything NaN that a credit of this locality must not use. */
export function poisonBeyond(credit: CreditAssignment, fixture: CreditFixture): void {
  poisonParts(credit, fixture, (part) => !USES[credit.locality].includes(part));
}

/** Makes everything NaN that neurons keep, but those of one. */
export function poisonPeers({ tables }: CreditFixture, neuron: number): void {
  for (const table of Object.values(tables)) {
    const own = [...table.of(neuron).values];
    table.values.fill(NaN);
    table.of(neuron).values.set(own);
  }
}
