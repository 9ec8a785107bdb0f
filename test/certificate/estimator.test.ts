import test from 'ava';

import { CERTIFIED_NAMES, certifiedRule } from '../../src/certificate/certified-rules.js';
import { createEstimator } from '../../src/certificate/estimator.js';
import { createRecorder } from '../../src/certificate/recorder.js';
import { InternalError } from '../../src/index.js';
import { createOptimiser } from '../../src/optimise/registry.js';
import type { Neuron } from '../../src/network/neuron.js';
import { kernelsOf } from '../kernels/fixture.js';
import { createRuleFixture } from '../rule/fixture.js';
import { createStream } from '../../src/random/stream.js';

const SIZE = 4;

/** A minibatch on a network of random weights, and what a kind is told of them. */
function scene() {
  const fixture = createRuleFixture('linear', { observations: 2, hidden: [4, 3], activation: 'tanh', size: SIZE });
  const stream = createStream(1, 'test');
  for (let i = 0; i < fixture.tables.weights.values.length; i += 1) fixture.tables.weights.values[i] = stream.gaussian();
  const observations = () => Array.from({ length: SIZE }, () => [stream.gaussian(), stream.gaussian()]);
  fixture.show(observations(), observations());
  for (const list of [fixture.batch.reward, fixture.batch.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  fixture.batch.discounts.fill(0.9);
  const { topology } = fixture;
  const probed = [topology.inputs.end, topology.outputs.begin];
  const { kernels } = fixture;
  const context = { kernels, topology, weights: fixture.tables.weights.values, optimiser: createOptimiser('adam', kernels), batchSize: SIZE, discount: 0.9, exploration: { output: 0.3, hidden: 0.1 }, seed: 1, probed };
  return { fixture, context, probed };
}

for (const name of CERTIFIED_NAMES) {
  test(`${name} learns its critic and leaves the network's weights alone`, (t) => {
    const { fixture: { batch, tables }, context, probed } = scene();
    const before = [...tables.weights.values];
    const kind = createEstimator(certifiedRule(name), context);
    kind.probe(batch);
    const first = probed.map((neuron) => kind.valueOf(neuron));
    for (let update = 1; update <= 20; update += 1) kind.learn(batch, { criticRate: 0.01, targetRate: 0.1 }, update);
    kind.probe(batch);
    t.notDeepEqual(probed.map((neuron) => kind.valueOf(neuron)), first);
    t.deepEqual([...tables.weights.values], before);
    t.is(kind.failure, null);
  });

  test(`repeated probes of ${name} give the same estimate`, (t) => {
    const { fixture: { batch }, context, probed } = scene();
    const kind = createEstimator(certifiedRule(name), context);
    for (let update = 1; update <= 5; update += 1) kind.learn(batch, { criticRate: 0.01, targetRate: 0.1 }, update);
    const look = () => {
      kind.probe(batch);
      return probed.map((neuron) => [[...kind.gradientOf(neuron)], kind.valueOf(neuron)]);
    };
    const first = look();
    t.deepEqual(look(), first);
    const [looked, left] = [kind, createEstimator(certifiedRule(name), context)];
    for (let update = 1; update <= 5; update += 1) left.learn(batch, { criticRate: 0.01, targetRate: 0.1 }, update);
    for (const each of [looked, left]) each.learn(batch, { criticRate: 0.01, targetRate: 0.1 }, 6);
    left.probe(batch);
    const expected = probed.map((neuron) => [[...left.gradientOf(neuron)], left.valueOf(neuron)]);
    t.deepEqual(look(), expected, 'a probe leaves no trace in what is learned afterwards');
  });
}

test('an estimator records exactly the step that the rule would have added to the row', (t) => {
  // The same rule with SGD of rate 1 on a network that it may change.
  const { fixture: { batch, tables, topology }, context, probed } = scene();
  const free = createRuleFixture('broadcast', { observations: 2, hidden: [4, 3], activation: 'tanh', size: SIZE, rates: { outputRate: 1, hiddenRate: 1 } });
  free.tables.weights.values.set(tables.weights.values);
  free.batch.activations.voltages.set(batch.activations.voltages);
  free.batch.activations.weightedInputs.set(batch.activations.weightedInputs);
  free.batch.reward.set(batch.reward);
  free.batch.discounts.set(batch.discounts);
  free.batch.sampled.set(batch.sampled.subarray((topology.outputs.begin - topology.inputs.end) * SIZE));
  const before = [...free.tables.weights.values];
  const kind = createEstimator(certifiedRule('broadcast'), context);
  kind.probe(batch);
  free.update();
  for (const neuron of probed) {
    kind.gradientOf(neuron).forEach((each, j) => {
      const at = topology.rowOffset[neuron] + j;
      t.true(Math.abs(free.tables.weights.values[at] - before[at] - each) < 1e-6);
    });
  }
});

test('a recorder refuses an undeclared row', (t) => {
  const live = new Float32Array(4);
  const none = new Float32Array(0);
  const part = (begin: number, end: number) => ({ values: live.subarray(begin, end), target: none, first: none, second: none });
  const { neurons } = createRuleFixture('linear');
  const neuron: Neuron = { ...neurons[2], weights: part(0, 2) };
  const recorder = createRecorder(createOptimiser('sgd', kernelsOf('reference')), live, [neuron]);
  recorder.step(neuron.weights, Float32Array.of(1, 2, 99), 1, 1);
  t.deepEqual([...recorder.gradientOf(neuron)], [1, 2]);
  t.throws(() => { recorder.step(part(2, 4), Float32Array.of(1, 2), 1, 1); }, { instanceOf: InternalError });
  t.deepEqual([...live], [0, 0, 0, 0]);
  const critic = { values: Float32Array.of(1), target: none, first: none, second: none };
  recorder.step(critic, Float32Array.of(2), 0.5, 1);
  t.is(critic.values[0], 2);
  recorder.holding = true;
  recorder.step(critic, Float32Array.of(2), 0.5, 1);
  t.is(critic.values[0], 2);
});
