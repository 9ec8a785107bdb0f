import test from 'ava';

import { READ_KINDS } from '../../../src/entries/internals.js';
import { createSimulation, type SimulationOptions } from '../../../src/index.js';
import { createArena } from '../../../src/memory/arena.js';
import { attachStalenessRecorder, joinStaleness, stalenessBlocks, NOTHING_READ, readStaleness, stalenessBetween } from '../../../src/placement/partitioned/staleness.js';

const SMALL: SimulationOptions = { network: { hidden: [8] }, learning: { warmup: 64 }, partitions: 2 };

/** Reads of a run, and how many updates each partition made. */
async function runOf(options: SimulationOptions, steps: number) {
  const simulation = await createSimulation(options);
  const { staleness, partitions } = await simulation.run({ steps });
  const weights = simulation.encodeWeights();
  await simulation.close();
  return { staleness, partitions, weights };
}

test('each kind of read and each partition has a histogram of its own', (t) => {
  const arena = createArena(stalenessBlocks(3));
  const ledgers = [0, 1, 2].map((partition) => attachStalenessRecorder(arena, partition));
  ledgers.forEach((ledger, partition) => { READ_KINDS.forEach((kind, i) => { for (let n = 0; n <= i; n += 1) ledger[kind](10 * partition + i); }); });
  [0, 1, 2].forEach((partition) => {
    READ_KINDS.forEach((kind, i) => {
      const age = 10 * partition + i;
      t.deepEqual(readStaleness(arena, partition)[kind], { reads: i + 1, mean: age, median: age, p90: age, p99: age, max: age, histogram: [[age, i + 1]] });
    });
  });
});

test('the short numbers are those of voltages, and times helped those that weights were read', (t) => {
  const arena = createArena(stalenessBlocks(1));
  const { voltages, weights } = attachStalenessRecorder(arena, 0);
  [3, 1, 9].forEach(voltages);
  [0, 70].forEach(weights);
  t.like(readStaleness(arena, 0), { reads: 3, median: 3, max: 9, helped: 2 });
});

test('a peer that is ahead counts as up to date, and a partition that has read nothing reports zeros', (t) => {
  const arena = createArena(stalenessBlocks(2));
  attachStalenessRecorder(arena, 0).voltages(-3);
  t.deepEqual(readStaleness(arena, 0).voltages, { reads: 1, mean: 0, median: 0, p90: 0, p99: 0, max: 0, histogram: [[0, 1]] });
  t.deepEqual(readStaleness(arena, 1), NOTHING_READ);
});

test('no two partitions write to one cache line', (t) => {
  for (const { type, shape } of stalenessBlocks(5)) t.is((shape.slice(1).reduce((a, b) => a * b) * (type === 'float64' ? 8 : 4)) % 64, 0);
});

test('the reads before and between two measurements add up to all reads, kind by kind', (t) => {
  const arena = createArena(stalenessBlocks(1));
  const ledger = attachStalenessRecorder(arena, 0);
  [1, 1, 5].forEach(ledger.voltages);
  ledger.reward(2);
  const before = readStaleness(arena, 0);
  [0, 4].forEach(ledger.voltages);
  ledger.weights(7);
  const after = readStaleness(arena, 0);
  const stretch = stalenessBetween(before, after);
  t.like(stretch, { reads: 2, max: 4, helped: 1, reward: { reads: 0, max: 0 } });
  t.deepEqual(joinStaleness([before, stretch]), after);
});

test.serial('two partitions of a hogwild run read voltages or weights once for each observation shown and twice for each update, and rewards once for each update', async (t) => {
  const { staleness, partitions } = await runOf({ ...SMALL, timing: { reads: 'versioned' } }, 300); // nobody publishes for another
  const shown = 1 + 300 + 1; // the first, one after each step, and the first of the second episode
  for (const { updates, voltages, weights, reward } of partitions) {
    t.true(updates > 0);
    t.is(voltages.reads + weights.reads, shown + 2 * updates);
    t.is(reward.reads, updates);
  }
  t.deepEqual(staleness, joinStaleness(partitions));
});

test.serial('with barriers no read is stale, from a replay or a stream, and no weights are read', async (t) => {
  for (const rule of ['broadcast', 'coagent'] as const) {
    const { partitions } = await runOf({ network: { hidden: [8] }, ...(rule === 'broadcast' && { learning: { warmup: 64 } }), rule, partitions: 2, schedule: 'synchronous', timing: { inference: 'distributed' } }, 300);
    for (const { voltages, weights, reward } of partitions) {
      t.deepEqual([voltages.max, reward.max, weights.reads], [0, 0, 0], rule);
      t.is(reward.reads, rule === 'broadcast' ? 300 - 64 : 300 - 1); // the last transition has no successor yet
      t.true(voltages.reads > 2 * reward.reads);
    }
  }
});

test.serial('central inference reads each peer\'s weights once an observation, and without age behind barriers', async (t) => {
  for (const schedule of ['hogwild', 'synchronous'] as const) {
    const { partitions: [host, ...peers] } = await runOf({ ...SMALL, partitions: 3, schedule }, 300);
    t.is(host.acting.reads, 2 * (1 + 300 + 1));
    t.true(schedule === 'hogwild' || host.acting.max === 0);
    t.deepEqual(peers.map(({ acting }) => acting.reads), [0, 0]);
  }
});

test.serial('a partition alone reads nothing but rewards', async (t) => {
  const { staleness } = await runOf({ ...SMALL, partitions: 1 }, 200);
  t.is(staleness.voltages.reads + staleness.weights.reads, 0);
  t.true(staleness.reward.reads > 0);
});

test.serial('staleness that is not measured takes no memory and changes nothing that is learned', async (t) => {
  const options = { ...SMALL, schedule: 'synchronous' } as const;
  const [on, off] = await Promise.all([true, false].map((measureStaleness) => runOf({ ...options, timing: { measureStaleness } }, 150)));
  t.true(on.staleness.reads > 0);
  t.deepEqual(off.staleness, NOTHING_READ);
  for (const each of off.partitions) t.like(each, NOTHING_READ);
  t.deepEqual(off.weights, on.weights);
  const simulation = await createSimulation({ ...options, timing: { measureStaleness: false } });
  t.false(Buffer.from(simulation.encodeCheckpoint()).toString('latin1').includes('"ledger/sum"'));
  await simulation.close();
});
