import assert from 'node:assert/strict';

import { createCreditPass } from '../credit/credit-pass.js';
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
import { contractCheck, type ContractCheck } from './check.js';

const SIZE = 8;
const LANES = { begin: 0, end: SIZE, size: SIZE };

/** A credit at work on a network of two hidden layers and two outputs, all numbers drawn. */
interface Fixture {
  readonly kernels: Kernels;
  readonly topology: Topology;
  readonly network: TrainedNetwork;
  readonly tables: Readonly<Record<string, ParameterTable>>;
  readonly error: OutputError;
  /** What the hidden layers' neurons get, in calls of `together` neurons. */
  assign(together?: number): Float32Array[];
}

function createFixture(credit: CreditAssignment): Fixture {
  const topology = layeredTopology({ observations: 3, hidden: [5, 4], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'linear', readOut: credit.outputs });
  const shapes = [networkShape('network', topology), ...Object.values(creditShapes('network', topology, credit))];
  const arena = createArena([workspaceBlock(1), ...parameterBlocks(shapes)]);
  const kernels = createKernels('simd', () => createWorkspace(arena, 0));
  const network = createTrainedNetwork(kernels, arena, 'network', topology, credit, SIZE);
  const stream = createStream(7, 'credit');
  const draw = (numbers: Float32Array) => numbers.map(() => stream.gaussian());
  network.weights.values.set(draw(network.weights.values));
  credit.initialise?.(topology, network.credit, 3);
  const critic = parametersIn(kernels, linearTdShape(topology));
  critic.values.set(draw(critic.values));
  network.activations.voltages.set(draw(network.activations.voltages));
  network.activations.voltages.fill(1, 0, network.activations.lanes);
  propagate(kernels, topology, network.weights.values, network.activations, 0, SIZE);
  const numbers = (rows: number) => {
    const drawn = kernels.numbers(rows * SIZE);
    drawn.set(draw(drawn));
    return drawn;
  };
  const heads = readOutsOf(topology).length;
  const error = { outputs: numbers(2 * heads), signals: numbers(3 * heads) };
  const tables = { ...network.credit, [CRITIC]: critic };
  return {
    kernels,
    topology,
    network,
    tables,
    error,
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

/** What a credit of each locality may use, besides what neurons keep for it. */
const USES: Readonly<Record<Locality, readonly ('outputs' | 'signals' | 'activations' | 'weights')[]>> = {
  reward: [],
  broadcast: ['signals'],
  outputs: ['outputs'],
  deltas: ['outputs', 'activations'], // a delta is the slope of a neuron's own voltage times its credit
  weights: ['outputs', 'signals', 'activations', 'weights'],
};

/** Neurons whose rows are beyond a locality: all, but outputs or heads that a credit has the hidden neurons' own outgoing weights in. */
const foreign = ({ outputs }: CreditAssignment, topology: Topology) => (outputs === undefined ? topology.neurons : readOutRange(topology).begin);

/** Makes everything NaN that a credit of this locality must not use. */
function poison(credit: CreditAssignment, { network: { activations, weights, topology }, error }: Fixture): void {
  const end = foreign(credit, topology);
  const parts = {
    outputs: error.outputs, signals: error.signals, activations: activations.voltages.subarray(0, end * activations.lanes), weights: weights.values.subarray(0, topology.rowOffset[end]),
  };
  for (const [part, numbers] of Object.entries(parts)) if (!USES[credit.locality].some((used) => used === part)) numbers.fill(NaN);
}

/** What every credit assignment has to be, a user's own too. */
export function creditContract(credit: CreditAssignment): ContractCheck[] {
  const { name, locality } = credit;
  const checks: ContractCheck[] = [];
  const check = (fact: string, body: () => void): void => { checks.push(contractCheck(`${name} ${fact}`, body)); };

  check(`uses nothing that is beyond ${locality}`, () => {
    const before = createFixture(credit).assign();
    const fixture = createFixture(credit);
    poison(credit, fixture);
    assert.ok(before.every((layer) => layer.every(Number.isFinite)));
    assert.deepEqual(fixture.assign(), before);
  });

  if (locality !== 'weights' && locality !== 'deltas') {
    check('uses nothing that another neuron keeps', () => {
      const fixture = createFixture(credit);
      const before = fixture.assign();
      const { begin } = fixture.topology.populations[1];
      for (const table of Object.values(fixture.tables)) {
        const own = [...table.of(begin).values];
        table.values.fill(NaN);
        table.of(begin).values.set(own);
      }
      assert.deepEqual(fixture.assign(1)[0].subarray(0, SIZE), before[0].subarray(0, SIZE));
    });
  }

  check('gives neurons the same alone and together', () => {
    const fixture = createFixture(credit);
    assert.deepEqual(fixture.assign(1), fixture.assign());
    assert.deepEqual(fixture.assign(2), fixture.assign());
  });

  check('draws what it keeps from the seed alone', () => {
    const [one, same] = [createFixture(credit), createFixture(credit)].map(({ network }) => Object.values(network.credit).map(({ values }) => [...values]));
    assert.deepEqual(one, same);
    assert.ok(one.flat(2).every((each) => Number.isFinite(each) && each !== 0));
  });

  if (credit.parameters(createFixture(credit).topology).length > 0 || locality !== 'broadcast') {
    check('serves a network that is trained as a whole, in any division of its lanes', () => {
      const whole = createFixture(credit);
      const parts = createFixture(credit);
      if (locality !== 'weights') parts.network.weights.values.fill(NaN, 0, parts.topology.rowOffset[foreign(credit, parts.topology)]); // voltages are there already
      for (const [{ kernels, network, topology, error }, borders] of [[whole, [0, SIZE]], [parts, [0, 3, SIZE]]] as const) {
        const { begin, end } = readOutRange(topology);
        const outputs = network.activationGradients.voltages.subarray(begin * SIZE, end * SIZE);
        outputs.set(error.outputs);
        borders.slice(1).forEach((last, part) => {
          createCreditPass(kernels, network, credit, createOptimiser('sgd', kernels), { outputs, signals: error.signals }, { begin: borders[part], end: last }).run(network.weights.values);
        });
      }
      const [one, other] = [whole, parts].map(({ network: { activationGradients }, topology: { inputs } }) => activationGradients.weightedInputs.subarray(inputs.end * SIZE));
      assert.deepEqual(other, one);
      const { topology: { populations }, network: { activations, activationGradients } } = whole;
      const layers = whole.assign();
      populations.filter(({ kind }) => kind === 'hidden').forEach(({ begin, end }, layer) => {
        for (let neuron = begin; neuron < end; neuron += 1) {
          for (let b = 0; b < SIZE; b += 1) {
            const slope = 1 - activations.voltages[neuron * activations.lanes + b] ** 2; // of tanh
            assert.ok(Math.abs(activationGradients.weightedInputs[neuron * SIZE + b] - layers[layer][(neuron - begin) * SIZE + b] * slope) < 1e-5);
          }
        }
      });
    });
  }

  return checks;
}
