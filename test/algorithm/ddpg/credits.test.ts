import test from 'ava';

import { OPEN_CREDITS } from '../../../src/credit/registry.js';
import { createDdpg, resumeDdpg, type DdpgOptions } from '../../../src/index.js';

const SMALL: DdpgOptions = { environment: 'Pendulum-v1', network: { hidden: [8, 6] }, learning: { warmup: 64, batch: 32, replay: 512 }, seed: 3 };

/** Everything that DDPG has learned after so many steps, and after a checkpoint half-way where that is asked for. */
async function learned(options: DdpgOptions, resumed = false): Promise<string> {
  let training = await createDdpg({ ...SMALL, ...options });
  await training.run({ steps: 110 });
  if (resumed) {
    const checkpoint = training.encodeCheckpoint();
    await training.close();
    training = await resumeDdpg(checkpoint);
  }
  await training.run({ steps: 110 });
  const { actor, critic, updates } = training.agent;
  const tables = [actor, critic].flatMap(({ weights, credit }) => [weights, ...Object.values(credit)]);
  const numbers = tables.flatMap((table) => Object.values({ ...table.of(0, table.offset.length - 1) }));
  await training.close();
  return JSON.stringify([updates, numbers.map((part) => Buffer.from(part.slice().buffer).toString('base64'))]);
}

for (const credit of OPEN_CREDITS) {
  test(`DDPG under ${credit} continues from a checkpoint bit for bit, state of the credit included`, async (t) => {
    t.is(await learned({ credit }, true), await learned({ credit }));
  });
}
