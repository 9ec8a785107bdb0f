import test from 'ava';
import fc from 'fast-check';

import { OptionRangeError } from '../../src/errors.js';
import type { Block } from '../../src/network/edges.js';
import { graphTopology, type FreeGraph as GraphNetwork } from '../../src/network/graph.js';
import { initialiseWeights } from '../../src/network/initialise.js';
import { divideNeurons, neuronsOf } from '../../src/network/ownership.js';
import { neuronName, populationOf, sourcesOf, type Topology } from '../../src/network/topology.js';

const network = (change: Partial<GraphNetwork> = {}): GraphNetwork => ({
  observations: 2,
  layers: [
    { name: 'first', size: 3, activation: 'tanh' },
    { name: 'second', size: 2, activation: 'relu' },
  ],
  outputs: 1,
  outputActivation: 'linear',
  bias: true,
  blocks: [
    { from: 'input', to: 'first' },
    { from: 'first', to: 'second' },
    { from: 'second', to: 'output' },
  ],
  seed: 1,
  ...change,
});

/** Who each neuron reads, by name. */
function readersOf(topology: Topology): Record<string, string[]> {
  const neurons = Array.from({ length: topology.neurons - topology.inputs.end }, (_, i) => topology.inputs.end + i);
  const sources = (neuron: number) => [...sourcesOf(populationOf(topology, neuron), neuron)].map((source) => neuronName(topology, source));
  return Object.fromEntries(neurons.map((neuron) => [neuronName(topology, neuron), sources(neuron)]));
}

test('forward blocks make layers, stored once for all rows', (t) => {
  const topology = graphTopology(network());
  t.deepEqual(topology.populations.map(({ name, begin, end }) => [name, begin, end]), [['input', 0, 3], ['first', 3, 6], ['second', 6, 8], ['output', 8, 9]]);
  t.deepEqual(topology.populations.map(({ sources, rows }) => [[...sources], rows]), [
    [[], undefined], [[0, 1, 2], undefined], [[0, 3, 4, 5], undefined], [[0, 6, 7], undefined],
  ]);
  t.is(topology.ticks.length, 3);
  t.deepEqual([...topology.rowOffset], [0, 0, 0, 0, 3, 6, 9, 13, 17, 20]);
});

test('lateral and feedback blocks and single edges connect the named layers and neurons', (t) => {
  const topology = graphTopology(network({
    bias: false,
    blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'first' }, { from: 'first', to: 'second' }, { from: 'second', to: 'first' }],
    edges: [['first[1]', 'first[1]'], ['second[0]', 'output[0]'], ['input[1]', 'output[0]'], ['output[0]', 'output[0]'], ['bias', 'second[1]']],
  }));
  t.deepEqual(readersOf(topology), {
    'first[0]': ['input[0]', 'input[1]', 'first[1]', 'first[2]', 'second[0]', 'second[1]'],
    'first[1]': ['input[0]', 'input[1]', 'first[0]', 'first[1]', 'first[2]', 'second[0]', 'second[1]'],
    'first[2]': ['input[0]', 'input[1]', 'first[0]', 'first[1]', 'second[0]', 'second[1]'],
    'second[0]': ['first[0]', 'first[1]', 'first[2]'],
    'second[1]': ['bias', 'first[0]', 'first[1]', 'first[2]'],
    'output[0]': ['input[1]', 'second[0]', 'output[0]'],
  });
  t.is(topology.ticks.length, 3); // input, first, second, output: what goes back does not count
});

test('a lateral block with self has every neuron read itself', (t) => {
  const topology = graphTopology(network({ blocks: [...(network().blocks ?? []), { from: 'first', to: 'first', self: true }] }));
  t.deepEqual(readersOf(topology)['first[2]'], ['bias', 'input[0]', 'input[1]', 'first[0]', 'first[1]', 'first[2]']);
  t.is(topology.populations[1].rows, undefined); // all rows alike: no need to be sparse
});

test('a delay that is given counts, and every tick moves every neuron', (t) => {
  t.deepEqual(graphTopology(network({ delay: 2 })).ticks, [[1, 2, 3], [1, 2, 3]]);
});

test('a random block has its density, the same for the same seed, and another for another', (t) => {
  const sparse = (seed: number) => graphTopology(network({
    layers: [{ name: 'pool', size: 400, activation: 'tanh' }],
    blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'pool', density: 0.1, self: true }, { from: 'pool', to: 'output' }],
    seed,
  }));
  const [one, again, other] = [sparse(1), sparse(1), sparse(2)];
  t.deepEqual(one, again);
  t.notDeepEqual(one.rowOffset, other.rowOffset);
  const connections = one.rowOffset[one.populations[1].end] - 400 * 3;
  t.true(Math.abs(connections - 16_000) < 4 * Math.sqrt(160_000 * 0.1 * 0.9), String(connections));
});

test('rows hold exactly the edges that were given, in ascending order, whatever the order they came in', (t) => {
  const edge = fc.tuple(fc.nat(9), fc.nat(7)).map(([source, target]) => [source, target] as const);
  fc.assert(fc.property(fc.uniqueArray(edge, { minLength: 1, maxLength: 40, selector: ([source, target]) => 10 * source + target }), (pairs) => {
    const name = (neuron: number) => (neuron < 2 ? `input[${neuron}]` : `pool[${neuron - 2}]`);
    const topology = graphTopology({
      observations: 2,
      layers: [{ name: 'pool', size: 8, activation: 'tanh' }],
      outputs: 1,
      outputActivation: 'linear',
      bias: true,
      edges: pairs.map(([source, target]) => [name(source), `pool[${target}]`]),
      seed: 1,
    });
    const pool = topology.populations[1];
    for (let target = 0; target < 8; target += 1) {
      const own = pairs.flatMap(([source, to]) => (to === target ? [source + 1] : [])).toSorted((a, b) => a - b);
      t.deepEqual([...sourcesOf(pool, pool.begin + target)], [0, ...own]);
    }
    t.is(topology.rowOffset[topology.neurons], pairs.length + 8 + 1);
  }), { seed: 1, numRuns: 30 });
});

const block = (change: Partial<Block>): Partial<GraphNetwork> => ({ blocks: [{ from: 'input', to: 'first', ...change }] });

const REFUSED: [string, Partial<GraphNetwork>, string][] = [
  ['a block from an unknown layer', block({ from: 'frist' }), '"network.blocks[0].from" expected one of input, first, second, output, got "frist"; did you mean "first"?'],
  ['a block to the inputs', block({ to: 'input' }), '"network.blocks[0].to" expected one of first, second, output, got "input"'],
  ['a density of nothing', block({ density: 0 }), '"network.blocks[0].density" expected a number > 0 and <= 1, got 0'],
  ['an edge from an unknown neuron', { edges: [['first[3]', 'output[0]']] }, '"network.edges[0]" expected names of neurons such as input[0], got "first[3]"'],
  ['an edge to an input', { edges: [['first[0]', 'input[1]']] }, '"network.edges[0]" expected an edge to a hidden or output neuron: inputs read no neurons, got "first[0] -> input[1]"'],
  ['an edge that comes twice', { edges: [['input[1]', 'first[2]']] }, '"network.edges" expected each edge once, got "input[1] -> first[2]"'],
  ['a layer that comes twice', { layers: [{ name: 'first', size: 1, activation: 'tanh' }, { name: 'first', size: 1, activation: 'tanh' }] }, '"network.layers" expected each name once, and neither input nor output, got "first"'],
  ['a layer named input', { layers: [{ name: 'input', size: 1, activation: 'tanh' }] }, '"network.layers" expected each name once, and neither input nor output, got "input"'],
  ['a layer of no neurons', { layers: [{ name: 'first', size: 0, activation: 'tanh' }] }, '"network.layers[first].size" expected a whole number >= 1 and <= 1048576, got 0'],
  ['a neuron that reads nobody', { bias: false, blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }] }, '"network" expected every neuron to read another, got "second[0], which reads none"'],
  ['no ticks', { delay: 0 }, '"network.delay" expected a whole number >= 1 and <= 1024, got 0'],
];

for (const [what, change, message] of REFUSED) {
  test(`${what} is refused`, (t) => {
    t.throws(() => graphTopology(network(change)), { instanceOf: OptionRangeError, message });
  });
}

/** Half of the pool reads the inputs alone, the other half all of the pool too. */
const uneven = (): Topology => graphTopology(network({
  layers: [{ name: 'light', size: 20, activation: 'tanh' }, { name: 'heavy', size: 20, activation: 'tanh' }],
  blocks: [{ from: 'input', to: 'light' }, { from: 'light', to: 'heavy', density: 0.5 }, { from: 'heavy', to: 'heavy', density: 0.5 }, { from: 'heavy', to: 'output' }],
}));

test('first weights have the deviation of their own row, however many neurons it reads', (t) => {
  const topology = uneven();
  const weights = new Float32Array(topology.rowOffset[topology.neurons]);
  initialiseWeights(topology, 1, { hiddenGain: 2, outputGain: 1 }, weights);
  for (let neuron = topology.inputs.end; neuron < topology.outputs.begin; neuron += 1) {
    const row = weights.subarray(topology.rowOffset[neuron], topology.rowOffset[neuron + 1]);
    t.true(row.every((weight) => Math.abs(weight) <= 2 * Math.sqrt(3 / row.length)));
  }
  const heavy = weights.subarray(topology.rowOffset[topology.populations[2].begin], topology.rowOffset[topology.populations[2].end]);
  const scaled = heavy.reduce((sum, weight) => sum + weight * weight, 0); // 20 rows of variance 4/n with n weights each
  t.true(Math.abs(scaled / 80 - 1) < 0.15, String(scaled));
});

test('every neuron of a sparse graph has one owner, and the remainder goes to the partition with the fewest connections', (t) => {
  const topology = uneven();
  const ownership = divideNeurons(topology, 3);
  t.deepEqual(ownership.flatMap((_, partition) => neuronsOf(ownership, partition)).toSorted((a, b) => a - b), Array.from({ length: topology.neurons }, (_, neuron) => neuron));
  const loads = ownership.map((_, partition) => neuronsOf(ownership, partition).reduce((sum, neuron) => sum + topology.rowOffset[neuron + 1] - topology.rowOffset[neuron], 0));
  t.true(Math.max(...loads) - Math.min(...loads) < 60, loads.join(' '));
});
