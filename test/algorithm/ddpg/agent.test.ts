import test from 'ava';

import { createDdpgAgent } from '../../../src/algorithm/ddpg/agent.js';
import { resolveDdpgSettings, type DdpgOptions } from '../../../src/algorithm/ddpg/settings.js';
import { neuronName } from '../../../src/network/topology.js';

const SMALL: DdpgOptions = { network: { hidden: [4] }, learning: { batch: 8, warmup: 20, replay: 256 } };
const agentWith = (options: DdpgOptions) => createDdpgAgent(resolveDdpgSettings({ ...SMALL, ...options }));

test('the critic reads bias, observations and action voltages', (t) => {
  const { actor, critic } = agentWith({ environment: 'CartPole-v1' });
  t.is(actor.topology.inputs.end, 1 + 4);
  t.is(critic.topology.inputs.end, 1 + 4 + 2);
  t.is(critic.topology.outputs.activation, 'linear');
  t.is(neuronName(critic.topology, critic.topology.outputs.begin), 'critic.output[0]');
});

test('the critic\'s first weights are not the actor\'s', (t) => {
  const { actor, critic } = agentWith({});
  const [own, other] = [actor, critic].map(({ topology, weights }) => [...weights.of(topology.inputs.end).values]);
  t.true(own.every((weight) => !other.includes(weight)));
});

test('target copies start where the weights are', (t) => {
  const { actor, critic } = agentWith({});
  for (const { weights } of [actor, critic]) t.deepEqual(weights.target, weights.values);
});

test('hidden neurons explore only with noise of their own, and the minibatch holds the sampled voltages', (t) => {
  const sampled = (exploration: DdpgOptions['exploration']) => {
    const agent = agentWith({ exploration: { output: 0, ...exploration } });
    for (let step = 0; step < 40; step += 1) agent.step();
    agent.update();
    const { topology, activations } = agent.actor;
    const deviates = (neuron: number) => {
      const row = (neuron - agent.firstStochastic) * 8;
      return Array.from({ length: 8 }, (_, b) => Math.abs(agent.transitions.sampled[row + b] - activations.voltages[neuron * activations.lanes + b])).some((deviation) => deviation > 1e-6);
    };
    const stochasticNeurons = Array.from({ length: topology.neurons - agent.firstStochastic }, (_, i) => agent.firstStochastic + i);
    return { first: neuronName(topology, agent.firstStochastic), deviating: stochasticNeurons.filter(deviates).map((neuron) => neuronName(topology, neuron)) };
  };
  t.deepEqual(sampled({ warmup: 0 }), { first: 'output[0]', deviating: [] });
  t.deepEqual(sampled({ warmup: 0, hidden: 0.2, hiddenNeurons: ['hidden1[2]'] }), { first: 'hidden1[0]', deviating: ['hidden1[2]', 'output[0]'] });
  t.deepEqual(sampled({ warmup: 0, hidden: 0.2 }).deviating, ['hidden1[0]', 'hidden1[1]', 'hidden1[2]', 'hidden1[3]', 'output[0]']);
});

test('a hidden neuron that does not exist is refused by name', (t) => {
  t.throws(() => agentWith({ exploration: { hidden: 0.1, hiddenNeurons: ['hiden1[2]'] } }), {
    instanceOf: RangeError,
    message: '"exploration.hiddenNeurons" expected names of hidden neurons, for example hidden1[0], got "hiden1[2]"; did you mean "hidden1[2]"?',
  });
});

test('learning rates fall to their final share at the last step', (t) => {
  const stepped = (finalRateFraction: number) => {
    const agent = agentWith({ learning: { ...SMALL.learning, finalRateFraction }, steps: 30 });
    for (let step = 0; step < 30; step += 1) agent.step();
    const before = [...agent.actor.weights.values, ...agent.critic.weights.values];
    agent.update();
    const afterwards = [...agent.actor.weights.values, ...agent.critic.weights.values];
    return before.some((value, i) => value !== afterwards[i]);
  };
  t.true(stepped(0.1));
  t.false(stepped(0));
});

test('the rows of a truncated episode keep their bootstrap and those of a terminated one drop it', (t) => {
  const continuations = (environment: string, steps: number) => {
    const agent = agentWith({ environment });
    for (let step = 0; step < steps; step += 1) agent.step();
    const seen = new Set<number>();
    for (let update = 0; update < 60; update += 1) {
      agent.update();
      for (const discounts of agent.transitions.discounts) seen.add(discounts);
    }
    return [...seen].toSorted();
  };
  t.deepEqual(continuations('Pendulum-v1', 250), [Math.fround(0.97)]); // an episode of 200 steps was truncated
  t.deepEqual(continuations('CartPole-v1', 250), [0, Math.fround(0.99)]);
});
