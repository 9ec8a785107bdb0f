import test from 'ava';

import { createSimulation, PartitionError } from '../../src/index.js';
import { DivergenceError } from '../../src/errors.js';

const SMALL = { network: { hidden: [8] }, learning: { warmup: 64 }, partitions: 2 } as const;

test.serial('learning rates fall to their final share at the last step and stay there', async (t) => {
  for (const rule of ['broadcast', 'coagent'] as const) {
    const [moves, stays] = await Promise.all([0.5, 0].map(async (finalRateFraction) => {
      const simulation = await createSimulation({ network: { hidden: [8] }, ...(rule === 'broadcast' && { learning: { warmup: 64 } }), rule: { name: rule, finalRateFraction }, schedule: 'synchronous', partitions: 1, steps: 100 });
      const numbers = () => Buffer.from(simulation.encodeWeights()).subarray(-4 * (8 * 4 + 9)); // the header tells the step
      await simulation.run({ steps: 120 });
      const before = numbers();
      await simulation.run({ steps: 30 });
      await simulation.close();
      return !before.equals(numbers());
    }));
    t.true(moves && !stays, rule);
  }
});

test.serial('hogwild holds updates per environment step inside the window of its rate limit', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'hogwild', updateWindow: 4 });
  const { partitions } = await simulation.run({ steps: 1064 });
  await simulation.close();
  for (const { updates } of partitions) t.true(updates >= 1000 && updates <= 1004, `${updates} updates`);
});

test.serial('hogwild without a rate limit ends at the last step', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'hogwild', updateWindow: 'off' });
  const { steps, partitions } = await simulation.run({ steps: 500 });
  await simulation.close();
  t.is(steps, 500);
  t.true(partitions.every(({ updates }) => updates > 0));
});

test.serial('hogwild learns from every slot of the stream once, on every partition', async (t) => {
  const simulation = await createSimulation({ environment: 'CartPole-v1', network: { hidden: [8] }, partitions: 3, schedule: 'hogwild', rule: 'coagent', updateWindow: 'off' });
  let episodes = 0;
  simulation.on('episode', () => { episodes += 1; });
  const { partitions } = await simulation.run({ steps: 1000 });
  await simulation.close();
  t.true(episodes > 10);
  t.deepEqual(partitions.map(({ updates }) => updates), new Array<number>(3).fill(1000 + episodes - 1)); // the last slot has no successor
});

test.serial('partitions read one another, and a synchronous read is never stale', async (t) => {
  const simulation = await createSimulation({ ...SMALL, schedule: 'synchronous', partitions: 3 });
  const { staleness } = await simulation.run({ steps: 300 });
  await simulation.close();
  t.true(staleness.reads > 1000);
  t.is(staleness.max, 0);
  t.is(staleness.helped, 0);
});

for (const schedule of ['hogwild', 'synchronous'] as const) {
  test.serial(`weights that diverge end a ${schedule} run with the neuron's name`, async (t) => {
    const simulation = await createSimulation({ ...SMALL, schedule, rule: { optimiser: 'sgd', outputRate: 1e37, criticRate: 1e3 }, network: { hidden: [8], outputActivation: 'linear' } });
    const error = await t.throwsAsync(simulation.run({ steps: 1000 }), { instanceOf: PartitionError });
    t.regex(error.message, /^partition \d failed at step \d+: (weighted input|TD error.*|voltage|\w+) of neuron (bias|\w+\[\d+\]) became (NaN|-?Infinity)/);
    t.true(error.cause instanceof DivergenceError);
    await simulation.close();
  });
}
