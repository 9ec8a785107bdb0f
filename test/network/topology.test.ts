import test from 'ava';
import fc from 'fast-check';

import { InternalError } from '../../src/errors.js';
import { initialiseWeights } from '../../src/network/initialise.js';
import { divideNeurons, neuronsOf } from '../../src/network/ownership.js';
import { connect, layeredTopology, neuronName, type LayeredNetwork } from '../../src/network/topology.js';

const network = (hidden: readonly number[], change: Partial<LayeredNetwork> = {}): LayeredNetwork => ({
  observations: 3,
  hidden,
  outputs: 2,
  bias: true,
  activation: 'tanh',
  outputActivation: 'linear',
  ...change,
});

test('layers follow one another, each reading the bias neuron and the layer before', (t) => {
  const { neurons, populations, ticks, rowOffset } = layeredTopology(network([4, 5]));
  t.is(neurons, 1 + 3 + 4 + 5 + 2);
  t.deepEqual(populations.map(({ name, begin, end }) => [name, begin, end]), [['input', 0, 4], ['hidden1', 4, 8], ['hidden2', 8, 13], ['output', 13, 15]]);
  t.deepEqual(populations.map(({ sources }) => [...sources]), [[], [0, 1, 2, 3], [0, 4, 5, 6, 7], [0, 8, 9, 10, 11, 12]]);
  t.deepEqual(ticks, [[1], [2], [3]]);
  t.is(rowOffset[neurons], 4 * 4 + 5 * 5 + 2 * 6);
});

test('without bias no layer reads the bias neuron', (t) => {
  const { populations } = layeredTopology(network([2], { bias: false }));
  t.deepEqual(populations.map(({ sources }) => [...sources]), [[], [1, 2, 3], [4, 5]]);
});

test('a network without hidden layers has an evaluation delay of one tick', (t) => {
  t.deepEqual(layeredTopology(network([])).ticks, [[1]]);
});

/** Inputs 0 and 1; a and b read the inputs, c reads a and an input, the output reads b and c: connections of three lengths. */
const skipping = [
  { name: 'input', kind: 'input', begin: 0, end: 2, activation: 'linear', sources: Int32Array.of() },
  { name: 'a', kind: 'hidden', begin: 2, end: 3, activation: 'tanh', sources: Int32Array.of(0, 1) },
  { name: 'b', kind: 'hidden', begin: 3, end: 5, activation: 'relu', sources: Int32Array.of(1) },
  { name: 'c', kind: 'hidden', begin: 5, end: 6, activation: 'tanh', sources: Int32Array.of(1, 2) },
  { name: 'output', kind: 'output', begin: 6, end: 7, activation: 'linear', sources: Int32Array.of(5, 3, 4) },
] as const;

test('a graph with connections that skip layers is computed in ticks of its longest paths', (t) => {
  const { ticks, rowOffset, neurons } = connect(skipping);
  t.is(neurons, 7);
  t.deepEqual(ticks, [[1, 2], [3], [4]]);
  t.deepEqual([...rowOffset], [0, 0, 0, 2, 3, 4, 6, 9]);
});

test('a population that reads one after it is refused', (t) => {
  const early = { ...skipping[1], sources: Int32Array.of(5) };
  t.throws(() => connect([skipping[0], early, ...skipping.slice(2)]), { instanceOf: InternalError, message: 'a reads the later neuron 5' });
});

test('neurons are named by population and place', (t) => {
  const topology = layeredTopology(network([4]));
  t.deepEqual([0, 1, 3, 4, 7, 8].map((neuron) => neuronName(topology, neuron)), ['bias', 'input[0]', 'input[2]', 'hidden1[0]', 'hidden1[3]', 'output[0]']);
});

test('every neuron has exactly one owner and every partition learns at least one row', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }), fc.integer({ min: 1, max: 12 }), (hidden, wanted) => {
      const topology = layeredTopology(network(hidden));
      const partitions = Math.min(wanted, topology.neurons - topology.inputs.end);
      const ownership = divideNeurons(topology, partitions);
      const owned = ownership.flatMap((_, partition) => neuronsOf(ownership, partition));
      t.deepEqual(owned.toSorted((a, b) => a - b), Array.from({ length: topology.neurons }, (_, neuron) => neuron));
      ownership.forEach((_, partition) => {
        t.true(neuronsOf(ownership, partition).some((neuron) => neuron >= topology.inputs.end));
      });
    }),
    { seed: 1 },
  );
});

test('a layer is divided evenly', (t) => {
  const topology = layeredTopology(network([64]));
  const sizes = divideNeurons(topology, 3).map((ranges) => ranges[1].end - ranges[1].begin);
  t.deepEqual(sizes.toSorted((a, b) => a - b), [21, 21, 22]);
});

test('more partitions than neurons that learn are refused', (t) => {
  t.throws(() => divideNeurons(layeredTopology(network([4])), 7), {
    instanceOf: RangeError,
    message: '"partitions" expected at most one partition per hidden and output neuron (<= 6), got 7',
  });
});

test('outputs are the mean of the heads of several hidden layers, whose weights no seed changes', (t) => {
  const topology = layeredTopology({ ...network([3, 4]), outputs: 2, readOut: 'heads' });
  t.deepEqual(topology.populations.map(({ name, kind }) => `${name} ${kind}`), ['input input', 'hidden1 hidden', 'hidden2 hidden', 'head1 head', 'head2 head', 'output output']);
  const weights = new Float32Array(topology.rowOffset[topology.neurons]);
  initialiseWeights(topology, 1, { hiddenGain: 1, outputGain: 1 }, weights);
  const { begin, end } = topology.outputs;
  t.deepEqual([...weights.subarray(topology.rowOffset[begin], topology.rowOffset[end])], [0.5, 0, 0.5, 0, 0, 0.5, 0, 0.5]);
  t.deepEqual(layeredTopology({ ...network([3]), readOut: 'heads' }), layeredTopology(network([3])));
});
