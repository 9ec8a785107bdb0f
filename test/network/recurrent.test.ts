import test from 'ava';
import fc from 'fast-check';

import { DivergenceError, InternalError } from '../../src/errors.js';
import { doubleKernels, referenceKernels } from '../../src/kernels/reference.js';
import { backpropagate, createActivationGradients } from '../../src/network/backpropagation.js';
import type { Activations } from '../../src/network/activations.js';
import { createActivations, propagate } from '../../src/network/dynamic.js';
import { graphTopology, type FreeGraph as GraphNetwork } from '../../src/network/graph.js';
import { divisive, identity, winnersTakeAll } from '../../src/network/inhibition.js';
import { initialiseWeights } from '../../src/network/initialise.js';
import { advance, resetVoltages, settle } from '../../src/network/recurrent.js';
import { layeredTopology, type Topology } from '../../src/network/topology.js';

/** Activations in double precision: closed forms are compared to 1e-12. */
function doubleActivations({ neurons }: Topology, lanes = 1): Activations<Float64Array> {
  return { lanes, voltages: new Float64Array(neurons * lanes), weightedInputs: new Float64Array(neurons * lanes) };
}

const loop = (change: Partial<GraphNetwork> = {}): Topology => graphTopology({
  observations: 1,
  layers: [{ name: 'ring', size: 2, activation: 'linear' }],
  outputs: 1,
  outputActivation: 'linear',
  bias: false,
  edges: [['input[0]', 'ring[0]'], ['ring[1]', 'ring[0]'], ['ring[0]', 'ring[1]'], ['ring[1]', 'output[0]']],
  seed: 1,
  ...change,
});

test('a pulse in a ring of two comes round every second tick, halved each time', (t) => {
  const activations = doubleActivations(loop());
  const weights = Float64Array.of(1, 0.5, 1, 1); // ring[0] reads the input and half of ring[1]
  activations.voltages[1] = 1;
  const seen: number[][] = [];
  for (let tick = 0; tick < 6; tick += 1) {
    advance(doubleKernels, loop(), weights, activations);
    activations.voltages[1] = 0;
    seen.push([...activations.voltages.subarray(2)]);
  }
  t.deepEqual(seen, [[1, 0, 0], [0, 1, 0], [0.5, 0, 1], [0, 0.5, 0], [0.25, 0, 0.5], [0, 0.25, 0]]);
});

test('all neurons read the tick before: two that copy each other swap their voltages', (t) => {
  const topology = graphTopology({
    observations: 1,
    layers: [{ name: 'pair', size: 2, activation: 'linear' }],
    outputs: 1,
    outputActivation: 'linear',
    bias: false,
    blocks: [{ from: 'pair', to: 'pair' }, { from: 'pair', to: 'output' }],
    seed: 1,
  });
  const activations = doubleActivations(topology);
  activations.voltages.set([3, 5], 2);
  advance(doubleKernels, topology, Float64Array.of(1, 1, 1, 1), activations);
  t.deepEqual([...activations.voltages.subarray(2)], [5, 3, 8]);
});

test('a neuron that reads itself keeps w^k of its voltage: geometric decay', (t) => {
  const topology = loop({ edges: [['ring[0]', 'ring[0]'], ['input[0]', 'ring[1]'], ['ring[0]', 'output[0]']] });
  const activations = doubleActivations(topology);
  activations.voltages[2] = 1;
  for (let tick = 1; tick <= 20; tick += 1) {
    advance(doubleKernels, topology, Float64Array.of(0.9, 0, 1), activations);
    t.true(Math.abs(activations.voltages[2] - 0.9 ** tick) < 1e-12);
  }
});

test('in a graph without cycles ℓ ticks give the voltages of the layered network, whatever was there before', (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(sizes, fc.nat(1000), (hidden, seed) => {
    const layered = layeredTopology({ observations: 3, hidden, outputs: 2, bias: true, activation: 'tanh', outputActivation: 'linear' });
    const names = ['input', ...hidden.map((_, i) => `hidden${i + 1}`), 'output'];
    const graph = graphTopology({
      observations: 3,
      layers: hidden.map((size, i) => ({ name: `hidden${i + 1}`, size, activation: 'tanh' as const })),
      outputs: 2,
      outputActivation: 'linear',
      bias: true,
      blocks: names.slice(1).map((to, i) => ({ from: names[i], to })),
      seed,
    });
    t.is(graph.ticks.length, layered.ticks.length);
    t.deepEqual(graph.rowOffset, layered.rowOffset);
    const weights = new Float32Array(layered.rowOffset[layered.neurons]);
    initialiseWeights(layered, seed, { hiddenGain: 1, outputGain: 1 }, weights);
    const [one, other] = [createActivations(referenceKernels, layered, 2), createActivations(referenceKernels, graph, 2)];
    other.voltages.fill(0.7);
    for (const { voltages } of [one, other]) voltages.set([1, 1, 0.3, -0.4, 0.5, 0.6, -0.7, 0.8]);
    propagate(referenceKernels, layered, weights, one, 0, 2);
    settle(referenceKernels, graph, weights, other);
    t.deepEqual(other.voltages, one.voltages);
  }), { seed: 1, numRuns: 30 });
});

test('sparse rows are computed as the same network in dense rows with zeros, in one lane and in several', (t) => {
  fc.assert(fc.property(fc.integer({ min: 5, max: 40 }), fc.nat(1000), fc.integer({ min: 1, max: 3 }), (size, seed, lanes) => {
    const build = (density: number): Topology => graphTopology({
      observations: 2,
      layers: [{ name: 'pool', size, activation: 'tanh' }],
      outputs: 1,
      outputActivation: 'linear',
      bias: true,
      blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'pool', density, self: true }, { from: 'pool', to: 'output' }],
      seed,
    });
    const [sparse, dense] = [build(0.3), build(1)];
    const pool = sparse.populations[1];
    const [few, many] = [new Float64Array(sparse.rowOffset[sparse.neurons]), new Float64Array(dense.rowOffset[dense.neurons])];
    for (let neuron = pool.begin; neuron < sparse.neurons; neuron += 1) {
      const row = neuron < pool.end && pool.rows !== undefined ? pool.rows.sources.subarray(pool.rows.offset[neuron - pool.begin], pool.rows.offset[neuron - pool.begin + 1]) : undefined;
      const all = [...dense.populations[neuron < pool.end ? 1 : 2].sources];
      all.forEach((source, j) => {
        const place = row === undefined ? j : row.indexOf(source);
        if (place === -1) return;
        few[sparse.rowOffset[neuron] + place] = Math.sin(31 * neuron + 7 * source + seed);
        many[dense.rowOffset[neuron] + j] = Math.sin(31 * neuron + 7 * source + seed);
      });
    }
    const [one, other] = [doubleActivations(sparse, lanes), doubleActivations(dense, lanes)];
    for (const { voltages } of [one, other]) for (let i = 0; i < voltages.length; i += 1) voltages[i] = Math.cos(i + seed);
    for (let tick = 0; tick < 3; tick += 1) {
      advance(doubleKernels, sparse, few, one);
      advance(doubleKernels, dense, many, other);
    }
    t.true(one.voltages.every((voltage, i) => Math.abs(voltage - other.voltages[i]) < 1e-9));
  }), { seed: 1, numRuns: 30 });
});

test('voltages outlast a step until they are forgotten, and the inputs are left alone', (t) => {
  const topology = loop({ delay: 1 });
  const weights = Float64Array.of(1, 0.5, 1, 1);
  const activations = doubleActivations(topology);
  activations.voltages.set([1, 1]);
  settle(doubleKernels, topology, weights, activations);
  settle(doubleKernels, topology, weights, activations);
  t.deepEqual([...activations.voltages], [1, 1, 1, 1, 0]);
  resetVoltages(topology, activations);
  t.deepEqual([...activations.voltages], [1, 1, 0, 0, 0]);
});

test('a silenced neuron passes nothing on', (t) => {
  const topology = loop();
  const activations = { ...doubleActivations(topology), alive: Int32Array.of(1, 1, 1, 0, 1) };
  activations.voltages[1] = 1;
  for (let tick = 0; tick < 5; tick += 1) advance(doubleKernels, topology, Float64Array.of(1, 0.5, 1, 1), activations);
  t.deepEqual([...activations.voltages], [0, 1, 1, 0, 0]);
});

test('a weighted input that is not finite is named, though the activation would hide it', (t) => {
  const topology = loop({ layers: [{ name: 'ring', size: 2, activation: 'tanh' }] });
  const activations = doubleActivations(topology);
  activations.voltages[2] = 1;
  const error = t.throws(() => { advance(doubleKernels, topology, Float64Array.of(1, 0.5, Infinity, 1), activations); }, { instanceOf: DivergenceError });
  t.regex(error.message, /^weighted input of neuron ring\[1\] became Infinity/);
});

const pool = { begin: 1, end: 5, lanes: 1, laneBegin: 0, laneEnd: 1 };

test('the identity inhibits no neuron', (t) => {
  const z = Float64Array.of(9, 1, -2, 3, 4, 9);
  identity(z, pool);
  t.deepEqual([...z], [9, 1, -2, 3, 4, 9]);
});

test('divisive normalisation divides a population by its mean magnitude, by hand', (t) => {
  const z = Float64Array.of(9, 1, -2, 3, 4, 9);
  divisive(0.5)(z, pool); // 0.5 + (1 + 2 + 3 + 4) / 4 = 3
  t.deepEqual([...z], [9, 1 / 3, -2 / 3, 1, 4 / 3, 9]);
});

test('under divisive normalisation the contrast counts and not the strength', (t) => {
  fc.assert(fc.property(fc.double({ min: 1e6, max: 1e9, noNaN: true }), (strength) => {
    const z = Float64Array.of(0, 1, -2, 3, 4).map((value) => value * strength);
    divisive(1)(z, pool);
    [0, 0.4, -0.8, 1.2, 1.6].forEach((limit, i) => { t.true(Math.abs(z[i] - limit) < 1e-5); });
  }), { seed: 1, numRuns: 20 });
});

test('k winners take all: the greatest inputs stay, the first of equals, lane by lane', (t) => {
  const z = Float64Array.of(9, 1, 3, 3, 3, 9);
  winnersTakeAll(2)(z, pool);
  t.deepEqual([...z], [9, 0, 3, 3, 0, 9]);
  const lanes = Float64Array.of(1, 4, 2, 3, 3, 2, 4, 1);
  winnersTakeAll(1)(lanes, { begin: 0, end: 4, lanes: 2, laneBegin: 0, laneEnd: 1 });
  t.deepEqual([...lanes], [0, 4, 0, 3, 0, 2, 4, 1]);
});

test('Θ acts on hidden populations, before the activation, and not on the outputs', (t) => {
  const topology = graphTopology({
    observations: 1,
    layers: [{ name: 'pool', size: 3, activation: 'relu' }],
    outputs: 2,
    outputActivation: 'linear',
    bias: false,
    blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'output' }],
    seed: 1,
  });
  const activations = doubleActivations(topology);
  activations.voltages[1] = 1;
  settle(doubleKernels, topology, Float64Array.of(1, 3, 2, 1, 1, 1, 10, 10, 10), activations, winnersTakeAll(1));
  t.deepEqual([...activations.voltages.subarray(2)], [0, 3, 0, 3, 30]);
});

test('functions for layers refuse a graph with cycles', (t) => {
  const [topology, weights] = [loop(), new Float32Array(4)];
  const activations = createActivations(referenceKernels, topology, 1);
  t.throws(() => { propagate(referenceKernels, topology, weights, activations, 0, 1); }, { instanceOf: InternalError, message: 'propagate() expected a graph without cycles; settle() updates all neurons at once' });
  t.throws(() => { backpropagate(referenceKernels, topology, weights, activations, createActivationGradients(referenceKernels, topology, 1), 1); }, { instanceOf: InternalError });
});
