import test from 'ava';
import fc from 'fast-check';

import { bootstrapInterval, mean } from '../../src/telemetry/statistics.js';

test('the bootstrap interval lies within the values and around their mean', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 12 }), (values) => {
      const [low, high] = bootstrapInterval(values);
      const slack = 1e-9;
      t.true(low >= Math.min(...values) - slack && high <= Math.max(...values) + slack);
      t.true(low <= mean(values) + slack && high >= mean(values) - slack);
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('the bootstrap interval of a normal sample has the width that theory gives', (t) => {
  const values = Array.from({ length: 200 }, (_, i) => Math.sqrt(12) * ((i + 0.5) / 200 - 0.5)); // variance 1
  const [low, high] = bootstrapInterval(values);
  t.true(Math.abs(high - low - (2 * 1.96) / Math.sqrt(200)) < 0.02);
});
