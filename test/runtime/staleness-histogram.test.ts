import test from 'ava';
import fc from 'fast-check';

import { AGE_BINS, nonEmptyBins, histogramBetween, binIndex, mergeHistograms, summariseBins, type StalenessHistogram } from '../../src/runtime/staleness-histogram.js';

const age = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const ages = fc.array(age, { maxLength: 99 });

/** The ages as a ledger counts them. */
function count(all: readonly number[]): StalenessHistogram {
  const counts = new Uint32Array(AGE_BINS);
  for (const each of all) counts[binIndex(each)] += 1;
  return summariseBins(nonEmptyBins(counts), all.reduce((sum, each) => sum + each, 0), all.reduce((a, b) => Math.max(a, b), 0));
}

/** True where `told` is `exact`, or above 63 at most 1/32 below it. */
const near = (told: number, exact: number) => told <= exact && (exact < 64 ? told === exact : told > exact * (1 - 1 / 32));

test('ages of 0, 1, 1, 1, 1, 2, 2, 3, 5 and 71 have mean 8.7, median 1, nine tenths up to 5 and all up to 71', (t) => {
  t.deepEqual(count([0, 1, 1, 1, 1, 2, 2, 3, 5, 71]), {
    reads: 10,
    mean: 8.7,
    median: 1,
    p90: 5,
    p99: 70, // the bin of 70 and 71
    max: 71,
    histogram: [[0, 1], [1, 4], [2, 2], [3, 1], [5, 1], [70, 1]],
  });
});

test('nothing read is all zeros', (t) => {
  t.deepEqual(count([]), { reads: 0, mean: 0, median: 0, p90: 0, p99: 0, max: 0, histogram: [] });
});

test('every age has a bin, in order, exact below 64 and within 1/32 above', (t) => {
  fc.assert(
    fc.property(age, age, (a, b) => {
      const [[lowest]] = count([a]).histogram;
      t.true(near(lowest, a));
      t.true(binIndex(a) < AGE_BINS);
      if (a < b) t.true(binIndex(a) <= binIndex(b));
    }),
    { seed: 1 },
  );
});

test('percentiles are those of the sorted ages; mean and maximum are exact', (t) => {
  fc.assert(
    fc.property(fc.array(age, { minLength: 1, maxLength: 300 }), (all) => {
      const sorted = all.toSorted((a, b) => a - b);
      const told = count(all);
      for (const [key, percent] of [['median', 50], ['p90', 90], ['p99', 99]] as const) t.true(near(told[key], sorted[Math.ceil((all.length * percent) / 100) - 1]), key);
      t.is(told.mean, all.reduce((sum, each) => sum + each, 0) / all.length);
      t.is(told.max, sorted[all.length - 1]);
    }),
    { seed: 1 },
  );
});

test('reads that are joined are as if one had read them all', (t) => {
  fc.assert(fc.property(fc.array(ages, { maxLength: 4 }), (parts) => { t.deepEqual(mergeHistograms(parts.map(count)), count(parts.flat())); }), { seed: 1 });
});

test('the difference of two histograms counts the reads between them, the maximum to within 1/32', (t) => {
  fc.assert(
    fc.property(ages, ages, (first, then) => {
      const [told, exact] = [histogramBetween(count(first), count([...first, ...then])), count(then)];
      t.deepEqual({ ...told, max: 0 }, { ...exact, max: 0 });
      t.true(near(told.max, exact.max));
    }),
    { seed: 1 },
  );
});
