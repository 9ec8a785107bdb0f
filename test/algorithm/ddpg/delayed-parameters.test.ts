import test from 'ava';

import { createDdpgAgent } from '../../../src/algorithm/ddpg/agent.js';
import type { TrainedNetwork } from '../../../src/credit/trained-network.js';
import { createDelayedParameters } from '../../../src/algorithm/ddpg/delayed-parameters.js';
import { resolveDdpgSettings } from '../../../src/algorithm/ddpg/settings.js';
import type { LayeredNetwork } from '../../../src/network/topology.js';
import { createStream } from '../../../src/random/stream.js';
import { kernelsOf } from '../../kernels/fixture.js';
import { createDdpgFixture, type DdpgFixture } from './fixture.js';

const LINEAR: LayeredNetwork = { observations: 1, hidden: [], outputs: 1, bias: false, activation: 'linear', outputActivation: 'linear' };
const DEEP: LayeredNetwork = { observations: 3, hidden: [5, 4], outputs: 2, bias: true, activation: 'tanh', outputActivation: 'tanh' };
const SIZE = 6;
const RATES = { actorRate: 0.05, criticRate: 0.1, targetRate: 0.25 };

/** The critic's weight w of Q(s, a) = w s from one update to the next, on L = w²/2: delayed gradient descent on a quadratic. */
function descend(delay: number, rate: number, updates: number): number[] {
  const fixture = createDdpgFixture(LINEAR, 1, { actorRate: 0, criticRate: rate, targetRate: 0 }, 'sgd', delay, 'reference');
  const { program, critic } = fixture;
  critic.weights.values.set([1, 0]);
  fixture.show([[1]], [[1]]); // s = 1, and a, r and the bootstrap are 0: D = -w
  return Array.from({ length: updates }, (_, update) => {
    program.learn(update + 1);
    return critic.weights.values[0];
  });
}

test('the critic descends a quadratic by w ← w - η w(d updates ago), by hand', (t) => {
  t.deepEqual(descend(0, 0.5, 4), [0.5, 0.25, 0.125, 0.0625]);
  t.deepEqual(descend(1, 0.5, 7), [0.5, 0, -0.25, -0.25, -0.125, 0, 0.0625]);
  t.deepEqual(descend(2, 0.5, 6), [0.5, 0, -0.5, -0.75, -0.75, -0.5]);
});

for (const delay of [0, 1, 2, 5]) {
  test(`a delay of ${delay} is stable up to a rate of 2 sin(π / (4d + 2)) and not beyond`, (t) => {
    const limit = 2 * Math.sin(Math.PI / (4 * delay + 2)); // where z^(d + 1) - z^d + η first has a root on the unit circle
    const last = (rate: number) => Math.max(...descend(delay, rate, 500 * (delay + 1)).slice(-100).map(Math.abs));
    t.true(last(0.97 * limit) < 1e-3);
    t.true(last(1.03 * limit) > 1e3);
  });
}

/** Fills weights and minibatches from a stream; call `next` for a new minibatch. */
function busy(delay: number, rates = RATES): DdpgFixture & { next(): void } {
  const fixture = createDdpgFixture(DEEP, SIZE, rates, 'sgd', delay, 'reference');
  const stream = createStream(1, 'test');
  const fill = (list: Float32Array) => { for (let i = 0; i < list.length; i += 1) list[i] = stream.gaussian() / 2; };
  const observations = () => Array.from({ length: SIZE }, () => [0, 1, 2].map(() => stream.gaussian()));
  for (const { weights } of [fixture.actor, fixture.critic]) [weights.values, weights.target].forEach(fill);
  return {
    ...fixture,
    next() {
      fixture.show(observations(), observations());
      [fixture.transitions.reward, fixture.transitions.sampled].forEach(fill);
      fixture.transitions.discounts.fill(0.9);
    },
  };
}

const snapshot = ({ weights: { values, target } }: TrainedNetwork) => ({ values: values.slice(), target: target.slice() });

function restore({ weights }: TrainedNetwork, { values, target }: ReturnType<typeof snapshot>): void {
  weights.values.set(values);
  weights.target.set(target);
}

/**
 * Both gradients of an update, by a program without a delay and with rates of 0: the critic's at what the parameters were after `then`
 * updates, the actor's by the critic one update younger.
 */
function gradientsAt(still: DdpgFixture, history: readonly { actor: ReturnType<typeof snapshot>; critic: ReturnType<typeof snapshot> }[], then: number, stepped: number) {
  restore(still.actor, history[then].actor);
  restore(still.critic, history[then].critic);
  still.program.learn(1);
  const critic = still.critic.gradient.slice();
  still.critic.weights.values.set(history[stepped].critic.values);
  still.program.learn(2);
  return { critic, actor: still.actor.gradient.slice() };
}

/** The present parameters after a step along the gradients: θ + η g, and then θ' + τ (θ - θ'). */
function stepped({ values, target }: ReturnType<typeof snapshot>, gradient: Float32Array, rate: number): ReturnType<typeof snapshot> {
  const next = values.map((value, i) => value + rate * gradient[i]);
  return { values: next, target: target.map((value, i) => value + RATES.targetRate * (next[i] - value)) };
}

for (const delay of [1, 2, 3, 7]) {
  test(`twelve updates with a delay of ${delay} are those of a simulation that keeps every past parameter`, (t) => {
    const [delayed, still] = [busy(delay), busy(0, { actorRate: 0, criticRate: 0, targetRate: 0 })];
    const history = [{ actor: snapshot(delayed.actor), critic: snapshot(delayed.critic) }];
    for (let update = 0; update < 12; update += 1) {
      delayed.next();
      still.next();
      delayed.program.learn(update + 1);
      const gradients = gradientsAt(still, history, Math.max(0, update - delay), Math.max(0, update + 1 - delay));
      const { actor, critic } = history[update];
      history.push({ actor: stepped(actor, gradients.actor, RATES.actorRate), critic: stepped(critic, gradients.critic, RATES.criticRate) });
      t.deepEqual(delayed.critic.gradient, gradients.critic);
      t.deepEqual(delayed.actor.gradient, gradients.actor);
      t.deepEqual({ actor: snapshot(delayed.actor), critic: snapshot(delayed.critic) }, history[update + 1]);
    }
  });
}

test('the first d updates differentiate at the first parameters', (t) => {
  const delay = 3;
  const fixture = busy(delay);
  const { program, actor, critic } = fixture;
  fixture.next();
  const gradients = Array.from({ length: delay + 2 }, (_, update) => {
    program.learn(update + 1);
    return { actor: [...actor.gradient], critic: [...critic.gradient] };
  });
  for (let update = 1; update < delay; update += 1) t.deepEqual(gradients[update], gradients[0]);
  t.notDeepEqual(gradients[delay].actor, gradients[0].actor); // by the critic after its first step
  t.deepEqual(gradients[delay].critic, gradients[0].critic);
  t.notDeepEqual(gradients[delay + 1].critic, gradients[0].critic);
});

test('without a delay the parameters themselves are read, and nothing is copied', (t) => {
  const { actor, critic } = createDdpgFixture(DEEP, SIZE, RATES);
  const at = createDelayedParameters(kernelsOf('reference'), actor, critic, 0).next();
  t.is(at.actor.values, actor.weights.values);
  t.is(at.critic.target, critic.weights.target);
  t.is(at.criticStepped, critic.weights.values);
});

const agentWith = (delay: number, hidden = [6]) => createDdpgAgent(resolveDdpgSettings({ network: { hidden }, learning: { gradientDelay: delay, warmup: 64, replay: 256 } }));

test('an agent with a delay learns something else than one without, and acts the same until it learns', (t) => {
  const [prompt, late] = [0, 4].map((delay) => agentWith(delay));
  for (let step = 0; step < 80; step += 1) for (const agent of [prompt, late]) agent.step();
  t.deepEqual(late.replay.inputVoltages, prompt.replay.inputVoltages);
  for (const agent of [prompt, late]) agent.update();
  t.notDeepEqual(late.actor.weights.values, prompt.actor.weights.values); // by the critic before its first step
  t.deepEqual(late.critic.weights.values, prompt.critic.weights.values);
});

test('a delay whose parameters take more than 1 GiB is refused with the longest that there can be', (t) => {
  const message = '"learning.gradientDelay" expected a delay whose parameters take at most 1 GiB, got 4096; with networks of this size it can be 251';
  t.throws(() => agentWith(4096, [512, 512]), { instanceOf: RangeError, message });
});
