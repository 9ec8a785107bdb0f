import test from 'ava';
import fc from 'fast-check';

import { box } from '../../src/environment/environment.js';
import { ACTIVATIONS } from '../../src/kernels/activation.js';
import { referenceKernels } from '../../src/kernels/reference.js';
import { createDecoder } from '../../src/network/decoder.js';
import { propagate, tick } from '../../src/network/dynamic.js';
import type { Topology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';
import { acyclic, computingNeurons, drawSetting, layered, singleActivations } from './networks.js';

/** Guss, Zhong et al. 2016, Theorem 2.2.1: a network run whole and a network of neurons run one by one are the same network. */
const GRAPHS = { 'layered networks': layered(), 'acyclic networks with connections that skip layers': acyclic() };

const seeds = fc.nat();
const RUNS = { seed: 1, numRuns: 100 };

/** D(v, ε(s)) with whole populations: v ← σ(K v) + ε(s), every neuron from the same v. */
function applyDynamic(topology: Topology, weights: Float32Array, encoded: Float32Array, voltages: Float32Array): Float32Array {
  const next = encoded.slice();
  for (const population of topology.populations) {
    if (population.kind === 'input') continue;
    const activations = singleActivations(voltages, 1);
    tick(referenceKernels, topology, population, weights, activations, { ...population, laneBegin: 0, laneEnd: 1 });
    for (let n = population.begin; n < population.end; n += 1) next[n] += activations.voltages[n];
  }
  return next;
}

/** μ^n(v) = σ(K^n v), in double precision and by nothing of the library's but σ. */
function ownPolicy({ rowOffset, populations }: Topology, weights: Float32Array, voltages: ArrayLike<number>, neuron: number): number {
  const population = populations.find(({ begin, end }) => neuron >= begin && neuron < end);
  if (population === undefined || population.kind === 'input') return 0;
  const z = population.sources.reduce((sum, source, j) => sum + weights[rowOffset[neuron] + j] * voltages[source], 0);
  return ACTIVATIONS[population.activation].value(z);
}

/** Weights, encoded observation and, besides, voltages of all neurons that need not follow from it. */
function drawSingle(topology: Topology, seed: number) {
  const { weights, encoded } = drawSetting(topology, 1, seed);
  const stream = createStream(seed, 'voltages');
  return { weights: Float32Array.from(weights), encoded: Float32Array.from(encoded), voltages: Float32Array.from(encoded, () => stream.gaussian()) };
}

/** Rounding of sums of a dozen single-precision terms, relative to numbers of this size. */
const close = (actual: number, expected: number) => Math.abs(actual - expected) <= 1e-5 * (1 + Math.abs(expected));

for (const [kind, graphs] of Object.entries(GRAPHS)) {
  test(`in ${kind} a neuron computed on its own comes out bit for bit as in the whole network`, (t) => {
    fc.assert(
      fc.property(graphs, seeds, (topology, seed) => {
        const { weights, encoded } = drawSingle(topology, seed);
        const whole = singleActivations(encoded, 1);
        propagate(referenceKernels, topology, weights, whole, 0, 1);
        for (const { neuron, population } of computingNeurons(topology)) {
          const alone = singleActivations(whole.voltages, 1);
          alone.voltages[neuron] = NaN;
          tick(referenceKernels, topology, population, weights, alone, { begin: neuron, end: neuron + 1, laneBegin: 0, laneEnd: 1 });
          t.deepEqual(alone.voltages, whole.voltages);
        }
      }),
      RUNS,
    );
  });

  test(`in ${kind} the projection of D(v) on every neuron is its own policy plus what the encoder gives it`, (t) => {
    fc.assert(
      fc.property(graphs, seeds, (topology, seed) => {
        const { weights, encoded, voltages } = drawSingle(topology, seed);
        const next = applyDynamic(topology, weights, encoded, voltages);
        next.forEach((voltage, n) => { t.true(close(voltage, ownPolicy(topology, weights, voltages, n) + encoded[n])); });
      }),
      RUNS,
    );
  });

  test(`in ${kind} as many applications of D as the evaluation delay bring any voltages to those of the scheduled ticks`, (t) => {
    fc.assert(
      fc.property(graphs, seeds, (topology, seed) => {
        const { weights, encoded, voltages } = drawSingle(topology, seed);
        const scheduled = singleActivations(encoded, 1);
        propagate(referenceKernels, topology, weights, scheduled, 0, 1);
        let state: Float32Array = voltages;
        state.set(encoded.subarray(0, topology.inputs.end)); // held from the first tick on
        for (let application = 0; application < topology.ticks.length; application += 1) state = applyDynamic(topology, weights, encoded, state);
        t.deepEqual(state, scheduled.voltages);
        t.deepEqual(applyDynamic(topology, weights, encoded, state), state);
      }),
      RUNS,
    );
  });

  test(`in ${kind} the decoded outputs are the policy's action, composed neuron by neuron`, (t) => {
    fc.assert(
      fc.property(graphs, seeds, (topology, seed) => {
        const { weights, encoded } = drawSingle(topology, seed);
        const { outputs } = topology;
        const size = outputs.end - outputs.begin;
        const { decode } = createDecoder(box(-2, 2, { shape: [size] }));
        const activations = singleActivations(encoded, 1);
        propagate(referenceKernels, topology, weights, activations, 0, 1);
        const sampled = decode(activations.voltages.subarray(outputs.begin, outputs.end));
        const composed = [...encoded]; // μ(s): neurons in order, so that all a neuron reads is there before it
        for (const { neuron } of computingNeurons(topology)) composed[neuron] = ownPolicy(topology, weights, composed, neuron);
        composed.slice(outputs.begin).forEach((voltage, k) => {
          t.true(typeof sampled !== 'number' && close(sampled[k], Math.min(2, Math.max(-2, 2 * voltage))));
        });
      }),
      RUNS,
    );
  });
}
