import test from 'ava';

import type { Algorithm } from '../../src/algorithm/algorithm.js';
import { ALGORITHMS } from '../../src/algorithm/registry.js';
import { createDdpg, createSimulation, createTrainer, resumeTrainer, type Trainer } from '../../src/index.js';

const SMALL = { environment: 'Pendulum-v1', network: { hidden: [4] }, learning: { warmup: 64, batch: 32, replay: 256 }, seed: 2 };
const NEURONS = { ...SMALL, schedule: 'synchronous', partitions: 1 } as const;

async function weightsAfter(training: Trainer, steps: number): Promise<Uint8Array> {
  await training.run({ steps });
  const weights = training.encodeWeights();
  await training.close();
  return weights;
}

test('createTrainer trains what createSimulation and createDdpg train', async (t) => {
  t.deepEqual(await weightsAfter(await createTrainer(NEURONS), 90), await weightsAfter(await createSimulation(NEURONS), 90));
  t.deepEqual(await weightsAfter(await createTrainer({ algorithm: 'ddpg', ...SMALL }), 90), await weightsAfter(await createDdpg(SMALL), 90));
});

test('resumeTrainer continues any algorithm from its checkpoint to the last bit', async (t) => {
  for (const options of [{ algorithm: 'neurons', ...NEURONS }, ...Object.values<Algorithm>(ALGORITHMS).map(({ name, actions }) => ({ algorithm: name, ...SMALL, ...(actions && { environment: 'CartPole-v1' }) }))] as Parameters<typeof createTrainer>[0][]) {
    const first = await createTrainer(options);
    await first.run({ steps: 50 });
    const checkpoint = first.encodeCheckpoint();
    t.deepEqual(await weightsAfter(await resumeTrainer(checkpoint), 60), await weightsAfter(first, 60));
  }
});

test('an algorithm that does not exist, and options of another, are refused', async (t) => {
  await t.throwsAsync(createTrainer({ algorithm: 'ddgp' } as object), { instanceOf: RangeError, message: /^"algorithm" expected one of neurons, ddpg, dqn, double-dqn, dueling-dqn, prioritised-dqn, c51, noisy-dqn, rainbow, d4pg, async-q, async-sarsa, async-nstep-q, a3c, a2c, got "ddgp"; did you mean "ddpg"\?$/ });
  await t.throwsAsync(createTrainer({ algorithm: 'ddpg', rule: 'broadcast' }), { instanceOf: RangeError, message: /^"rule" expected a known option/ });
});
