import test from 'ava';

import { chooseProbedNeurons } from '../../src/certificate/probed-neurons.js';
import { createProbe } from '../../src/certificate/probe.js';
import { createReference } from '../../src/certificate/reference.js';
import { createControlCritic } from '../../src/certificate/control-critic.js';
import { createDdpg } from '../../src/index.js';
import { createOptimiser } from '../../src/optimise/registry.js';

const OPTIONS = { network: { hidden: [6, 5] }, exploration: { hidden: 0.1 }, learning: { warmup: 64, batch: 16 }, steps: 160 };

/** DDPG with a twin of its critic learning along. */
async function pair(sameStart: boolean) {
  const ddpg = await createDdpg(OPTIONS);
  const { agent, settings } = ddpg;
  const twin = createControlCritic({ ...agent, optimiser: createOptimiser('adam', agent.kernels), batchSize: 16, seed: settings.seed, gains: settings.network });
  if (sameStart) for (const part of ['values', 'target'] as const) twin.critic.weights[part].set(agent.critic.weights[part]);
  const { actor, transitions, firstStochastic } = agent;
  const follow = () => {
    twin.learn({ ...transitions, activations: actor.activations, firstStochastic, episodeStart: false }, settings.learning, agent.updates);
  };
  await ddpg.run({ onUpdate: follow });
  const look = createProbe({ reference: createReference(agent, settings), kinds: [twin], neurons: chooseProbedNeurons(actor.topology, 3), minibatches: 8, ticks: 5 });
  const { record } = look(agent.steps, agent.updates);
  await ddpg.close();
  return { ddpg, twin, record };
}

test('a twin with the same first weights becomes DDPG\'s critic, and its gradients are the reference: cosine 1, norm ratio 1, equal values', async (t) => {
  const { ddpg, twin, record } = await pair(true);
  t.deepEqual(twin.critic.weights.values, ddpg.agent.critic.weights.values);
  t.deepEqual(twin.critic.weights.target, ddpg.agent.critic.weights.target);
  for (const { neuron, kinds: { twin: agreement } } of record.neurons) {
    for (const { value, low, high } of [agreement.cosine, agreement.pairedCosine, agreement.normRatio]) {
      for (const each of [value, low, high]) t.true(Math.abs(each - 1) < 1e-9, neuron);
    }
    t.true(Math.abs(agreement.value - record.value) < 1e-6);
  }
});

test('a twin starts from first weights of its own', async (t) => {
  const { ddpg, twin, record } = await pair(false);
  t.notDeepEqual(twin.critic.weights.values, ddpg.agent.critic.weights.values);
  t.true(record.neurons.every(({ kinds: { twin: { cosine } } }) => Math.abs(cosine.value) < 1));
  t.is(twin.failure, null);
});

test('DDPG does not notice its twin', async (t) => {
  const { ddpg } = await pair(false);
  const alone = await createDdpg(OPTIONS);
  await alone.run();
  t.deepEqual(ddpg.encodeWeights(), alone.encodeWeights());
  await alone.close();
});
