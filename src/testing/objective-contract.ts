import assert from 'node:assert/strict';

import { createKernels } from '../kernels/create.js';
import { createArena } from '../memory/arena.js';
import { longestPart, parameterBlocks, attachParameter } from '../memory/parameters.js';
import { createWorkspace, workspaceBlock } from '../memory/workspace.js';
import { createActivations, propagate } from '../network/dynamic.js';
import { initialiseWeights } from '../network/initialise.js';
import { createNeuron } from '../network/neuron.js';
import { layeredTopology } from '../network/topology.js';
import type { Batch } from '../objective/batch.js';
import type { ObjectiveDefinition } from '../objective/objective.js';
import { createOptimiser } from '../optimise/registry.js';
import { createStream } from '../random/stream.js';
import { contractCheck, type ContractCheck } from './check.js';

const SIZE = 6;
const LANES = 2 * SIZE;

/** An objective at work on a drawn minibatch of a network of one hidden layer and two outputs. */
function createFixture(definition: ObjectiveDefinition) {
  const topology = layeredTopology({ observations: 3, hidden: [4], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' });
  const shapes = definition.parameters(topology);
  const arena = createArena([workspaceBlock(1), ...parameterBlocks(shapes)]);
  const kernels = createKernels('simd', () => createWorkspace(arena, 0));
  const tables = Object.fromEntries(shapes.map((shape) => [shape.name, attachParameter(arena, shape)]));
  const stream = createStream(11, 'objective');
  const draw = (numbers: Float32Array, scale = 1) => { numbers.forEach((_, i) => { numbers[i] = scale * stream.gaussian(); }); };
  definition.initialise?.(topology, tables, 1);
  for (const { values, target } of Object.values(tables)) for (const part of [values, target]) draw(part, 0.5);
  const weights = new Float32Array(topology.rowOffset[topology.neurons]);
  initialiseWeights(topology, 1, { hiddenGain: 1, outputGain: 1 }, weights);
  const rows = kernels.numbers(weights.length);
  rows.set(weights);
  const activations = createActivations(kernels, topology, LANES);
  draw(activations.voltages);
  activations.voltages.fill(1, 0, LANES);
  propagate(kernels, topology, rows, activations, 0, LANES);
  const numbers = (length: number) => {
    const drawn = kernels.numbers(length);
    draw(drawn);
    return drawn;
  };
  const batch: Batch = {
    size: SIZE, activations, reward: numbers(SIZE), discounts: kernels.numbers(SIZE).fill(0.9), sampled: numbers(2 * SIZE), firstStochastic: topology.outputs.begin, episodeStart: false,
  };
  const objective = definition.create({
    kernels, topology, peers: tables, rates: { criticRate: 0.1, targetRate: 0.5 }, optimiser: createOptimiser('sgd', kernels), batchSize: SIZE, longest: longestPart(shapes),
  });
  const none = new Float32Array(0);
  const neuron = (index: number) => createNeuron(topology, index, () => ({ values: none, target: none, first: none, second: none }), tables);
  const errors = () => [[...objective.error.outputs], [...objective.error.signals]];
  return { topology, tables, batch, objective, neuron, errors };
}

/** What every objective has to be, a user's own too. */
export function objectiveContract(definition: ObjectiveDefinition): ContractCheck[] {
  const { name } = definition;
  const check = (fact: string, body: () => void): ContractCheck => contractCheck(`${name} ${fact}`, body);

  return [
    check('finds finite errors of every output and transition, the same ones again, and moves nothing', () => {
      const { objective, batch, errors, tables } = createFixture(definition);
      const before = Object.values(tables).map(({ values }) => [...values]);
      objective.evaluate(batch);
      const first = errors();
      objective.evaluate(batch);
      assert.deepEqual(errors(), first);
      assert.equal(first[0].length, 2 * SIZE);
      assert.ok(first[1].length >= SIZE && first[1].length % SIZE === 0);
      assert.ok(first.flat().every(Number.isFinite) && first[0].some((each) => each !== 0));
      assert.deepEqual(Object.values(tables).map(({ values }) => [...values]), before);
    }),

    check('ignores the successor of a terminated transition and heeds that of a truncated one', () => {
      const found = (discount: number, change: number) => {
        const { objective, batch, errors } = createFixture(definition);
        batch.discounts[0] = discount;
        const { voltages } = batch.activations;
        for (let neuron = 1; neuron * LANES < voltages.length; neuron += 1) voltages[neuron * LANES + SIZE] += change * Math.sin(neuron);
        objective.evaluate(batch);
        return errors();
      };
      assert.deepEqual(found(0, 1), found(0, 0));
      assert.notDeepEqual(found(0.9, 1), found(0.9, 0));
    }),

    check('steps a neuron\'s part by the error and the neuron\'s own voltages alone', () => {
      const learned = (poisoned: boolean) => {
        const { topology, objective, batch, neuron } = createFixture(definition);
        const own = neuron(topology.inputs.end);
        objective.evaluate(batch);
        const { voltages } = batch.activations;
        if (poisoned) for (let i = 0; i < voltages.length; i += 1) if (Math.floor(i / LANES) !== own.index) voltages[i] = NaN;
        objective.learnPart(own, batch, 1);
        return Object.values(own.parameters).flatMap(({ values, target }) => [...values, ...target]);
      };
      assert.deepEqual(learned(true), learned(false));
      assert.ok(learned(false).every(Number.isFinite));
    }),
  ];
}
