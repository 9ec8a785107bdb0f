import test from 'ava';
import fc from 'fast-check';

import { doubleKernels } from '../../src/kernels/reference.js';
import { createSpikingState, fire } from '../../src/network/spiking.js';
import { graphTopology } from '../../src/network/graph.js';
import { parseInhibition } from '../../src/network/inhibition.js';
import { followMembrane, keep, keptBy } from '../../src/network/membrane.js';
import { transferSlope } from '../../src/network/transfer.js';
import { compileStepGraph, type StepGraphLayer } from '../../src/network/step-graph.js';
import type { Activations } from '../../src/network/activations.js';
import { createActivations, tick } from '../../src/network/dynamic.js';
import type { Population, Topology } from '../../src/network/topology.js';

/** Two inputs, a layer that reads both and no bias, and one output. Weights of a hidden neuron: two; inputs are neurons 1 and 2. */
function layerOf(size: number, change: Partial<StepGraphLayer>): Topology {
  const hidden: StepGraphLayer = { name: 'pool', size, activation: 'tanh', recurrentTimeConstant: 1, neuronModel: 'static', membraneTimeConstant: 1, threshold: 1, refractory: 0, ...change };
  const blocks = [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'output' }];
  return compileStepGraph({ observations: 2, layers: [hidden], outputs: 1, outputActivation: 'linear', bias: false, blocks, seed: 1 }).topology;
}

/** Environment steps of a layer: what it keeps is put back into its inputs after each, as a run does. */
function play(topology: Topology, weights: Float64Array, observations: readonly (readonly [number, number])[], seen: (activations: Activations<Float64Array>, pool: Population) => void): void {
  const activations = createActivations(doubleKernels, topology, 1);
  const pool = topology.populations[1];
  const kept = new Float64Array(pool.membrane === undefined ? 0 : (pool.end - pool.begin) * keptBy(pool.membrane));
  for (const observation of observations) {
    activations.voltages.set(observation, 1);
    activations.voltages.set(kept, 3);
    tick(doubleKernels, topology, pool, weights, activations, { begin: pool.begin, end: pool.end, laneBegin: 0, laneEnd: 1 });
    seen(activations, pool);
    if (pool.membrane !== undefined) keep(pool.membrane, pool, activations, 0, kept, 0);
  }
}

const steady = (steps: number, input: number): [number, number][] => Array.from({ length: steps }, () => [input, 0]);

test('a leaky neuron answers a step by σ(I) (1 - (1 - 1/τ)^k), each by its own time constant', (t) => {
  const topology = layerOf(3, { neuronModel: 'leaky', membraneTimeConstant: 16 }); // τ = 1, 4, 16
  let k = 0;
  play(topology, Float64Array.of(1, 0, 1, 0, 1, 0), steady(40, 0.8), ({ voltages }, { begin }) => {
    k += 1;
    [1, 4, 16].forEach((constant, i) => { t.true(Math.abs(voltages[begin + i] - Math.tanh(0.8) * (1 - (1 - 1 / constant) ** k)) < 1e-12); });
  });
});

test('a firing neuron under a steady input fires every r + ⌊ln(1 - θ (1 - a) / I) / ln a⌋ + 1 steps, and never below the threshold', (t) => {
  fc.assert(fc.property(fc.double({ min: 1, max: 20, noNaN: true }), fc.integer({ min: 0, max: 4 }), fc.double({ min: 0.05, max: 2, noNaN: true }), (membraneTimeConstant, refractory, current) => {
    const a = Math.exp(-1 / membraneTimeConstant);
    fc.pre(Math.abs(current - (1 - a)) > 1e-3);
    const spikes: number[] = [];
    let step = 0;
    play(layerOf(1, { neuronModel: 'spiking', membraneTimeConstant, refractory }), Float64Array.of(1, 0), steady(300, current), ({ voltages }, { begin }) => {
      if (voltages[begin] !== 0) spikes.push(step);
      step += 1;
    });
    if (current < 1 - a) t.deepEqual(spikes, []);
    else {
      const steps = Math.log(1 - (1 - a) / current) / Math.log(a);
      fc.pre(Math.abs(steps - Math.round(steps)) > 1e-6 && steps < 90);
      t.true(spikes.length > 1 && spikes.every((spike, i) => i === 0 || spike - spikes[i - 1] === refractory + Math.floor(steps) + 1));
    }
  }), { seed: 1, numRuns: 60 });
});

test('a layer of firing neurons in a run is the leaky neuron of the paper, step for step', (t) => {
  const size = 4;
  const topology = layerOf(size, { neuronModel: 'spiking', membraneTimeConstant: 5, threshold: 0.7, refractory: 2 });
  const alone = graphTopology({ observations: 2, layers: [{ name: 'pool', size, activation: 'tanh' }], outputs: 1, outputActivation: 'linear', bias: false, blocks: [{ from: 'input', to: 'pool' }, { from: 'pool', to: 'output' }], seed: 1 });
  const weights = Float64Array.from({ length: 2 * size + size }, (_, i) => Math.sin(3 * i + 1));
  const observations = Array.from({ length: 200 }, (_, i): [number, number] => [Math.sin(i / 7), Math.cos(i / 3)]);
  const activations = createActivations(doubleKernels, alone, 1);
  const state = createSpikingState(alone);
  const constants = [1, 1, 1, ...Array.from({ length: size }, (_, i) => 5 ** (i / (size - 1))), 1];
  let [step, spikes] = [0, 0];
  play(topology, weights, observations, ({ voltages }, { begin }) => {
    activations.voltages.set(observations[step], 1);
    fire(doubleKernels, alone, weights, activations, state, { timeStep: 1, timeConstants: constants, thresholds: new Array<number>(8).fill(0.7), refractoryPeriods: new Array<number>(8).fill(2) });
    for (let i = 0; i < size; i += 1) t.true(Math.abs(voltages[begin + i] - activations.voltages[3 + i]) < 1e-12);
    spikes += [...activations.voltages.subarray(3, 3 + size)].filter((voltage) => voltage !== 0).length;
    step += 1;
  });
  t.true(spikes > 20);
});

test('the eligibility of a leaky neuron is the derivative of its voltage by its weights, over the whole past', (t) => {
  const topology = layerOf(1, { neuronModel: 'leaky', membraneTimeConstant: 6 });
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(fc.property(fc.tuple(number, number), fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 30 }), (row, observations) => {
    const eligibility = new Float64Array(2);
    let start = true;
    play(topology, Float64Array.of(...row, 0), observations, (activations, pool) => {
      if (pool.membrane !== undefined) t.is(followMembrane(pool.membrane, pool, activations, pool.begin, Int32Array.of(1, 2), eligibility, start), 1);
      start = false;
    });
    const last = (weights: readonly number[]) => {
      let voltage = 0;
      play(topology, Float64Array.of(...weights, 0), observations, ({ voltages }, { begin }) => (voltage = voltages[begin]));
      return voltage;
    };
    const step = 1e-5;
    [0, 1].forEach((j) => {
      const moved = (by: number) => last(row.map((weight, i) => (i === j ? weight + by : weight)));
      t.true(Math.abs((moved(step) - moved(-step)) / (2 * step) - eligibility[j]) < 1e-8);
    });
  }), { seed: 1, numRuns: 40 });
});

test('the eligibility of a firing neuron is the derivative of its potential as long as it does not fire, and begins anew when it has', (t) => {
  const topology = layerOf(1, { neuronModel: 'spiking', membraneTimeConstant: 3, threshold: 1 });
  const a = Math.exp(-1 / 3);
  const eligibility = new Float64Array(2);
  const seen: number[] = [];
  let start = true;
  play(topology, Float64Array.of(0.6, 0, 0), steady(4, 1), (activations, pool) => { // V = 0.6, 0.6 a + 0.6 = 1.03: it fires; then 0.6 again
    if (pool.membrane !== undefined) followMembrane(pool.membrane, pool, activations, pool.begin, Int32Array.of(1, 2), eligibility, start);
    seen.push(eligibility[0]);
    start = false;
  });
  [1, a + 1, 1, a + 1].forEach((expected, i) => { t.true(Math.abs(seen[i] - expected) < 1e-12); });
});

test('the pseudo-slope of a firing neuron is 0.3 / θ at the threshold, falls to 0 at 0 and 2 θ, and is 0 while it rests', (t) => {
  const topology = layerOf(1, { neuronModel: 'spiking', membraneTimeConstant: 1, threshold: 2, refractory: 1 });
  const slopeAt = (input: number) => {
    const slopes: number[] = [];
    play(topology, Float64Array.of(1, 0, 0), [[input, 0], [input, 0]], (activations, pool) => slopes.push(transferSlope(pool, activations, pool.begin, 0)));
    return slopes;
  };
  t.true(Math.abs(slopeAt(2 + 1e-9)[0] - 0.15) < 1e-8);
  t.true(Math.abs(slopeAt(1)[0] - 0.075) < 1e-12);
  t.deepEqual([slopeAt(-1)[0], slopeAt(5)[0]], [0, 0]);
  t.deepEqual(slopeAt(2.5)[1], 0); // it fired in the step before
});

test('slopes of leaky and of divisively inhibited neurons are those of finite differences', (t) => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  for (const change of [{ neuronModel: 'leaky', membraneTimeConstant: 4 }, { inhibition: parseInhibition('test', 'divisive(0.5/3)') }, { neuronModel: 'leaky', membraneTimeConstant: 4, inhibition: parseInhibition('test', 'divisive(0.5/3)') }] as const) {
    const topology = layerOf(6, change);
    fc.assert(fc.property(fc.array(number, { minLength: 12, maxLength: 12 }), fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 5 }), (weights, observations, neuron) => {
      const bias = (by: number) => { // a change of z in the last step alone: by the weight of an input that is 1 in it and else 0
        const last = observations.length - 1;
        let voltage = 0;
        let slope = 0;
        const inputs = observations.map(([first], step): [number, number] => [first, step === last ? 1 : 0]);
        play(topology, Float64Array.from([...weights.map((weight, i) => (i === 2 * neuron + 1 ? weight + by : weight)), ...new Array<number>(6).fill(0)]), inputs, (activations, pool) => {
          voltage = activations.voltages[pool.begin + neuron];
          slope = transferSlope(pool, activations, pool.begin + neuron, 0);
        });
        return { voltage, slope };
      };
      fc.pre(Math.abs(weights[2 * neuron] * observations[observations.length - 1][0] + weights[2 * neuron + 1]) > 1e-3); // |z| has a corner at 0
      const step = 1e-6;
      t.true(Math.abs((bias(step).voltage - bias(-step).voltage) / (2 * step) - bias(0).slope) < 1e-6);
    }), { seed: 1, numRuns: 40 });
  }
});

test('of each pool the greatest win, and only winners have a slope', (t) => {
  const topology = layerOf(5, { activation: 'linear', inhibition: parseInhibition('test', 'winners(1/3)') });
  play(topology, Float64Array.of(1, 0, 3, 0, 2, 0, -1, 0, -2, 0, 0, 0, 0, 0, 0), [[1, 0]], (activations, pool) => {
    t.deepEqual([...activations.voltages.subarray(pool.begin, pool.end)], [0, 3, 0, -1, 0]);
    t.deepEqual([0, 1, 2, 3, 4].map((i) => transferSlope(pool, activations, pool.begin + i, 0)), [0, 1, 0, 1, 0]);
  });
});

for (const [text, constraint] of [['winners(4/4)', 'fewer winners than a pool has neurons'], ['winners(1)', 'none, winners('], ['divisive(0/4)', 'none, winners('], ['strong', 'none, winners(']] as const) {
  test(`an inhibition of ${text} is refused`, (t) => {
    const error = t.throws(() => parseInhibition('network.inhibition', text));
    t.true(error.message.startsWith(`"network.inhibition" expected ${constraint}`));
  });
}
