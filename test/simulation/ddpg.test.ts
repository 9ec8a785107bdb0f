import test from 'ava';

import { createDdpg, createSimulation, DivergenceError, type EpisodeRecord, type SimulationOptions, type Trainer } from '../../src/index.js';

const SHARED = { environment: 'CartPole-v1', network: { hidden: [6, 5], observationScale: [2, 2, 0.2, 2] }, exploration: { output: 0.5, warmup: 0.7, correlation: 0.5 }, learning: { warmup: 300 }, seed: 3 } as const satisfies SimulationOptions;

/** Episodes of the warm-up, before anything is learned. */
async function warmUp(training: Trainer): Promise<EpisodeRecord[]> {
  const episodes: EpisodeRecord[] = [];
  training.on('episode', (episode) => episodes.push(episode));
  await training.run({ steps: 300 });
  return episodes;
}

test.serial('DDPG starts as the network of neuron-agents does: same weights, same exploration, same episodes, same evaluation', async (t) => {
  const simulation = await createSimulation({ ...SHARED, schedule: 'synchronous', partitions: 1 });
  const ddpg = await createDdpg(SHARED);
  t.deepEqual(await ddpg.evaluate({ episodes: 3 }), await simulation.evaluate({ episodes: 3 }));
  t.deepEqual(ddpg.evaluateRandomPolicy(), simulation.evaluateRandomPolicy());
  const episodes = await warmUp(ddpg);
  t.true(episodes.length > 3);
  t.deepEqual(episodes, await warmUp(simulation));
  await Promise.all([ddpg.close(), simulation.close()]);
});

test.serial('the weights file of DDPG holds the actor under a simulation\'s names, and the critic', async (t) => {
  const ddpg = await createDdpg(SHARED);
  const file = Buffer.from(ddpg.encodeWeights());
  await ddpg.close();
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString()) as Record<string, { shape?: number[] }>;
  t.like(header, { __metadata__: { rule: 'ddpg', seed: '3' }, 'hidden1.weight': { shape: [6, 4] }, 'output.weight': { shape: [2, 5] }, 'critic.hidden1.weight': { shape: [6, 6] }, 'critic.output.bias': { shape: [1] } });
});

test.serial('learning rates that are too large end DDPG with an error that names the neuron, and it refuses to continue', async (t) => {
  const ddpg = await createDdpg({ network: { hidden: [8] }, learning: { warmup: 64, optimiser: 'sgd', criticRate: 1e30 } });
  const error = await t.throwsAsync(ddpg.run({ steps: 1000 }), { instanceOf: DivergenceError });
  t.regex(error.message, /^(weighted input|TD error) of neuron (critic\.)?(hidden1|output)\[\d\] became (NaN|-?Infinity)/);
  t.is(await t.throwsAsync(ddpg.run({ steps: 1 })), error);
  await ddpg.close();
});

test.serial('weights that diverge in the very last update of DDPG are found', async (t) => {
  const ddpg = await createDdpg({ network: { hidden: [8] }, learning: { warmup: 64, optimiser: 'sgd', criticRate: 1e300 } });
  await t.throwsAsync(ddpg.run({ steps: 65 }), { instanceOf: DivergenceError, message: /^(weights|weighted input) of neuron .+ became/ });
  await ddpg.close();
});

test.serial('a timer is let in while DDPG runs, and can stop it', async (t) => {
  const ddpg = await createDdpg({ network: { hidden: [8] } });
  const halt = new AbortController();
  setTimeout(() => { halt.abort(); }, 1);
  const { stopped, steps } = await ddpg.run({ steps: 1e8, signal: halt.signal });
  t.true(stopped);
  t.true(steps < 1e8);
  await ddpg.close();
});

test.serial('DDPG brings Pendulum from about -1250 to -300 or better within 7,000 steps', async (t) => {
  const ddpg = await createDdpg({ environment: 'Pendulum-v1', network: { hidden: [32] }, learning: { criticRate: 3e-3, targetRate: 0.01 }, seed: 1 });
  await ddpg.run({ steps: 7000 });
  const { meanReturn } = await ddpg.evaluate();
  const random = ddpg.evaluateRandomPolicy().meanReturn;
  await ddpg.close();
  t.true(random < -1000, `random ${random}`);
  t.true(meanReturn >= -300, `evaluation ${meanReturn}`);
});
