import test from 'ava';

import { makeEnvironment } from '../../src/environment/registry.js';
import { withRecurrentInputs } from '../../src/network/recurrent-inputs.js';
import { compileStepGraph, type StepNetwork } from '../../src/network/step-graph.js';
import { layeredTopology } from '../../src/network/topology.js';
import { graphOf, recurrentNeurons } from '../../src/network/neural.js';
import { resolveSettings } from '../../src/simulation/options.js';

const HIDDEN = [4, 3];

function networkOf(recurrent: number, recurrentTimeConstant = 1): StepNetwork {
  const { network, seed } = resolveSettings({ network: { hidden: HIDDEN, recurrent, recurrentTimeConstant } });
  return compileStepGraph(graphOf(network, 3, 1, seed));
}

test('fully connected layers are the layered topology, recurrent inputs included', (t) => {
  for (const recurrent of [0, 0.5, 1]) {
    const observations = 3 + recurrentNeurons(HIDDEN, { recurrent });
    t.deepEqual(networkOf(recurrent).topology, layeredTopology({ observations, hidden: HIDDEN, outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' }));
  }
});

test('a share of each hidden layer is read again, by the last inputs, with time constants in equal ratios', (t) => {
  t.is(recurrentNeurons(HIDDEN, { recurrent: 1 }), 7);
  t.is(recurrentNeurons(HIDDEN, { recurrent: 0.5 }), 4);
  const { begin, sources: heard, shares } = networkOf(1, 8).context;
  t.is(begin, 4);
  t.deepEqual([...heard], [11, 12, 13, 14, 15, 16, 17]);
  [1, 1 / 2, 1 / 4, 1 / 8, 1, 1 / Math.sqrt(8), 1 / 8].forEach((share, i) => { t.true(Math.abs(shares[i] - share) < 1e-12); });
  const half = networkOf(0.5).context;
  t.deepEqual([...half.sources], [8, 9, 12, 13]);
  t.deepEqual([...half.shares], [1, 1, 1, 1]);
});

test('a recurrent input is the leaky voltage of the previous step, and 0 at the start of an episode', (t) => {
  const lanes = 2;
  const { topology, context: found } = networkOf(0.5);
  const context = { ...found, shares: Float64Array.of(1, 0.5, 0.25, 1) };
  const activations = { lanes, voltages: new Float32Array(lanes * topology.neurons), weightedInputs: new Float32Array(0) };
  const environment = withRecurrentInputs(makeEnvironment('Pendulum-v1', { seed: 2 }), context, activations, 1);
  const bare = makeEnvironment('Pendulum-v1', { seed: 2 });
  t.deepEqual([...environment.reset()], [...bare.reset(), 0, 0, 0, 0]);
  t.is(environment.observationSpace.low.length, 7);
  const say = (carried: readonly number[], said: readonly number[]) => {
    activations.voltages.fill(9); // the other lane, and neurons that nobody listens to
    carried.forEach((voltage, i) => (activations.voltages[(context.begin + i) * lanes + 1] = voltage));
    said.forEach((voltage, i) => (activations.voltages[context.sources[i] * lanes + 1] = voltage));
  };
  say([0, 0, 0, 0], [1, 1, 1, -1]);
  t.deepEqual([...environment.step([0.5]).observation], [...bare.step([0.5]).observation, 1, 0.5, 0.25, -1]);
  say([1, 0.5, 0.25, -1], [0, 1, 0.25, 0.5]);
  t.deepEqual([...environment.step([1]).observation], [...bare.step([1]).observation, 0, 0.75, 0.25, 0.5]);
  t.deepEqual([...environment.reset()].slice(3), [0, 0, 0, 0]);
});

test('a network that reads nothing again has the environment itself', (t) => {
  const environment = makeEnvironment('Pendulum-v1');
  const { topology, context } = networkOf(0);
  t.is(withRecurrentInputs(environment, context, { lanes: 1, voltages: new Float32Array(topology.neurons), weightedInputs: new Float32Array(topology.neurons) }, 0), environment);
});
