import test from 'ava';
import fc from 'fast-check';

import { ACTIVATION_NAMES, ACTIVATIONS } from '../../src/kernels/activation.js';
import { referenceKernels } from '../../src/kernels/reference.js';
import type { Activations } from '../../src/network/activations.js';
import { tick } from '../../src/network/dynamic.js';
import { layeredTopology } from '../../src/network/topology.js';
import { DivergenceError } from '../../src/errors.js';

const topology = layeredTopology({ observations: 2, hidden: [2], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'linear' });
const activations = (lanes: number): Activations => ({
  lanes,
  voltages: new Float32Array(topology.neurons * lanes),
  weightedInputs: new Float32Array(topology.neurons * lanes),
});

function runNetwork(weights: Float32Array, { lanes, voltages, weightedInputs }: Activations): void {
  for (const index of topology.ticks.flat()) {
    const population = topology.populations[index];
    tick(referenceKernels, topology, population, weights, { lanes, voltages, weightedInputs }, { begin: population.begin, end: population.end, laneBegin: 0, laneEnd: lanes });
  }
}

test('two ticks carry an observation through a two-layer network, by hand', (t) => {
  // hidden: tanh(0.1 + 0.2·1 - 0.3·2), tanh(0 + 1·1 + 0.5·2); output: 0.5 + h0 - 2 h1
  const weights = Float32Array.of(0.1, 0.2, -0.3, 0, 1, 0.5, 0.5, 1, -2);
  const one = activations(1);
  one.voltages.set([1, 1, 2]);
  runNetwork(weights, one);
  const [h0, h1] = [Math.tanh(-0.3), Math.tanh(2)];
  t.true(Math.abs(one.voltages[3] - h0) < 1e-6);
  t.true(Math.abs(one.voltages[5] - (0.5 + h0 - 2 * h1)) < 1e-6);
});

test('lanes are computed as if each were alone', (t) => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 9 + 6, maxLength: 9 + 6 }), (numbers) => {
      const weights = Float32Array.from(numbers.slice(0, 9));
      const three = activations(3);
      three.voltages.set([1, 1, 1, ...numbers.slice(9)]);
      runNetwork(weights, three);
      for (let lane = 0; lane < 3; lane += 1) {
        const one = activations(1);
        one.voltages.set([1, numbers[9 + lane], numbers[12 + lane]]);
        runNetwork(weights, one);
        t.is(one.voltages[5], three.voltages[5 * 3 + lane]);
      }
    }),
    { seed: 1, numRuns: 30 },
  );
});

test('an infinite weight is named before a bounded activation can hide it', (t) => {
  const weights = Float32Array.of(0.1, 0.2, -0.3, Infinity, 1, 0.5, 0.5, 1, -2);
  const one = activations(1);
  one.voltages.set([1, 1, 2]);
  const error = t.throws(() => { runNetwork(weights, one); }, { instanceOf: DivergenceError });
  t.is(error.neuron, 'hidden1[1]');
  t.regex(error.message, /^weighted input of neuron hidden1\[1\] became Infinity/);
});

for (const name of ACTIVATION_NAMES) {
  test(`the slope of ${name} agrees with finite differences`, (t) => {
    const { value, slope } = ACTIVATIONS[name];
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }).filter((z) => Math.abs(z) > 1e-3), (z) => {
        const step = 1e-6;
        const numeric = (value(z + step) - value(z - step)) / (2 * step);
        t.true(Math.abs(slope(value(z)) - numeric) < 1e-6);
      }),
      { seed: 1 },
    );
  });

  test(`${name} stays within its stated range`, (t) => {
    const { value, low, high } = ACTIVATIONS[name];
    for (const z of [-50, -1, 0, 1, 50]) t.true(value(z) >= low && value(z) <= high);
  });
}
