import test from 'ava';

import { createSimulation, type SimulationOptions } from '../../src/index.js';

/** Evaluation return over 20 episodes after a synchronous run, which is the same every time. */
async function trained(options: SimulationOptions): Promise<{ meanReturn: number; random: number }> {
  const simulation = await createSimulation({ ...options, schedule: 'synchronous' });
  await simulation.run();
  const { meanReturn } = await simulation.evaluate();
  const random = simulation.evaluateRandomPolicy().meanReturn;
  await simulation.close();
  return { meanReturn, random };
}

for (const rule of ['broadcast', 'three-factor'] as const) {
  test.serial(`${rule} brings Pendulum from about -1250 to -250 or better within 20,000 steps`, async (t) => {
    const { meanReturn, random } = await trained({ environment: 'Pendulum-v1', rule, seed: 1, steps: 20_000 });
    t.true(random < -1000, `random ${random}`);
    t.true(meanReturn >= -250, `evaluation ${meanReturn}`);
  });
}

test.serial('broadcast balances CartPole far longer than chance, under hogwild', async (t) => {
  const simulation = await createSimulation({ environment: 'CartPole-v1', seed: 1, steps: 20_000 });
  await simulation.run();
  const { meanReturn } = await simulation.evaluate();
  await simulation.close();
  t.true(meanReturn >= 100, `evaluation ${meanReturn}, chance is 22`);
});

test.serial('coagent balances CartPole far longer than chance, from the stream alone', async (t) => {
  const { meanReturn } = await trained({ environment: 'CartPole-v1', rule: 'coagent', seed: 1, steps: 30_000, partitions: 1 });
  t.true(meanReturn >= 100, `evaluation ${meanReturn}, chance is 22`);
});

test.serial('neurons that fire balance CartPole far longer than chance', async (t) => {
  const { meanReturn } = await trained({ environment: 'CartPole-v1', rule: 'coagent', network: { neuronModel: 'spiking' }, seed: 1, steps: 12_000, partitions: 1 });
  t.true(meanReturn >= 100, `evaluation ${meanReturn}, chance is 22`);
});
