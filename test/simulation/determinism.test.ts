import { createHash } from 'node:crypto';

import test from 'ava';

import { RULE_NAMES } from '../../src/entries/internals.js';
import { createSimulation, type SimulationOptions } from '../../src/index.js';

/** Everything a run can be told apart by: its weights, and its episodes and metrics to the last bit. */
async function trace(options: SimulationOptions, slices: readonly number[]): Promise<{ weights: string; events: string[]; evaluation: readonly number[] }> {
  const simulation = await createSimulation(options);
  const events: string[] = [];
  simulation.on('episode', (episode) => events.push(JSON.stringify(episode)));
  simulation.on('metrics', (metrics) => events.push(JSON.stringify(metrics)));
  for (const steps of slices) await simulation.run({ steps });
  const weights = createHash('sha256').update(simulation.encodeWeights()).digest('hex');
  const { returns } = await simulation.evaluate({ episodes: 2 });
  await simulation.close();
  return { weights, events, evaluation: returns };
}

const small = (rule: NonNullable<SimulationOptions['rule']>, partitions: number, seed = 3): SimulationOptions => ({
  environment: 'Pendulum-v1',
  network: { hidden: [9, 7] },
  rule,
  schedule: 'synchronous',
  partitions,
  seed,
  ...(rule === 'sarsa' && { environment: 'CartPole-v1' }), // for discrete tasks
  ...(rule !== 'coagent' && rule !== 'sarsa' && { exploration: { correlation: 0.9 }, learning: { batch: 8, warmup: 100, replay: 256 } }), // small, so that the ring wraps around
});

for (const rule of RULE_NAMES) {
  test.serial(`synchronous ${rule} is bit-identical on 1, 2, 3 and 7 partitions, run after run`, async (t) => {
    const reference = await trace(small(rule, 1), [420]);
    for (const partitions of [1, 2, 3, 7, 3]) t.deepEqual(await trace(small(rule, partitions), [420]), reference);
    t.not((await trace(small(rule, 1, 4), [420])).weights, reference.weights);
  });
}

test.serial('a discrete task with a network of one layer is bit-identical on 1 and 2 partitions', async (t) => {
  const options = (partitions: number): SimulationOptions => ({ ...small('broadcast', partitions), environment: 'CartPole-v1', network: { hidden: [] } });
  t.deepEqual(await trace(options(2), [400]), await trace(options(1), [400]));
});

test.serial('an oracle that looks through peers\' neurons needs nothing of them that they do not publish', async (t) => {
  const options = (partitions: number): SimulationOptions => ({ ...small('exact', partitions), network: { hidden: [9, 7], activation: 'relu' } });
  t.deepEqual(await trace(options(3), [300]), await trace(options(1), [300]));
});

test.serial('evaluating between stretches of a synchronous run changes nothing in it', async (t) => {
  const uninterrupted = await trace(small('broadcast', 2), [300]);
  const simulation = await createSimulation(small('broadcast', 2));
  for (const steps of [77, 150, 73]) {
    await simulation.run({ steps });
    await simulation.evaluate({ episodes: 1 });
  }
  t.is(createHash('sha256').update(simulation.encodeWeights()).digest('hex'), uninterrupted.weights);
  await simulation.close();
});
