import test, { type ExecutionContext } from 'ava';

import type { TrainedNetwork } from '../../../src/credit/trained-network.js';
import { DivergenceError } from '../../../src/errors.js';
import { doubleKernels } from '../../../src/kernels/reference.js';
import type { Activations } from '../../../src/network/activations.js';
import { propagate } from '../../../src/network/dynamic.js';
import type { LayeredNetwork } from '../../../src/network/topology.js';
import { createStream } from '../../../src/random/stream.js';
import { createDdpgFixture, type DdpgFixture } from './fixture.js';

const LINEAR: LayeredNetwork = { observations: 1, hidden: [], outputs: 1, bias: false, activation: 'linear', outputActivation: 'linear' };
const DEEP: LayeredNetwork = { observations: 3, hidden: [5, 4], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' };
const SIZE = 6;

function close(t: ExecutionContext, actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  t.is(actual.length, expected.length);
  expected.forEach((value, i) => { t.true(Math.abs(actual[i] - value) <= tolerance, `${actual[i]} at ${i}, not ${value}`); });
}

/** μ = s/2, μ' = s/4, Q = s - a, Q' = 2s + 4a; one transition from s = 2 by a = 3 with r = 1 to s' = 1. */
function byHand(discounts: number): DdpgFixture {
  const fixture = createDdpgFixture(LINEAR, 1, { actorRate: 0.1, criticRate: 0.1, targetRate: 0.5 });
  const { actor, critic, transitions } = fixture;
  actor.weights.values.set([0.5]);
  actor.weights.target.set([0.25]);
  critic.weights.values.set([1, -1]);
  critic.weights.target.set([2, 4]);
  fixture.show([[2]], [[1]]);
  transitions.reward.set([1]);
  transitions.sampled.set([3]);
  transitions.discounts.set([discounts]);
  return fixture;
}

test('an update of actor, critic and both target copies, by hand', (t) => {
  const { program, actor, critic } = byHand(0.5);
  program.learn(1);
  // Q'(s', μ'(s')) = 2·1 + 4·0.25 = 3; D = 1 + 0.5·3 - (2 - 3) = 3.5
  close(t, program.tdError, [3.5]);
  // θ += 0.1 · D · (s, a) = 0.1 · 3.5 · (2, 3)
  close(t, critic.weights.values, [1.7, 0.05]);
  // ∂Q/∂a is now 0.05: K += 0.1 · 0.05 · s
  close(t, actor.weights.values, [0.51]);
  close(t, critic.weights.target, [(2 + 1.7) / 2, (4 + 0.05) / 2]);
  close(t, actor.weights.target, [(0.25 + 0.51) / 2]);
});

test('a terminated transition drops the bootstrap', (t) => {
  const { program } = byHand(0);
  program.learn(1);
  close(t, program.tdError, [1 - (2 - 3)]);
});

test('target copies follow by their rate and nothing else moves them', (t) => {
  const rates = { actorRate: 0, criticRate: 0, targetRate: 0.25 };
  const fixture = busy(rates);
  const before = [fixture.actor, fixture.critic].map(({ weights }) => ({ values: [...weights.values], target: [...weights.target] }));
  fixture.program.learn(1);
  [fixture.actor, fixture.critic].forEach(({ weights }, i) => {
    close(t, weights.values, before[i].values, 0);
    close(t, weights.target, before[i].target.map((target, j) => target + 0.25 * (before[i].values[j] - target)));
  });
});

/** Random weights and a random minibatch on a network of two hidden layers and two outputs. */
function busy(rates = { actorRate: 0, criticRate: 0, targetRate: 0.005 }): DdpgFixture {
  const fixture = createDdpgFixture(DEEP, SIZE, rates);
  const stream = createStream(1, 'test');
  const { actor, critic, transitions } = fixture;
  for (const { weights } of [actor, critic]) {
    for (const list of [weights.values, weights.target]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 2;
  }
  const observations = () => Array.from({ length: SIZE }, () => [0, 1, 2].map(() => stream.gaussian()));
  fixture.show(observations(), observations());
  for (const list of [transitions.reward, transitions.sampled]) for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian();
  transitions.discounts.fill(0.9);
  return fixture;
}

/** Voltages of the outputs in double precision, for inputs as they lie in the activations. */
function outputs({ topology }: TrainedNetwork, weights: Float64Array, inputs: ArrayLike<number>): Float64Array {
  const activations: Activations<Float64Array> = { lanes: SIZE, voltages: new Float64Array(topology.neurons * SIZE), weightedInputs: new Float64Array(topology.neurons * SIZE) };
  activations.voltages.set(inputs);
  propagate(doubleKernels, topology, weights, activations, 0, SIZE);
  return activations.voltages.slice(topology.outputs.begin * SIZE);
}

/** The rows of neurons `begin..end`, lanes of the states only. */
function stateLanes({ activations }: TrainedNetwork, begin: number, end: number): number[] {
  return Array.from({ length: (end - begin) * SIZE }, (_, i) => activations.voltages[(begin + Math.floor(i / SIZE)) * activations.lanes + (i % SIZE)]);
}

/** Central differences of a function of the weights, in double precision. */
function differences(of: (weights: Float64Array) => number, at: Float32Array): number[] {
  const step = 1e-5;
  return [...at].map((_, i) => {
    const [up, down] = [step, -step].map((change) => of(Float64Array.from(at, (value, j) => value + (i === j ? change : 0))));
    return (up - down) / (2 * step);
  });
}

test('the critic\'s gradient is that of -D²/2 with the bootstrap held, by finite differences', (t) => {
  const { program, actor, critic, transitions } = busy();
  program.learn(1);
  const values = (weights: Float64Array) => outputs(critic, weights, [...stateLanes(actor, 0, actor.topology.inputs.end), ...transitions.sampled]);
  const targets = values(Float64Array.from(critic.weights.values)).map((value, b) => value + program.tdError[b]);
  const climbed = (weights: Float64Array) => values(weights).reduce((sum, value, b) => sum - (targets[b] - value) ** 2 / 2, 0) / SIZE;
  close(t, critic.gradient, differences(climbed, critic.weights.values), 1e-5);
  t.true(critic.gradient.every((value) => value !== 0));
});

test('the actor\'s gradient is that of Q(s, μ(s)), by finite differences', (t) => {
  const { program, actor, critic } = busy();
  program.learn(1);
  const inputs = stateLanes(actor, 0, actor.topology.inputs.end);
  const criticWeights = Float64Array.from(critic.weights.values);
  const climbed = (weights: Float64Array) => outputs(critic, criticWeights, [...inputs, ...outputs(actor, weights, inputs)]).reduce((sum, value) => sum + value, 0) / SIZE;
  close(t, actor.gradient, differences(climbed, actor.weights.values), 1e-5);
  t.true(actor.gradient.every((value) => value !== 0));
});

test('after an update the actor holds each row\'s gradient and its factors', (t) => {
  const { program, actor } = busy({ actorRate: 0.1, criticRate: 0.1, targetRate: 0.005 });
  program.learn(1);
  const { topology, activations, deltaOf, gradientOf } = actor;
  for (const { begin, end, sources } of topology.populations) {
    for (let neuron = begin; neuron < end && sources.length > 0; neuron += 1) {
      const expected = [...sources].map((source) => deltaOf[neuron].reduce((sum, delta, b) => sum + delta * activations.voltages[source * activations.lanes + b], 0));
      close(t, gradientOf[neuron], expected);
    }
  }
});

test('a TD error that is not finite ends the update with the critic\'s name', (t) => {
  const { program, transitions } = busy();
  transitions.reward[2] = Infinity;
  t.throws(() => { program.learn(1); }, { instanceOf: DivergenceError, message: /^TD error of neuron critic\.output\[0\] became Infinity/ });
});

test('weights that are not finite end the update with the neuron\'s name', (t) => {
  const { program, actor } = busy();
  actor.weights.of(actor.topology.inputs.end + 1).values[0] = NaN;
  t.throws(() => { program.learn(1); }, { instanceOf: DivergenceError, message: /^weighted input of neuron hidden1\[1\] became NaN/ });
});
