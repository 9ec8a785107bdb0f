import test from 'ava';
import fc from 'fast-check';

import { bootstrapInterval, interquartileMean, mean, median, percentileInterval, stratifiedBootstrapInterval } from '../../src/telemetry/statistics.js';

const SLACK = 1e-9;
const someValues = (minLength: number) => fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength, maxLength: 12 });

test('the bootstrap interval lies within the values and around their mean', (t) => {
  fc.assert(
    fc.property(someValues(1), (values) => {
      const [low, high] = bootstrapInterval(values);
      t.true(low >= Math.min(...values) - SLACK && high <= Math.max(...values) + SLACK);
      t.true(low <= mean(values) + SLACK && high >= mean(values) - SLACK);
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('the bootstrap interval of a normal sample has the width that theory gives', (t) => {
  const values = Array.from({ length: 200 }, (_, i) => Math.sqrt(12) * ((i + 0.5) / 200 - 0.5)); // variance 1
  const [low, high] = bootstrapInterval(values);
  t.true(Math.abs(high - low - (2 * 1.96) / Math.sqrt(200)) < 0.02);
});

test('the bootstrap interval of any statistic is the same every time and moves with the values', (t) => {
  const values = [-167, -176, -154, -185, -119];
  t.deepEqual(bootstrapInterval(values), [-177.8, -138.2]); // as in the README, rounded there
  const interval = bootstrapInterval(values, interquartileMean);
  t.deepEqual(bootstrapInterval(values, interquartileMean), interval);
  const [low, high] = bootstrapInterval(values.map((value) => value + 1000), interquartileMean);
  t.true(Math.abs(low - interval[0] - 1000) < SLACK && Math.abs(high - interval[1] - 1000) < SLACK);
});

test('the median of an even number of values lies halfway between the two in the middle, and that of none is NaN', (t) => {
  t.is(median([3, 1, 10]), 3);
  t.is(median([4, 1, 10, 3]), 3.5);
  t.is(median([]), NaN);
});

test('the interquartile mean gives the answers computed by hand', (t) => {
  t.is(interquartileMean([7]), 7);
  t.is(interquartileMean([1, 3]), 2);
  t.is(interquartileMean([100, 2, 1, -100]), 1.5); // a multiple of 4: whole values, as in Agarwal et al.
  t.is(interquartileMean([0, 0, 1, 5, 5, 5, 9, 900]), 4);
  t.true(Math.abs(interquartileMean([1, 2, 3, 4, 100]) - (0.75 * 2 + 3 + 0.75 * 4) / 2.5) < SLACK);
  t.true(Math.abs(interquartileMean([1, 2, 3, 4, 5, 60]) - (0.5 * 2 + 3 + 4 + 0.5 * 5) / 3) < SLACK);
  t.is(interquartileMean([-Infinity, 1, 3, Infinity]), 2);
  t.is(interquartileMean([]), NaN);
});

test('the interquartile mean ignores order and outliers, lies within the values, and moves and grows with them', (t) => {
  fc.assert(
    fc.property(someValues(5), fc.double({ min: -5, max: 5, noNaN: true }), (values, factor) => {
      const middle = interquartileMean(values);
      t.true(middle >= Math.min(...values) - SLACK && middle <= Math.max(...values) + SLACK);
      t.is(interquartileMean(values.toReversed()), middle);
      t.true(Math.abs(interquartileMean(values.map((value) => factor * value + 7)) - (factor * middle + 7)) < 1e-8);
      const sorted = values.toSorted((a, b) => a - b);
      t.is(interquartileMean([...sorted.slice(0, -1), 1e6]), middle); // five or more values: the largest is outside the middle half
    }),
    { seed: 1 },
  );
});

test('the stratified bootstrap of one group is the bootstrap, and of constant groups a point', (t) => {
  const values = [3, 1, 4, 1, 5];
  t.deepEqual(stratifiedBootstrapInterval([values], (groups) => mean(groups.flat())), bootstrapInterval(values));
  t.deepEqual(stratifiedBootstrapInterval([[1, 1], [5, 5, 5]], (groups) => mean(groups.map(mean))), [3, 3]);
});

test('the stratified bootstrap draws within each group', (t) => {
  const groups = [[1, 2, 3], [10, 20, 30, 40]];
  stratifiedBootstrapInterval(groups, (samples) => {
    t.deepEqual(samples.map(({ length }) => length), [3, 4]);
    t.true(samples.every((sample, i) => sample.every((value) => groups[i].includes(value))));
    return 0;
  }, 50);
});

test('the stratified bootstrap of a difference of means has the width that theory gives', (t) => {
  const sample = (offset: number) => Array.from({ length: 200 }, (_, i) => offset + Math.sqrt(12) * ((i + 0.5) / 200 - 0.5)); // variance 1
  const [low, high] = stratifiedBootstrapInterval([sample(3), sample(1)], ([a, b]) => mean(a) - mean(b));
  t.true(Math.abs((low + high) / 2 - 2) < 0.02);
  t.true(Math.abs(high - low - 2 * 1.96 * Math.sqrt(2 / 200)) < 0.03);
});

test('the percentile interval leaves out a fortieth at either end, and is NaN if a value is NaN', (t) => {
  const values = Array.from({ length: 200 }, (_, i) => 199 - i);
  t.deepEqual(percentileInterval(values), [5, 194]);
  t.deepEqual(percentileInterval([7]), [7, 7]);
  t.deepEqual(percentileInterval([1, NaN, 3]), [NaN, NaN]);
  t.deepEqual(percentileInterval([]), [NaN, NaN]);
});
