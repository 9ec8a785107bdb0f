import test from 'ava';
import fc from 'fast-check';

import { compare, createResampling, estimate, joinProducts, meansOf, overNeurons, overProbes, productsOf, type Resampling } from '../../src/certificate/agreement.js';
import { judgeReference } from '../../src/certificate/validity.js';
import { createStream } from '../../src/random/stream.js';

const compareRows = (own: number[][], reference: number[][], resampling: Resampling) => compare(productsOf(own, reference, meansOf(reference, resampling), resampling));

test('cosine, ratio and paired cosine of two minibatches, by hand', (t) => {
  // Means (1, 1) and (2, 0): cosine 2 / (√2 · 2), ratio √2 / 2. Paired: (0·1 + 2·3) / √((0 + 2² + 2²) (1 + 9)).
  const { cosine, normRatio, pairedCosine } = compareRows([[0, 2], [2, 0]], [[1, 0], [3, 0]], createResampling(2, 10));
  t.true(Math.abs(cosine[0] - Math.SQRT1_2) < 1e-12);
  t.true(Math.abs(normRatio[0] - Math.SQRT1_2) < 1e-12);
  t.true(Math.abs(pairedCosine[0] - 6 / Math.sqrt(80)) < 1e-12);
});

test('rows laid end to end have the sum of the rows\' products', (t) => {
  const rows = [[1, 2], [3, 4], [0, -1]];
  const others = [[5], [-2], [1]];
  const whole = rows.map((row, m) => [...row, ...others[m]]);
  const resampling = createResampling(3, 20);
  const products = (own: number[][]) => productsOf(own, own, meansOf(own, resampling), resampling);
  const [joined, expected] = [joinProducts([products(rows), products(others)], resampling), products(whole)];
  for (const which of ['means', 'pairs'] as const) joined[which].own.forEach((value, i) => { t.true(Math.abs(value - expected[which].own[i]) < 1e-12); });
});

const gradients = fc.array(fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 4 });

test('the first of all resamples is the sample itself, the others are means of minibatches drawn with replacement', (t) => {
  t.notThrows(() => { fc.assert(fc.property(gradients, (rows) => {
    const resampling = createResampling(4, 5);
    const means = meansOf(rows, resampling);
    return [0, 1, 2].every((j) => Math.abs(means[j] - rows.reduce((sum, row) => sum + row[j], 0) / 4) < 1e-9)
      && resampling.weights.every((w) => Math.abs(w.reduce((sum, each) => sum + each, 0) - 1) < 1e-12 && w.every((each) => Number.isInteger(4 * each)))
      && resampling.weights.every((w, i) => Math.abs(means[3 * i] - rows.reduce((sum, row, m) => sum + w[m] * row[0], 0)) < 1e-9);
  })); });
});

test('cosines lie between -1 and 1, and do not change with the scale of either side', (t) => {
  t.notThrows(() => { fc.assert(fc.property(gradients, gradients, fc.double({ min: 0.01, max: 100, noNaN: true }), (a, b, scale) => {
    const resampling = createResampling(4, 5);
    const plain = compareRows(a, b, resampling);
    const scaled = compareRows(a.map((row) => row.map((value) => scale * value)), b, resampling);
    return [...plain.cosine, ...plain.pairedCosine].every((value) => Number.isNaN(value) || Math.abs(value) <= 1)
      && plain.pairedCosine.every((value, i) => Number.isNaN(value) || Math.abs(value - scaled.pairedCosine[i]) < 1e-6);
  })); });
});

/** Gradients of M minibatches around a true mean, and references around another. */
function sample(trial: number, minibatches: number, means: readonly [number[], number[]], deviation: number): [number[][], number[][]] {
  const stream = createStream(trial, 'coverage');
  const [own, reference] = means.map((mean) => Array.from({ length: minibatches }, () => mean.map((value) => value + deviation * stream.gaussian())));
  return [own, reference];
}

test('the bootstrap interval covers the true cosine about 19 times of 20', (t) => {
  const means: [number[], number[]] = [[1, 0.5, 0], [1, -0.5, 0.5]];
  const truth = 0.75 / Math.sqrt(1.25 * 1.5);
  const resampling = createResampling(40, 200);
  const trials = 200;
  let covered = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const { low, high } = estimate(compareRows(...sample(trial, 40, means, 1), resampling).cosine);
    if (low <= truth && truth <= high) covered += 1;
  }
  t.true(covered / trials > 0.87 && covered / trials < 0.995, `covered ${covered} of ${trials}`);
});

test('a gradient that is noise passes for valid rarely, one of ten standard errors always', (t) => {
  let passed = 0;
  for (let trial = 0; trial < 300; trial += 1) {
    const [, noise] = sample(trial, 32, [[0], new Array<number>(8).fill(0)], 1);
    if (judgeReference(noise, 1, 1).valid) passed += 1;
    const [, clear] = sample(trial, 32, [[0], new Array<number>(8).fill(10 / Math.sqrt(32))], 1);
    t.true(judgeReference(clear, 1, 1).valid);
  }
  t.true(passed < 3, `${passed} of 300`);
});

test('a reference below float32 rounding is not valid, however steady', (t) => {
  const steady = Array.from({ length: 4 }, () => [1e-9, 0]);
  t.true(judgeReference(steady, 1e-4, 20).valid);
  t.false(judgeReference(steady, 1e-2, 20).valid); // 20 · 2⁻²⁴ · 1e-2 = 1.2e-8
});

test('standard error and split half, by hand', (t) => {
  // Gradients 3, 1, 3, 1: mean 2, squares 5, (5 - 4) / 3. Halves 3 and 1 point the same way.
  const rows = [[3], [1], [3], [1]];
  const { norm, sampling, splitHalf } = judgeReference(rows, 0, 1);
  t.is(norm, 2);
  t.true(Math.abs(sampling - Math.sqrt(1 / 3)) < 1e-12);
  t.is(splitHalf, 1);
});

test('statistics over neurons leave out undefined values', (t) => {
  const resampling = createResampling(4, 3);
  const neurons = [0.1, 0.2, NaN, 0.9].map((value) => new Float64Array(4).fill(value));
  t.true(Math.abs(overNeurons(neurons, resampling, 'mean')[0] - 0.4) < 1e-12);
  t.is(overNeurons(neurons, resampling, 'median')[0], 0.2);
  t.true(Number.isNaN(overNeurons([], resampling, 'mean')[0]));
});

test('averages over probes go resample by resample', (t) => {
  t.deepEqual([...overProbes([Float64Array.of(0, 1, NaN), Float64Array.of(1, 0, 0.5)])], [0.5, 0.5, 0.5]);
  t.true(Number.isNaN(overProbes([])[0]));
});
