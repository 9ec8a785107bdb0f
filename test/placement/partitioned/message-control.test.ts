import test from 'ava';
import fc from 'fast-check';

import { createDelayedCounter } from '../../../src/placement/partitioned/message-control.js';

const message = fc.record({ partition: fc.nat(5), value: fc.nat(12) });

test('the counter of another partition is the greatest value that it has sent, and `receive` reports each change of a minimum', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(message, { maxLength: 60 }), (partitions, messages) => {
      const heard = createDelayedCounter(partitions);
      const values = new Array<number>(partitions).fill(0);
      const leastButFor = (self: number) => values.reduce((least, value, partition) => (partition === self ? least : Math.min(least, value)), Infinity);
      for (const { partition, value } of messages.filter((each) => each.partition < partitions)) {
        const before = values.map((_, self) => leastButFor(self));
        const told = heard.receive(partition, value);
        values[partition] = Math.max(values[partition], value);
        const after = values.map((_, self) => leastButFor(self));
        t.deepEqual(values.map((_, self) => heard.leastOfOthers(self)), after);
        if (after.some((least, self) => least !== before[self])) t.true(told);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('of many partitions at a gate, those before the last two change nothing', (t) => {
  const heard = createDelayedCounter(100);
  const told = Array.from({ length: 100 }, (_, partition) => heard.receive(partition, 1));
  t.deepEqual(told.map(Number), Array.from({ length: 100 }, (_, partition) => Number(partition >= 98)));
});
