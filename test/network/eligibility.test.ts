import test from 'ava';
import fc from 'fast-check';

import { ACTIVATIONS } from '../../src/kernels/activation.js';
import { doubleKernels } from '../../src/kernels/reference.js';
import type { Activations } from '../../src/network/activations.js';
import { followEligibility } from '../../src/network/eligibility.js';
import { graphTopology } from '../../src/network/graph.js';
import { leak } from '../../src/network/leaky-rate.js';
import { resetVoltages } from '../../src/network/recurrent.js';
import { sourcesOf, type Topology } from '../../src/network/topology.js';

/** Three leaky neurons that read two inputs, the bias and themselves, but not each other. */
const alone = graphTopology({
  observations: 2,
  layers: [{ name: 'pool', size: 3, activation: 'tanh' }],
  outputs: 1,
  outputActivation: 'linear',
  bias: true,
  blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'output' }],
  edges: [['pool[0]', 'pool[0]'], ['pool[2]', 'pool[2]']],
  seed: 1,
});
const [pool] = alone.populations.slice(1);
const timeConstants = [1, 1, 1, 1, 3, 10, 1];

function activationsOf({ neurons }: Topology): Activations<Float64Array> {
  const activations = { lanes: 1, voltages: new Float64Array(neurons), weightedInputs: new Float64Array(neurons) };
  activations.voltages[0] = 1;
  return activations;
}

/** Shows a row of observations and calls back after each, with the voltages that were read. */
function play(weights: Float64Array, observations: readonly (readonly number[])[], seen?: (activations: Activations<Float64Array>, before: Float64Array) => void): Float64Array {
  const activations = activationsOf(alone);
  resetVoltages(alone, activations);
  for (const observation of observations) {
    activations.voltages.set(observation, 1);
    const before = activations.voltages.slice();
    leak(doubleKernels, alone, weights, activations, { timeStep: 1, timeConstants });
    seen?.(activations, before);
  }
  return activations.voltages;
}

test('one step, by hand', (t) => {
  const eligibility = Float64Array.of(1, 2);
  followEligibility(eligibility, Int32Array.of(0, 2), Float64Array.of(1, 9, -3), { share: 0.5, slope: 0.8, ownWeight: 0.25 });
  t.deepEqual([...eligibility], [0.6 * 1 + 0.4 * 1, 0.6 * 2 + 0.4 * -3]); // kept: 1 - 0.5 + 0.5 · 0.8 · 0.25
});

test('where neurons read themselves alone, eligibility is the derivative of the voltage by the weight, over the whole past', (t) => {
  // Weights above 1 from itself make a neuron unstable, and finite differences of it worthless.
  const anyWeights = fc.array(fc.double({ min: -0.9, max: 0.9, noNaN: true }), { minLength: alone.rowOffset[alone.neurons], maxLength: alone.rowOffset[alone.neurons] });
  const anyObservations = fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), { minLength: 1, maxLength: 25 });
  fc.assert(fc.property(anyWeights, anyObservations, (numbers, observations) => {
    const weights = Float64Array.from(numbers);
    const rows = [0, 1, 2].map((row) => {
      const neuron = pool.begin + row;
      const sources = sourcesOf(pool, neuron);
      const own = sources.indexOf(neuron);
      return { neuron, sources, ownWeight: own === -1 ? 0 : weights[alone.rowOffset[neuron] + own], eligibility: new Float64Array(sources.length) };
    });
    play(weights, observations, ({ voltages, weightedInputs }, before) => {
      for (const { neuron, sources, ownWeight, eligibility } of rows) {
        const z = weightedInputs[neuron];
        t.true(Number.isFinite(voltages[neuron]));
        followEligibility(eligibility, sources, before, { share: 1 / timeConstants[neuron], slope: ACTIVATIONS.tanh.slope(Math.tanh(z)), ownWeight });
      }
    });
    const step = 1e-5;
    for (const { neuron, eligibility } of rows) {
      eligibility.forEach((derivative, j) => {
        const place = alone.rowOffset[neuron] + j;
        const moved = [step, -step].map((change) => play(weights.with(place, weights[place] + change), observations)[neuron]);
        const error = Math.abs(derivative - (moved[0] - moved[1]) / (2 * step));
        t.true(error < 1e-7 * Math.max(1, Math.abs(derivative)), `${neuron} ${j}: ${derivative} is off by ${error}`);
      });
    }
  }), { seed: 1, numRuns: 20 });
});

test('without input an eligibility fades with the time constant of its neuron', (t) => {
  const eligibility = Float64Array.of(1);
  for (let k = 0; k < 30; k += 1) followEligibility(eligibility, Int32Array.of(0), Float64Array.of(0), { share: 0.1, slope: 0.7, ownWeight: 0 });
  t.true(Math.abs(eligibility[0] - 0.9 ** 30) < 1e-12);
});
