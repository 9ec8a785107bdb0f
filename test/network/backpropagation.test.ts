import test from 'ava';

import { doubleKernels } from '../../src/kernels/reference.js';
import { backpropagate, planBackward } from '../../src/network/backpropagation.js';
import type { Activations } from '../../src/network/activations.js';
import { propagate } from '../../src/network/dynamic.js';
import { layeredTopology } from '../../src/network/topology.js';

test('backpropagation through two layers, by hand', (t) => {
  const topology = layeredTopology({ observations: 1, hidden: [1], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'linear' });
  const weights = Float64Array.of(0.1, 0.5, -1, 2); // hidden: tanh(0.1 + 0.5 s); output: -1 + 2 h
  const activations: Activations<Float64Array> = { lanes: 1, voltages: Float64Array.of(1, 0.8, 0, 0), weightedInputs: new Float64Array(4) };
  propagate(doubleKernels, topology, weights, activations, 0, 1);
  const activationGradients = { voltages: Float64Array.of(7, 7, 7, 3), weightedInputs: new Float64Array(4) };
  backpropagate(doubleKernels, topology, weights, activations, activationGradients, 1);
  const h = Math.tanh(0.5);
  const deltaHidden = 3 * 2 * (1 - h * h);
  const close = (actual: number, expected: number) => { t.true(Math.abs(actual - expected) < 1e-14, `${actual} ${expected}`); };
  close(activationGradients.weightedInputs[3], 3);
  close(activationGradients.voltages[2], 6);
  close(activationGradients.weightedInputs[2], deltaHidden);
  close(activationGradients.voltages[1], 0.5 * deltaHidden);
  close(activationGradients.voltages[0], 3 * -1 + deltaHidden * 0.1);
});

test('the way back to some inputs leaves the same gradients there, and the other inputs alone', (t) => {
  const topology = layeredTopology({ observations: 3, hidden: [4, 3], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' });
  const lanes = 2;
  const numbers = (length: number, seed: number) => Float64Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i));
  const weights = numbers(topology.rowOffset[topology.neurons], 1);
  const activations: Activations<Float64Array> = { lanes, voltages: numbers(topology.neurons * lanes, 2), weightedInputs: new Float64Array(topology.neurons * lanes) };
  propagate(doubleKernels, topology, weights, activations, 0, lanes);
  const [all, some] = [undefined, planBackward(topology, { begin: 2, end: 4 })].map((way) => {
    const activationGradients = { voltages: new Float64Array(topology.neurons * lanes).fill(5), weightedInputs: new Float64Array(topology.neurons * lanes) };
    backpropagate(doubleKernels, topology, weights, activations, activationGradients, lanes, way);
    return activationGradients;
  });
  t.deepEqual(some.weightedInputs, all.weightedInputs);
  t.deepEqual(some.voltages.subarray(2 * lanes), all.voltages.subarray(2 * lanes));
  t.deepEqual([...some.voltages.subarray(0, 2 * lanes)], new Array<number>(2 * lanes).fill(5));
});

test('gradients that are cleared are those of the lanes in use: other lanes may be another thread\'s', (t) => {
  const topology = layeredTopology({ observations: 1, hidden: [1], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'linear' });
  const lanes = 3;
  const activations: Activations<Float64Array> = { lanes, voltages: new Float64Array(4 * lanes), weightedInputs: new Float64Array(4 * lanes) };
  const gradients = { voltages: new Float64Array(4 * lanes).fill(7), weightedInputs: new Float64Array(4 * lanes) };
  backpropagate(doubleKernels, topology, new Float64Array(4), activations, gradients, 2, { steps: [], cleared: [{ begin: 1, end: 3 }] });
  t.deepEqual([...gradients.voltages], [7, 7, 7, 0, 0, 7, 0, 0, 7, 7, 7, 7]);
});
