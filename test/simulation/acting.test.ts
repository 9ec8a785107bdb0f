import { createHash } from 'node:crypto';

import test from 'ava';

import { recordedOptions } from '../../src/entries/internals.js';
import { createSimulation, resolveSettings, type SimulationOptions } from '../../src/index.js';

const SMALL: SimulationOptions = { environment: 'Pendulum-v1', network: { hidden: [9, 6] }, schedule: 'synchronous', seed: 3 };

/** Runs whose neurons explore, remember, inhibit one another or read what comes later. */
const KINDS: Record<string, SimulationOptions> = {
  'noise that lasts': { learning: { batch: 8, warmup: 100 }, exploration: { correlation: 0.9 } },
  'hidden neurons that explore': { rule: 'linear', learning: { batch: 8, warmup: 100 } },
  'the stream': { rule: 'coagent' },
  'leaky neurons that inhibit one another': { rule: 'coagent', network: { hidden: [9, 6], neuronModel: 'leaky', inhibition: 'winners(1/3)' } },
  'firing neurons, read again': { rule: 'broadcast', learning: { batch: 8, warmup: 100 }, network: { hidden: [9, 6], neuronModel: 'spiking', recurrent: 0.5 } },
  'three environments': { learning: { batch: 8, warmup: 100 }, environments: 3 },
};

async function outcome(options: SimulationOptions): Promise<[weights: string, returns: readonly number[]]> {
  const simulation = await createSimulation(options);
  await simulation.run({ steps: 320 });
  const { returns } = await simulation.evaluate({ episodes: 2 });
  const weights = createHash('sha256').update(simulation.encodeWeights()).digest('hex');
  await simulation.close();
  return [weights, returns];
}

for (const [name, options] of Object.entries(KINDS)) {
  test.serial(`one partition answers for all, or each for its own: the same bits behind barriers, with ${name}`, async (t) => {
    const reference = await outcome({ ...SMALL, ...options, partitions: 1 });
    for (const acting of ['central', 'distributed'] as const) t.deepEqual(await outcome({ ...SMALL, ...options, partitions: 3, timing: { inference: acting } }), reference, acting);
  });
}

test('a partition that reads others by messages or versions alone cannot help them', (t) => {
  t.is(resolveSettings({}).timing.inference, 'central');
  for (const options of [{ time: 'virtual' }, { timing: { reads: 'versioned' } }] as const) {
    t.is(resolveSettings(options).timing.inference, 'distributed');
    t.throws(() => resolveSettings({ ...options, timing: { ...('timing' in options && options.timing), inference: 'central' } }), { message: '"timing.inference" expected one of distributed, sampled, got "central"' });
  }
  t.like(recordedOptions({ timing: { inference: 'central' } }), { timing: { inference: 'distributed', reads: 'versioned' } });
});
