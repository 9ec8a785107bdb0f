import test from 'ava';

import { box } from '../../src/environment/environment.js';
import { makeEnvironment } from '../../src/environment/registry.js';
import { createDecoder } from '../../src/network/decoder.js';
import { createEncoder } from '../../src/network/encoder.js';
import { createExploration, createExplorationState } from '../../src/explore/voltage-noise.js';
import { layeredTopology } from '../../src/network/topology.js';

test('the encoder maps bounds to ±1, leaves unbounded components alone and sets the bias to 1', (t) => {
  const { observationSpace } = makeEnvironment('CartPole-v1');
  const voltages = new Float32Array(5);
  createEncoder(observationSpace).encode([4.8, 7, -observationSpace.high[2], -3], voltages);
  t.is(voltages[0], 1);
  t.true(Math.abs(voltages[1] - 1) < 1e-6);
  t.deepEqual([...voltages.slice(2)], [7, -1, -3]);
});

test('the encoder divides by a given scale', (t) => {
  const voltages = new Float32Array(4);
  createEncoder(makeEnvironment('Pendulum-v1').observationSpace, [1, 2, 4]).encode([0.5, 0.5, 6], voltages);
  t.deepEqual([...voltages], [1, 0.5, 0.25, 1.5]);
});

test('the decoder of a discrete space takes the highest voltage, the first of equals', (t) => {
  const { outputs, decode } = createDecoder({ kind: 'discrete', count: 3 });
  t.is(outputs, 3);
  t.is(decode(Float32Array.of(0.1, 0.7, 0.2)), 1);
  t.is(decode(Float32Array.of(0.5, 0.5, 0.2)), 0);
  t.is(decode(Float32Array.of(-2, -3, -1)), 2);
});

test('the decoder of a box stretches ±1 over the bounds and clips beyond them', (t) => {
  const { decode } = createDecoder(box([-2, 0, -Infinity], [2, 10, Infinity]));
  t.deepEqual(decode(Float32Array.of(0.5, -1, 7)), Float64Array.of(1, 0, 7));
  t.deepEqual(decode(Float32Array.of(3, -3, 0)), Float64Array.of(2, 0, 0));
});

const topology = layeredTopology({ observations: 1, hidden: [2], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'tanh' });

test('exploration of a neuron is the same for any owner of its neighbours', (t) => {
  const scale = { output: 0.3, hidden: 0.1, warmup: 1, correlation: 0, finalFraction: 1 };
  const all = createExploration(topology, 1, scale, [2, 3, 4]);
  const alone = createExploration(topology, 1, scale, [4]);
  for (const clock of [0, 5, 3]) t.is(alone.explore(4, 0.5, clock, false), all.explore(4, 0.5, clock, false));
});

test('exploration has the deviation that is set for outputs, hidden neurons and the warm-up', (t) => {
  const { explore } = createExploration(topology, 1, { output: 0.3, hidden: 0.1, warmup: 1, correlation: 0, finalFraction: 1 }, [2, 3, 4]);
  const deviation = (neuron: number, warmingUp: boolean) => {
    let sum = 0;
    for (let clock = 0; clock < 4000; clock += 1) sum += (explore(neuron, 0.5, clock, warmingUp) - 0.5) ** 2;
    return Math.sqrt(sum / 4000);
  };
  t.true(Math.abs(deviation(4, false) - 0.3) < 0.02);
  t.true(Math.abs(deviation(4, true) - 1) < 0.05);
  t.true(Math.abs(deviation(2, true) - 0.1) < 0.01);
});

test('exploration falls in a straight line to the share that is left at the last step, and its warm-up does not', (t) => {
  const create = (finalFraction: number) => createExploration(topology, 1, { output: 0.5, hidden: 0.1, warmup: 1, correlation: 0, finalFraction }, [2, 3, 4], undefined, 200);
  const [steady, falling] = [create(1), create(0.2)];
  for (const [step, share] of [[0, 1], [50, 0.8], [100, 0.6], [200, 0.2], [300, 0.2]] as const) {
    const noise = steady.explore(4, 0, step, false);
    t.true(noise !== 0 && Math.abs(falling.explore(4, 0, step, false) - share * noise) < 1e-12);
    t.is(create(0.2).explore(4, 0, step, true), 2 * noise);
  }
});

test('correlated noise keeps its standard deviation and its correlation from step to step', (t) => {
  const { explore } = createExploration(topology, 1, { output: 0.5, hidden: 0, warmup: 0.5, correlation: 0.8, finalFraction: 1 }, [4]);
  const noise = Array.from({ length: 20_000 }, (_, step) => explore(4, 0, step, false)).slice(100); // it starts at 0
  const covariance = (lag: number) => noise.slice(lag).reduce((sum, value, i) => sum + value * noise[i], 0) / (noise.length - lag);
  t.true(Math.abs(Math.sqrt(covariance(0)) - 0.5) < 0.02);
  t.true(Math.abs(covariance(1) / covariance(0) - 0.8) < 0.02);
  t.true(Math.abs(covariance(2) / covariance(0) - 0.64) < 0.03);
});

test('noise moves once in a step, however often an observation is shown in it', (t) => {
  const [once, often] = [0, 1].map(() => createExploration(topology, 1, { output: 0.5, hidden: 0, warmup: 0.5, correlation: 0.8, finalFraction: 1 }, [4]));
  for (let step = 0; step < 50; step += 1) {
    const expected = once.explore(4, 0, step, false);
    for (let shown = 0; shown <= step % 3; shown += 1) t.is(often.explore(4, 0, step, false), expected);
  }
});

test('an exploration continues from the state of another, and does not draw its noise twice', (t) => {
  const create = (state = createExplorationState(topology)) => ({ state, ...createExploration(topology, 1, { output: 0.5, hidden: 0.1, warmup: 0.5, correlation: 0.8, finalFraction: 1 }, [2, 3, 4], state) });
  const whole = create();
  const expected = [0, 1, 3, 4, 5].map((step) => whole.explore(4, 0, step, false)); // steps may be left out
  const first = create();
  const told = [0, 1, 3].map((step) => first.explore(4, 0, step, false));
  const second = create(first.state);
  t.is(second.explore(4, 0, 3, false), told[2]);
  t.deepEqual([...told, ...[4, 5].map((step) => second.explore(4, 0, step, false))], expected);
});
