import test from 'ava';
import fc from 'fast-check';

import { OptionRangeError } from '../../src/errors.js';
import { compileStepGraph, type StepGraph, type StepGraphLayer } from '../../src/network/step-graph.js';
import { divideNeurons, neuronsOf } from '../../src/network/ownership.js';
import { neuronName, populationOf, sourcesOf, type Topology } from '../../src/network/topology.js';

const layer = (name: string, size: number, change: Partial<StepGraphLayer> = {}): StepGraphLayer => ({
  name, size, activation: 'tanh', recurrentTimeConstant: 1, neuronModel: 'static', membraneTimeConstant: 1, threshold: 1, refractory: 0, ...change,
});

const graph = (change: Partial<StepGraph> = {}): StepGraph => ({
  observations: 2,
  layers: [layer('first', 3), layer('second', 2)],
  outputs: 1,
  outputActivation: 'linear',
  bias: true,
  blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'second' }, { from: 'second', to: 'output' }],
  seed: 1,
  ...change,
});

/** Who each neuron reads, by name. */
function readersOf(topology: Topology): Record<string, string[]> {
  const neurons = Array.from({ length: topology.neurons - topology.inputs.end }, (_, i) => topology.inputs.end + i);
  return Object.fromEntries(neurons.map((neuron) => [neuronName(topology, neuron), [...sourcesOf(populationOf(topology, neuron), neuron)].map((source) => neuronName(topology, source))]));
}

test('a backward edge reads an input that keeps the voltage, and the graph within a step has no cycle', (t) => {
  const { topology, context } = compileStepGraph(graph({
    bias: false,
    blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'first', self: true, first: 2 }, { from: 'first', to: 'second' }],
    edges: [['second[1]', 'first[0]'], ['second[0]', 'output[0]'], ['input[1]', 'output[0]'], ['output[0]', 'output[0]']],
  }));
  t.deepEqual([...context.sources].map((neuron) => neuronName(topology, neuron)), ['first[0]', 'first[1]', 'second[1]', 'output[0]']);
  t.is(context.begin, 3);
  t.deepEqual(readersOf(topology), {
    'first[0]': ['input[0]', 'input[1]', 'input[2]', 'input[3]', 'input[4]'],
    'first[1]': ['input[0]', 'input[1]', 'input[2]', 'input[3]'],
    'first[2]': ['input[0]', 'input[1]', 'input[2]', 'input[3]'],
    'second[0]': ['first[0]', 'first[1]', 'first[2]'],
    'second[1]': ['first[0]', 'first[1]', 'first[2]'],
    'output[0]': ['input[1]', 'input[5]', 'second[0]'],
  });
  t.deepEqual(topology.ticks, [[1], [2], [3]]);
  t.is(topology.cyclic, undefined);
});

test('a connection that skips a layer goes with the observation, and a layer that is only read back is computed all the same', (t) => {
  const { topology } = compileStepGraph(graph({ blocks: [{ from: 'input', to: 'first' }, { from: 'input', to: 'second' }, { from: 'second', to: 'first' }, { from: 'first', to: 'output' }] }));
  t.deepEqual(topology.ticks, [[1, 2], [3]]);
});

test('time constants are spread from 1 to a layer\'s slowest, over those of its neurons that are read back', (t) => {
  const { context } = compileStepGraph(graph({ layers: [layer('first', 3, { recurrentTimeConstant: 9 }), layer('second', 2)], blocks: [...graph().blocks ?? [], { from: 'first', to: 'first' }, { from: 'second', to: 'first' }] }));
  [1, 1 / 3, 1 / 9, 1, 1].forEach((share, i) => { t.true(Math.abs(context.shares[i] - share) < 1e-12); });
});

test('state of neurons follows the kept voltages, one number of leaky and two of spiking neurons', (t) => {
  const { topology, context } = compileStepGraph(graph({
    layers: [layer('first', 3, { neuronModel: 'leaky', membraneTimeConstant: 4 }), layer('second', 2, { neuronModel: 'spiking', membraneTimeConstant: 1, threshold: 0.5, refractory: 2 })],
    blocks: [...graph().blocks ?? [], { from: 'second', to: 'first' }],
  }));
  t.is(context.size, 2 + 3 + 4);
  const [, first, second] = topology.populations;
  t.deepEqual(first.membrane, { kind: 'leaky', kept: 5, factors: Float64Array.of(1, 1 / 2, 1 / 4) });
  t.deepEqual(second.membrane, { kind: 'spiking', kept: 8, factors: new Float64Array(2).fill(Math.exp(-1)), threshold: 0.5, refractory: 2 });
  for (const { sources } of topology.populations) t.false(sources.some((source) => source >= 5 && source < 12)); // nobody reads them
});

test('a random graph is drawn from the seed, about as dense as set, and each edge leads from a neuron of the layer it names', (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.2, max: 0.8, noNaN: true }), (seed, density) => {
    const of = (drawn: number) => compileStepGraph(graph({ layers: [layer('first', 40), layer('second', 50)], blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'second', density }, { from: 'second', to: 'first', density }, { from: 'second', to: 'output' }], seed: drawn })).topology;
    const [topology, again, other] = [of(seed), of(seed), of(seed + 1)];
    t.deepEqual(topology, again);
    t.notDeepEqual(topology.populations[2].rows, other.populations[2].rows);
    const connections = topology.rowOffset[topology.populations[2].end] - topology.rowOffset[topology.populations[2].begin] - 50;
    t.true(Math.abs(connections / 2000 - density) < 0.08);
  }), { seed: 1, numRuns: 20 });
});

test('pools stay with one partition, and every neuron has one owner', (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 5 }), (size, pool, partitions) => {
    const { topology } = compileStepGraph(graph({ layers: [layer('first', size, { inhibition: { kind: 'winners', amount: 1, pool } })], blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }] }));
    fc.pre(partitions <= Math.ceil(size / pool) + 1);
    const ownership = divideNeurons(topology, partitions);
    const owners = ownership.flatMap((_, partition) => neuronsOf(ownership, partition).map((neuron) => [neuron, partition] as const));
    t.deepEqual(owners.map(([neuron]) => neuron).toSorted((a, b) => a - b), [...Array(topology.neurons).keys()]);
    const ownerOf = new Map(owners);
    const { begin, end } = topology.populations[1];
    for (let neuron = begin; neuron < end; neuron += 1) t.is(ownerOf.get(neuron), ownerOf.get(begin + pool * Math.floor((neuron - begin) / pool)));
  }), { seed: 1, numRuns: 60 });
});

const REFUSED: [string, Partial<StepGraph>, string][] = [
  ['an edge back that comes twice', { blocks: [...graph().blocks ?? [], { from: 'second', to: 'first' }], edges: [['second[1]', 'first[2]']] }, '"network.edges" expected each edge once, got "second[1] -> first[2]"'],
  ['more neurons of a layer than it has', { blocks: [{ from: 'first', to: 'first', first: 4 }] }, '"network.blocks[0].first" expected a whole number >= 1 and <= 3, got 4'],
  ['a neuron that reads nobody', { bias: false, blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }, { from: 'second', to: 'output' }], edges: [['first[0]', 'second[1]']] }, '"network" expected every neuron to read another, got "second[0], which reads none"'],
  ['a graph that nothing joins', { blocks: [] }, '"network" expected every layer on a path from input to output, got "input", without a path to the output; add a block or an edge, or more density'],
  ['a layer that no observation reaches', { blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }, { from: 'second', to: 'output' }] }, '"network" expected every layer on a path from input to output, got "second", without a path from the input; add a block or an edge, or more density'],
  ['a layer that no output reads', { blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }], edges: [['first[0]', 'second[1]']] }, '"network" expected every layer on a path from input to output, got "second", without a path to the output; add a block or an edge, or more density'],
  ['a layer that reads the bias neuron and itself alone', { blocks: [{ from: 'input', to: 'first' }, { from: 'first', to: 'output' }, { from: 'second', to: 'second' }, { from: 'second', to: 'output' }], edges: [['bias', 'second[1]']] }, '"network" expected every layer on a path from input to output, got "second", without a path from the input; add a block or an edge, or more density'],
  ['a name that fills the screen', { layers: [layer('a'.repeat(101), 2)], blocks: [] }, `"network.layers" expected names of at most 100 characters, got "${'a'.repeat(57)}..."`],
];

for (const [what, change, message] of REFUSED) {
  test(`${what} is refused`, (t) => {
    t.throws(() => compileStepGraph(graph(change)), { instanceOf: OptionRangeError, message });
  });
}
