import { createHash } from 'node:crypto';

import test from 'ava';

import { createSimulation, resolveSettings, resumeSimulation, type Simulation, type SimulationOptions } from '../../../src/index.js';

const SMALL: SimulationOptions = { network: { hidden: [5, 4] }, learning: { warmup: 64, batch: 8, replay: 256 }, partitions: 3, seed: 2 };
const DELAYED: SimulationOptions = { ...SMALL, time: 'virtual', schedule: 'hogwild', virtual: { compute: 1, act: 0, step: 1, learningMessageDelay: 6 } };

const digest = (simulation: Simulation) => createHash('sha256').update(simulation.encodeWeights()).digest('hex');

async function trained(options: SimulationOptions, steps = 200): Promise<string> {
  const simulation = await createSimulation(options);
  await simulation.run({ steps });
  await simulation.close();
  return digest(simulation);
}

for (const name of ['broadcast', 'kolen-pollack'] as const) {
  test(`with barriers, replicas of a critic are equal to the shared one under ${name}, for any number of partitions`, async (t) => {
    const shared = await trained({ ...SMALL, schedule: 'synchronous', rule: name });
    for (const partitions of [2, 3]) t.is(await trained({ ...SMALL, schedule: 'synchronous', rule: { name, critic: 'replicated' }, partitions }), shared);
  });
}

test('delayed partitions with replicas learn otherwise than with a shared critic, and the same way in each run', async (t) => {
  const replicated = { ...DELAYED, rule: { critic: 'replicated' } } as const;
  const once = await trained(replicated);
  t.is(await trained(replicated), once);
  t.not(await trained(DELAYED), once); // shared, the default
});

test('replicas are in a checkpoint: a delayed run continues from it as without it', async (t) => {
  const options = { ...DELAYED, steps: 3000, rule: { critic: 'replicated' } } as const;
  const whole = await createSimulation(options);
  await whole.run({ steps: 1000 });
  const checkpoint = whole.encodeCheckpoint();
  await whole.run({ steps: 500 });
  const resumed = await resumeSimulation(checkpoint);
  await resumed.run({ steps: 500 });
  t.is(digest(resumed), digest(whole));
  await Promise.all([whole.close(), resumed.close()]);
});

test('rules without an objective of their own cannot replicate a critic', (t) => {
  t.throws(() => resolveSettings({ rule: { name: 'linear', critic: 'replicated' } }), { instanceOf: RangeError, message: /^"rule\.critic" expected one of shared/ });
});

test('aligned reads repeat themselves, differ from the latest ones, and are for virtual time alone', async (t) => {
  const reads = (read: 'latest' | 'aligned', delay: number): SimulationOptions => ({ ...DELAYED, timing: { reads: read }, virtual: { ...DELAYED.virtual, learningMessageDelay: delay } });
  const delayed = await trained(reads('aligned', 6));
  t.is(await trained(reads('aligned', 6)), delayed);
  t.not(delayed, await trained(reads('latest', 6)));
  t.throws(() => resolveSettings({ timing: { reads: 'aligned' } }), { instanceOf: RangeError, message: /^"timing\.reads" expected one of latest, versioned/ });
});
