import test from 'ava';

import { createDdpg, OptionRangeError, type DdpgOptions } from '../../../src/index.js';

const SMALL: DdpgOptions = { network: { hidden: [6, 5] }, learning: { warmup: 64 }, steps: 100 };

/** Each layer's weights of the actor, before and after a short run. */
async function rowsBeforeAndAfter(frozenLayers: readonly string[]) {
  const ddpg = await createDdpg({ ...SMALL, learning: { ...SMALL.learning, frozenLayers } });
  const { topology: { populations, rowOffset }, weights } = ddpg.agent.actor;
  const rows = () => Object.fromEntries(populations.filter(({ kind }) => kind !== 'input').map(({ name, begin, end }) => [name, [...weights.values.subarray(rowOffset[begin], rowOffset[end])]]));
  const before = rows();
  await ddpg.run();
  const after = rows();
  await ddpg.close();
  return { before, after };
}

for (const frozen of ['hidden1', 'hidden2', 'output']) {
  test(`with ${frozen} frozen all other layers learn`, async (t) => {
    const { before, after } = await rowsBeforeAndAfter([frozen]);
    for (const name of ['hidden1', 'hidden2', 'output']) {
      if (name === frozen) t.deepEqual(after[name], before[name]);
      else t.notDeepEqual(after[name], before[name]);
    }
  });
}

test('a layer that the actor does not have is refused', async (t) => {
  await t.throwsAsync(createDdpg({ ...SMALL, learning: { frozenLayers: ['hiden1'] } }), {
    instanceOf: OptionRangeError,
    message: '"learning.frozenLayers" expected some of hidden1, hidden2, output, got "hiden1"; did you mean "hidden1"?',
  });
});
