import test from 'ava';
import fc from 'fast-check';

import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { CheckpointError, createDdpg, createSimulation, resumeSimulation, type Simulation } from '../../src/index.js';
import { examineCheckpoint } from '../../src/simulation/examine.js';
import { anyJson, forge, placesIn, putTogether, setIn, takeApart, type Header, type Json } from '../checkpoint/forge.js';

const LEARNING = { replay: 256, batch: 8, warmup: 20 };

const SUBJECTS: [string, () => Promise<Pick<Simulation, 'run' | 'encodeCheckpoint' | 'close'>>][] = [
  ['simulation', () => createSimulation({ environment: 'TMaze-v0(length=3)', rule: 'broadcast', schedule: 'synchronous', partitions: 1, network: { hidden: [4] }, learning: LEARNING })],
  ['several environments', () => createSimulation({ environment: 'CartPole-v1', schedule: 'hogwild', partitions: 2, environments: 3, network: { hidden: [4], observationTraces: [2] }, learning: LEARNING })],
  ['DDPG', () => createDdpg({ environment: 'Pendulum-v1', network: { hidden: [4] }, learning: LEARNING })],
];

async function checkpointOf([, create]: (typeof SUBJECTS)[number]): Promise<Uint8Array> {
  const training = await create();
  await training.run({ steps: 60 });
  const bytes = training.encodeCheckpoint();
  await training.close();
  return bytes;
}

/** @returns the fault that is found; undefined where there is none */
async function faultOf(bytes: Uint8Array): Promise<unknown> {
  try {
    await examineCheckpoint(decodeCheckpoint(bytes));
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const subject of SUBJECTS) {
  test.serial(`${subject[0]}: with any value at any place, a checkpoint is refused as one, or a run continues from it`, async (t) => {
    const file = await checkpointOf(subject);
    t.is(await faultOf(file), undefined);
    const { header, body } = takeApart(file);
    const places = placesIn(header);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), anyJson, async (place, value) => {
        const fault = await faultOf(forge(file, (forged: Header) => { setIn(forged, place, value); }));
        t.true(fault === undefined || fault instanceof CheckpointError, `${place.join('.')}: ${JSON.stringify(value)}: ${String(fault)}`);
      }),
      { numRuns: 300, seed: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length / 8 - 1), fc.constantFrom(NaN, -1, 0.5, 7, 1e9, 1e300, -Infinity), fc.boolean(), async (at, value, whole) => {
        const altered = Buffer.from(body);
        if (whole) altered.writeInt32LE(Math.trunc(Number.isFinite(value) ? value % 2 ** 31 : -1), 8 * at);
        else altered.writeDoubleLE(value, 8 * at);
        const fault = await faultOf(putTogether(JSON.stringify(header), altered));
        t.true(fault === undefined || fault instanceof CheckpointError, `word ${at}: ${value}: ${String(fault)}`);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
}

/** What one word of a header would do if it were believed. */
const FORGED: [string, string[], Json, RegExp][] = [
  ['steps that its environment has not taken', ['counters', 'steps'], 59, /^its contents are impossible: 40 updates of a partition after 59 steps$/],
  ['a step behind the last', ['counters', 'steps'], 2 ** 31 - 1, /^its contents are impossible: 2147483647 environment steps$/],
  ['episodes that have not ended', ['training', 'episodes'], 1000, /^its count of episodes does not fit its steps$/],
  ['a re-initialisation without a lesion', ['training', 'lesion', 'reinitialised'], true, /^its state of the lesion is not one that its settings can lead to$/],
  ['a network that fills the machine', ['settings', 'network', 'hidden'], [65_536, 65_536], /^its settings require 131072 hidden neurons and 4295\d+ weights at least, and it has 96 weights$/],
  ['a network of many layers', ['settings', 'network', 'hidden'], new Array<number>(10_000).fill(65_536), /^its settings require 655360000 hidden neurons/],
  ['an arena of gigabytes', ['settings', 'learning', 'replay'], 2 ** 27, /^it is of other settings: it has the block replay\/inputs of float32 \[256, \d+\], not replay\/inputs of float32 \[134217728, \d+\]$/],
  ['a thousand partitions', ['settings', 'partitions'], 1000, /^(it has settings that this version does not accept|it is of other settings)/],
  ['settings from a prototype', ['settings', '__proto__'], { partitions: 3 }, /^it has settings that this version does not accept: "__proto__" expected a known option/],
];

test.serial('a header that would cost memory or time is refused before anything is built', async (t) => {
  const file = await checkpointOf(SUBJECTS[0]);
  for (const [kind, place, value, message] of FORGED) {
    const forged = forge(file, (header) => {
      const { [place[0]]: section } = header;
      if (place[1] === '__proto__') Object.defineProperty(section, '__proto__', { value, enumerable: true });
      else setIn(header, place, value);
    });
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    await t.throwsAsync(resumeSimulation(forged), { instanceOf: CheckpointError, message }, kind);
    const now = process.memoryUsage();
    t.true(now.heapUsed + now.external + now.arrayBuffers - heapUsed - external - arrayBuffers < 50e6, kind);
  }
});
