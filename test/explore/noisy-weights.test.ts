import test from 'ava';

import { createNoisyWeights, initialiseNoise, noiseFactor } from '../../src/explore/noisy-weights.js';
import { layeredTopology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';

const TOPOLOGY = layeredTopology({ observations: 3, hidden: [4], outputs: 2, bias: true, activation: 'relu', outputActivation: 'linear' });
const WEIGHTS = TOPOLOGY.rowOffset[TOPOLOGY.neurons];
const noiseOf = (number: number) => {
  const noisy = createNoisyWeights(TOPOLOGY, createStream(1, 'noise'), new Float32Array(WEIGHTS));
  noisy.draw(number);
  return noisy;
};

test('a factor of the noise keeps the sign and takes the root', (t) => {
  t.is(noiseFactor(-4), -2);
  t.is(noiseFactor(9), 3);
});

test('noise is factorised: rows of a layer are multiples of one another, and that of a bias is the row\'s own factor', (t) => {
  const { noise } = noiseOf(7);
  const row = (neuron: number) => noise.subarray(TOPOLOGY.rowOffset[neuron], TOPOLOGY.rowOffset[neuron + 1]);
  for (const { begin, end } of TOPOLOGY.populations.slice(1)) {
    for (let neuron = begin + 1; neuron < end; neuron += 1) {
      const ratio = row(neuron)[0] / row(begin)[0];
      row(neuron).forEach((each, j) => { t.true(Math.abs(each - ratio * row(begin)[j]) < 1e-5 * (1 + Math.abs(each))); });
    }
  }
});

test('noise is a function of its number, of mean 0 and, on rows that read no bias, of the mean square of a factor, squared', (t) => {
  t.deepEqual(noiseOf(3).noise, noiseOf(3).noise);
  t.notDeepEqual(noiseOf(3).noise, noiseOf(4).noise);
  let [sum, squares] = [0, 0];
  const noisy = noiseOf(0);
  for (let number = 0; number < 4000; number += 1) {
    noisy.draw(number);
    sum += noisy.noise[1] / 4000; // not of the bias
    squares += noisy.noise[1] ** 2 / 4000;
  }
  t.true(Math.abs(sum) < 0.05);
  t.true(Math.abs(squares - 2 / Math.PI) < 0.05); // E|x| of a standard normal, once for each factor
});

test('weights take deviation times noise, and deviations the gradient times noise', (t) => {
  const noisy = noiseOf(1);
  const deviations = new Float32Array(WEIGHTS);
  initialiseNoise(TOPOLOGY, 0.5, deviations);
  t.is(deviations[0], 0.25); // four inputs
  const [weights, gradient, out] = [new Float32Array(WEIGHTS).fill(2), new Float32Array(WEIGHTS).fill(3), new Float32Array(WEIGHTS)];
  noisy.apply(weights, deviations, out);
  t.is(out[5], Math.fround(2 + deviations[5] * noisy.noise[5]));
  noisy.differentiate(gradient, out);
  t.is(out[5], Math.fround(3 * noisy.noise[5]));
});
