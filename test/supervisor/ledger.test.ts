import test from 'ava';
import fc from 'fast-check';

import { createArena } from '../../src/memory/arena.js';
import { attachLedger, ledgerBlocks, readLedger, readWholeLedger } from '../../src/supervisor/ledger.js';

const age = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 2 ** 30 }));

test('the median is exact below 64 versions and within 1/32 above; the maximum is exact', (t) => {
  fc.assert(
    fc.property(fc.array(age, { minLength: 1, maxLength: 99 }), (ages) => {
      const arena = createArena(ledgerBlocks(1));
      const ledger = attachLedger(arena, 0);
      for (const each of ages) ledger.read(each);
      const sorted = ages.toSorted((a, b) => a - b);
      const median = sorted[Math.ceil(sorted.length / 2) - 1];
      const read = readLedger(arena, 0);
      t.is(read.reads, ages.length);
      t.is(read.max, sorted[sorted.length - 1]);
      t.true(read.median <= median && (median < 64 ? read.median === median : read.median > median * (1 - 1 / 32)));
    }),
    { seed: 1 },
  );
});

test('a partition that has read nothing reports zeros', (t) => {
  t.deepEqual(readLedger(createArena(ledgerBlocks(2)), 1), { reads: 0, median: 0, max: 0, helped: 0, voltages: { histogram: [] } });
});

test('a peer that is ahead counts as up to date', (t) => {
  const arena = createArena(ledgerBlocks(1));
  attachLedger(arena, 0).read(-3);
  t.deepEqual(readLedger(arena, 0), { reads: 1, median: 0, max: 0, helped: 0, voltages: { histogram: [[0, 1]] } });
});

test('the ledgers of all partitions add up', (t) => {
  const arena = createArena(ledgerBlocks(2));
  const [first, second] = [attachLedger(arena, 0), attachLedger(arena, 1)];
  [1, 1, 5].forEach((each) => { first.read(each); });
  [9, 9].forEach((each) => { second.read(each); });
  second.help();
  t.deepEqual(readWholeLedger(arena, 2), { reads: 5, median: 5, max: 9, helped: 1, voltages: { histogram: [[1, 2], [5, 1], [9, 2]] } });
});
