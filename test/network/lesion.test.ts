import test from 'ava';
import fc from 'fast-check';

import { referenceKernels } from '../../src/kernels/reference.js';
import { backpropagate, createActivationGradients } from '../../src/network/backpropagation.js';
import { drawLesioned } from '../../src/network/lesion.js';
import type { Activations } from '../../src/network/activations.js';
import { createActivations, propagate } from '../../src/network/dynamic.js';
import { layeredTopology, populationOf, type Topology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';

const network = (hidden: readonly number[]) => layeredTopology({ observations: 2, hidden, outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' });

const networks = fc.record({ hidden: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }), seed: fc.nat(1000), share: fc.double({ min: 0.01, max: 1, noNaN: true }) });

const LANES = 3;

/** Activations whose inputs have been through the network. */
function propagated(topology: Topology, weights: Float32Array, seed: number, alive?: Int32Array): Activations {
  const activations = { ...createActivations(referenceKernels, topology, LANES), ...(alive && { alive }) };
  const stream = createStream(seed, 'inputs');
  for (let i = 0; i < topology.inputs.end * LANES; i += 1) activations.voltages[i] = i < LANES ? 1 : stream.gaussian();
  propagate(referenceKernels, topology, weights, activations, 0, LANES);
  return activations;
}

/** The weights with which everybody reads 0 where these neurons speak. */
function deafTo(topology: Topology, weights: Float32Array, neurons: readonly number[]): Float32Array {
  const deaf = weights.slice();
  for (const { begin, end, sources } of topology.populations) {
    for (let neuron = begin; neuron < end; neuron += 1) sources.forEach((source, j) => { if (neurons.includes(source)) deaf[topology.rowOffset[neuron] + j] = 0; });
  }
  return deaf;
}

const rows = (numbers: Float32Array, neurons: readonly number[]) => neurons.map((neuron) => [...numbers.subarray(neuron * LANES, (neuron + 1) * LANES)].map((number) => number + 0)); // -0 is 0

test('a network with lesioned neurons equals the network without their outputs, forwards and backwards', (t) => {
  fc.assert(fc.property(networks, ({ hidden, seed, share }) => {
    const topology = network(hidden);
    const dead = drawLesioned(topology, seed, share);
    const stream = createStream(seed, 'weights');
    const weights = Float32Array.from({ length: topology.rowOffset[topology.neurons] }, () => stream.gaussian());
    const alive = Int32Array.from({ length: topology.neurons }, (_, neuron) => (dead.includes(neuron) ? 0 : 1));
    const [silenced, deaf] = [propagated(topology, weights, seed, alive), propagated(topology, deafTo(topology, weights, dead), seed)];
    const living = Array.from(alive.keys()).filter((neuron) => alive[neuron] === 1);
    t.deepEqual(rows(silenced.voltages, living), rows(deaf.voltages, living));
    t.true(rows(silenced.voltages, dead).flat().every((voltage) => voltage === 0));

    const activationGradients = [silenced, deaf].map((activations, i) => {
      const upon = createActivationGradients(referenceKernels, topology, LANES);
      upon.voltages.fill(1, topology.outputs.begin * LANES);
      backpropagate(referenceKernels, topology, i === 0 ? weights : deafTo(topology, weights, dead), activations, upon, LANES);
      return rows(upon.weightedInputs, living);
    });
    t.deepEqual(activationGradients[0], activationGradients[1]);
  }), { numRuns: 50 });
});

test('a lesion is a fraction of the hidden neurons alone, and a smaller fraction is part of a larger', (t) => {
  fc.assert(fc.property(networks, fc.double({ min: 0.01, max: 1, noNaN: true }), ({ hidden, seed, share }, larger) => {
    const topology = network(hidden);
    const whole = hidden.reduce((sum, size) => sum + size, 0);
    const dead = drawLesioned(topology, seed, Math.min(share, larger));
    t.is(dead.length, Math.max(1, Math.round(Math.min(share, larger) * whole)));
    t.is(new Set(dead).size, dead.length);
    t.true(dead.every((neuron) => populationOf(topology, neuron).kind === 'hidden'));
    const more = drawLesioned(topology, seed, Math.max(share, larger));
    t.true(dead.every((neuron) => more.includes(neuron)));
  }));
  t.deepEqual(drawLesioned(network([9]), 1, 0), []);
  t.deepEqual(drawLesioned(network([]), 1, 0), []);
});

test('any hidden neuron may be lesioned', (t) => {
  const deaths = new Array<number>(11).fill(0);
  for (let seed = 0; seed < 800; seed += 1) for (const neuron of drawLesioned(network([4, 4]), seed, 0.5)) deaths[neuron] += 1;
  for (const count of deaths.slice(3)) t.true(count > 330 && count < 470, `${count} of 800`);
});
