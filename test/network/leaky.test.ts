import test from 'ava';
import fc from 'fast-check';

import { doubleKernels } from '../../src/kernels/reference.js';
import type { Activations } from '../../src/network/activations.js';
import { createSpikingState, fire } from '../../src/network/spiking.js';
import { graphTopology } from '../../src/network/graph.js';
import { checkTimeConstants, leak, spreadTimeConstants } from '../../src/network/leaky-rate.js';
import { advance } from '../../src/network/recurrent.js';
import type { Topology } from '../../src/network/topology.js';

function activationsOf({ neurons }: Topology): Activations<Float64Array> {
  return { lanes: 1, voltages: new Float64Array(neurons), weightedInputs: new Float64Array(neurons) };
}

/** One input, two hidden neurons that read it and each other, one output. Neurons: bias 0, input 1, pair 2 and 3, output 4. */
const pair = (activation: 'linear' | 'tanh'): Topology => graphTopology({
  observations: 1,
  layers: [{ name: 'pair', size: 2, activation }],
  outputs: 1,
  outputActivation: 'linear',
  bias: false,
  blocks: [{ from: 'input', to: 'pair' }, { from: 'pair', to: 'pair', self: true }, { from: 'pair', to: 'output' }],
  seed: 1,
});

const SILENT = new Float64Array(8);

test('with nothing coming in a voltage decays as (1 - Δt/τ)^k, each by its own time constant', (t) => {
  const activations = activationsOf(pair('linear'));
  activations.voltages.set([1, 2], 2);
  for (let k = 1; k <= 50; k += 1) {
    leak(doubleKernels, pair('linear'), SILENT, activations, { timeStep: 0.1, timeConstants: [1, 1, 1, 4, 1] });
    t.true(Math.abs(activations.voltages[2] - 0.9 ** k) < 1e-12);
    t.true(Math.abs(activations.voltages[3] - 2 * 0.975 ** k) < 1e-12);
  }
});

test('a step of the current is answered by σ(I) (1 - (1 - Δt/τ)^k)', (t) => {
  const activations = activationsOf(pair('tanh'));
  const current = [0, 0, 0.8, 0, 0];
  for (let k = 1; k <= 50; k += 1) {
    leak(doubleKernels, pair('tanh'), SILENT, activations, { timeStep: 0.5, timeConstants: new Float64Array(5).fill(3), current });
    t.true(Math.abs(activations.voltages[2] - Math.tanh(0.8) * (1 - (1 - 0.5 / 3) ** k)) < 1e-12);
  }
});

/** Two neurons that turn round each other, at time 2, in steps of Δt: weights [input, self, other] of each row. */
function spiral(activation: 'linear' | 'tanh', timeStep: number): number[] {
  const topology = pair(activation);
  const activations = activationsOf(topology);
  activations.voltages.set([1, 0], 2);
  const weights = Float64Array.of(0, 0, -1.5, 0, 1.5, 0, 0, 0);
  for (let k = 0; k < Math.round(2 / timeStep); k += 1) leak(doubleKernels, topology, weights, activations, { timeStep, timeConstants: new Float64Array(5).fill(1) });
  return [...activations.voltages.subarray(2, 4)];
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((x, i) => x - b[i]));
}

test('half the time step makes half the error, against the exact spiral and against a fine solution', (t) => {
  const exact = [Math.exp(-2) * Math.cos(3), Math.exp(-2) * Math.sin(3)]; // dv/dt = (-1 ± 1.5i) v from 1
  const fine = spiral('tanh', 2 ** -16);
  for (const [activation, truth] of [['linear', exact], ['tanh', fine]] as const) {
    for (const timeStep of [2 ** -7, 2 ** -8, 2 ** -9]) {
      const ratio = distance(spiral(activation, timeStep), truth) / distance(spiral(activation, timeStep / 2), truth);
      t.true(ratio > 1.9 && ratio < 2.1, `${activation} ${timeStep}: ${ratio}`);
    }
  }
});

test('a time step as long as every time constant is the discrete voltage dynamic', (t) => {
  fc.assert(fc.property(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 }), (numbers) => {
    const [one, other] = [activationsOf(pair('tanh')), activationsOf(pair('tanh'))];
    for (const { voltages } of [one, other]) voltages.set(numbers.slice(8), 1);
    const weights = Float64Array.from(numbers.slice(0, 8));
    leak(doubleKernels, pair('tanh'), weights, one, { timeStep: 3, timeConstants: new Float64Array(5).fill(3) });
    advance(doubleKernels, pair('tanh'), weights, other);
    for (let i = 0; i < 5; i += 1) t.true(Math.abs(one.voltages[i] - other.voltages[i]) < 1e-12);
  }), { seed: 1, numRuns: 30 });
});

test('a time constant shorter than the step is refused by the name of its neuron', (t) => {
  const refuse = (timeStep: number, timeConstants: number[], message: string): void => {
    t.throws(() => { checkTimeConstants(pair('tanh'), { timeStep, timeConstants }); }, { instanceOf: RangeError, message });
  };
  refuse(1, [0, 0, 1, 0.5, 1], '"network.timeConstants[pair[1]]" expected a number >= the time step 1, got 0.5');
  refuse(1, [0, 0, 1, 1, NaN], '"network.timeConstants[output[0]]" expected a number >= the time step 1, got NaN');
  refuse(1, [1, 1], '"network.timeConstants" expected one for each of 5 neurons, got 2');
  refuse(0, [1, 1, 1, 1, 1], '"network.timeStep" expected a number > 0, got 0');
  t.notThrows(() => { checkTimeConstants(pair('tanh'), { timeStep: 1, timeConstants: [0, 0, 1, 7, 1] }); });
});

test('time constants are spread in equal ratios over each hidden population', (t) => {
  const topology = graphTopology({
    observations: 1,
    layers: [{ name: 'pool', size: 5, activation: 'tanh' }, { name: 'one', size: 1, activation: 'tanh' }],
    outputs: 1,
    outputActivation: 'linear',
    bias: true,
    seed: 1,
  });
  const constants = spreadTimeConstants(topology, 1, 16).slice(2);
  [1, 2, 4, 8, 16, 1, 1].forEach((constant, i) => { t.true(Math.abs(constants[i] - constant) < 1e-12); });
});

/** A neuron alone that fires: what it sends in each of so many steps under a constant current per step. */
function train(steps: number, current: number, { tau = 10, threshold = 1, refractory = 0, timeStep = 1 } = {}): number[] {
  const topology = graphTopology({ observations: 1, layers: [], outputs: 1, outputActivation: 'linear', bias: false, blocks: [{ from: 'input', to: 'output' }], seed: 1 });
  const all = (value: number) => new Float64Array(3).fill(value);
  const [activations, state] = [activationsOf(topology), createSpikingState(topology)];
  const firing = { timeStep, timeConstants: all(tau), thresholds: all(threshold), refractoryPeriods: all(refractory), current: [0, 0, current] };
  return Array.from({ length: steps }, () => {
    fire(doubleKernels, topology, SILENT, activations, state, firing);
    return activations.voltages[2];
  });
}

test('a current fires a neuron with the period of the closed form, and a weak one never', (t) => {
  const decay = Math.exp(-1 / 10);
  for (const refractory of [0, 1, 2.5]) {
    for (const current of [0.11, 0.15, 0.3, 0.6, 1.5]) {
      const period = Math.ceil(refractory) + Math.floor(Math.log(1 - (1 - decay) / current) / Math.log(decay)) + 1;
      const sent = train(3 * period, current, { refractory });
      const fired = sent.flatMap((voltage, step) => (voltage === 0 ? [] : [step + 1]));
      const first = period - Math.ceil(refractory);
      t.deepEqual(fired, [first, first + period, first + 2 * period].filter((step) => step <= 3 * period));
      const reached = (current * (1 - decay ** first)) / (1 - decay);
      t.true(Math.abs(sent[first - 1] - reached) < 1e-12); // it sends the voltage with which it fired
    }
  }
  t.true(train(2000, 0.99 * (1 - decay)).every((voltage) => voltage === 0));
});

test('with small steps the rate of firing tends to 1 / (ρ + τ ln(Ī / (Ī - θ)))', (t) => {
  const [tau, threshold, refractory, held] = [10, 1, 3, 1.6];
  const rate = 1 / (refractory + tau * Math.log(held / (held - threshold)));
  const errors = [0.1, 0.01].map((timeStep) => {
    const steps = Math.round(400 / timeStep);
    const current = held * (1 - Math.exp(-timeStep / tau));
    const fired = train(steps, current, { tau, threshold, refractory, timeStep }).flatMap((voltage, step) => (voltage === 0 ? [] : [step]));
    const measured = (fired.length - 1) / ((fired[fired.length - 1] - fired[0]) * timeStep);
    return Math.abs(measured / rate - 1);
  });
  t.true(errors[0] < 0.02 && errors[1] < 0.002, errors.join(' '));
});

test('an undriven potential decays as e^{-Δt/τ}, and a neuron that rests is deaf', (t) => {
  const topology = pair('linear');
  const [activations, state] = [activationsOf(topology), createSpikingState(topology)];
  state.potentials[2] = 0.9;
  const all = (value: number) => new Float64Array(5).fill(value);
  const firing = { timeStep: 1, timeConstants: all(4), thresholds: all(1), refractoryPeriods: all(2) };
  for (let k = 1; k <= 10; k += 1) {
    fire(doubleKernels, topology, SILENT, activations, state, firing);
    t.true(Math.abs(state.potentials[2] - 0.9 * Math.exp(-k / 4)) < 1e-12);
  }
  const sent = Array.from({ length: 6 }, () => {
    fire(doubleKernels, topology, SILENT, activations, state, { ...firing, current: [0, 0, 5, 0, 0] });
    return activations.voltages[2];
  });
  t.deepEqual(sent.map((voltage) => voltage > 0), [true, false, false, true, false, false]);
});

test('a spike reaches another neuron one step later, times its weight', (t) => {
  const topology = pair('linear');
  const [activations, state] = [activationsOf(topology), createSpikingState(topology)];
  const all = (value: number) => new Float64Array(5).fill(value);
  const firing = { timeStep: 1, timeConstants: all(1e9), thresholds: all(1), refractoryPeriods: all(0) };
  const weights = Float64Array.of(1, 0, 0, 0, 0.25, 0, 0, 0); // pair[0] reads the input, pair[1] a quarter of pair[0]
  activations.voltages[1] = 2;
  fire(doubleKernels, topology, weights, activations, state, firing);
  t.deepEqual([activations.voltages[2], state.potentials[3]], [2, 0]);
  fire(doubleKernels, topology, weights, activations, state, firing);
  t.true(Math.abs(state.potentials[3] - 0.5) < 1e-8);
});
