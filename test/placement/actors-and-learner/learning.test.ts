import test from 'ava';

import { createTrainer } from '../../../src/index.js';

/** The mean return of 5 episodes after so many steps of CartPole-v1, of which a random policy gets 22. */
async function returnAfter(steps: number, options: object): Promise<number> {
  const training = await createTrainer({ algorithm: 'dqn', environment: 'CartPole-v1', steps, seed: 1, learning: { batch: 64, warmup: 500 }, ...options });
  await training.run();
  const { meanReturn } = await training.evaluate({ episodes: 5 });
  await training.close();
  return meanReturn;
}

test('dqn learns CartPole-v1 in 8,000 steps by backpropagation, and from one broadcast scalar', async (t) => {
  for (const credit of ['backprop', 'broadcast']) t.true((await returnAfter(8000, { credit })) > 400, credit);
});

test('rainbow is on its way after 3,000 steps', async (t) => {
  t.true((await returnAfter(3000, { algorithm: 'rainbow', network: { hidden: [32] }, learning: { batch: 32, warmup: 300 } })) > 100);
});
