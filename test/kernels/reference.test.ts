import test from 'ava';
import fc from 'fast-check';

import { doubleKernels, referenceKernels } from '../../src/kernels/reference.js';


const finite = fc.float({ min: -4, max: 4, noNaN: true });

test('weightedInputs gives the product of rows and voltages, lane by lane', (t) => {
  const voltages = Float32Array.of(1, 1, 2, -1, 0, 0); // neurons 0, 1, 2 in lanes 0, 1
  const z = new Float32Array(6);
  referenceKernels.weightedInputs(Float32Array.of(0.5, 0.25), Int32Array.of(0, 1), voltages, z, { begin: 2, end: 3, lanes: 2, laneBegin: 0, laneEnd: 2 });
  t.deepEqual([...z], [0, 0, 0, 0, 1, 0.25]);
});

test('weightedInputs of a row does not depend on the rows computed with it', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 17 }), fc.array(finite, { minLength: 400, maxLength: 400 }), (rows, inputs, lanes, numbers) => {
      let used = 0;
      const next = (length: number) => Float32Array.from({ length }, () => numbers[used++ % numbers.length]);
      const weights = next(rows * inputs);
      const voltages = next((inputs + rows) * lanes);
      const sources = Int32Array.from({ length: inputs }, (_, j) => j);
      const together = new Float32Array(voltages.length);
      const apart = new Float32Array(voltages.length);
      referenceKernels.weightedInputs(weights, sources, voltages, together, { begin: inputs, end: inputs + rows, lanes, laneBegin: 0, laneEnd: lanes });
      for (let row = 0; row < rows; row += 1) {
        const own = weights.subarray(row * inputs, (row + 1) * inputs);
        referenceKernels.weightedInputs(own, sources, voltages, apart, { begin: inputs + row, end: inputs + row + 1, lanes, laneBegin: 0, laneEnd: lanes });
      }
      t.deepEqual(apart, together);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('weightedInputs leaves lanes outside its range alone', (t) => {
  const z = Float32Array.of(9, 9, 9);
  referenceKernels.weightedInputs(Float32Array.of(2), Int32Array.of(0), Float32Array.of(3, 4, 5), z, { begin: 0, end: 1, lanes: 3, laneBegin: 1, laneEnd: 2 });
  t.deepEqual([...z], [9, 8, 9]);
});

test('gradients sum coefficient times voltage over the given lanes', (t) => {
  const gradient = new Float32Array(2);
  referenceKernels.gradients(Float32Array.of(1, -2), 2, 1, Int32Array.of(1, 0), Float32Array.of(1, 2, 100, 3, 4, 100), 3, 2, gradient);
  t.deepEqual([...gradient], [3 - 8, 1 - 4]);
});

test('gradients and weightedInputs of any number of sources are the plain sums', (t) => {
  for (let inputs = 1; inputs <= 9; inputs += 1) {
    const sources = Int32Array.from({ length: inputs }, (_, j) => j);
    const voltages = Float64Array.from({ length: 2 * (inputs + 1) }, (_, i) => i + 1); // two lanes; neuron j holds 2j + 1 and 2j + 2
    const gradient = new Float64Array(inputs);
    doubleKernels.gradients(Float64Array.of(1, 10), 2, 1, sources, voltages, 2, 2, gradient);
    t.deepEqual([...gradient], [...sources].map((j) => 2 * j + 1 + 10 * (2 * j + 2)));
    const z = new Float64Array(2 * (inputs + 1));
    doubleKernels.weightedInputs(new Float64Array(inputs).fill(2), sources, voltages, z, { begin: inputs, end: inputs + 1, lanes: 2, laneBegin: 0, laneEnd: 2 });
    t.deepEqual([...z.subarray(2 * inputs)], [2 * inputs ** 2, 2 * inputs * (inputs + 1)]);
  }
});

test('spreadBack is the transpose of weightedInputs: both give the same Σ delta · K · v', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.array(finite, { minLength: 60, maxLength: 60 }), (rows, inputs, numbers) => {
      let used = 0;
      const next = (length: number) => Float64Array.from({ length }, () => numbers[used++ % numbers.length]);
      const [weights, voltages, delta] = [next(rows * inputs), next((inputs + rows) * 3), next((inputs + rows) * 3)];
      const sources = Int32Array.from({ length: inputs }, (_, j) => j);
      const [z, upon] = [new Float64Array(voltages.length), new Float64Array(voltages.length)];
      const rowRange = { begin: inputs, end: inputs + rows, lanes: 3 };
      doubleKernels.weightedInputs(weights, sources, voltages, z, { ...rowRange, laneBegin: 0, laneEnd: 2 });
      doubleKernels.transposedProduct(weights, sources, delta, upon, { ...rowRange, count: 2 });
      for (let lane = 0; lane < 3; lane += 1) {
        const sum = (a: Float64Array, b: Float64Array, begin: number, end: number) => {
          let total = 0;
          for (let neuron = begin; neuron < end; neuron += 1) total += a[neuron * 3 + lane] * b[neuron * 3 + lane];
          return total;
        };
        t.true(Math.abs(sum(delta, z, inputs, inputs + rows) - sum(upon, voltages, 0, inputs)) < 1e-9);
      }
      t.true([...upon.keys()].filter((i) => i % 3 === 2).every((i) => upon[i] === 0)); // the third lane was not asked for
    }),
    { seed: 1 },
  );
});

test('addScaled reads from its offset', (t) => {
  const sum = Float32Array.of(1, 1);
  referenceKernels.addScaled(2, Float32Array.of(9, 3, 4), 1, sum, 2);
  t.deepEqual([...sum], [7, 9]);
});

test('sgdStep climbs the gradient and softUpdate moves the target a share of the way', (t) => {
  const values = Float32Array.of(1, 2);
  referenceKernels.sgdStep(values, Float32Array.of(2, -4), 0.5);
  t.deepEqual([...values], [2, 0]);
  const target = Float32Array.of(0, 4);
  referenceKernels.softUpdate(values, target, 0.25);
  t.deepEqual([...target], [0.5, 3]);
});

test('the first step of Adam has the size of its rate, whatever the gradient', (t) => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(1e-3), max: 1e3, noNaN: true }), fc.boolean(), (size, up) => {
      const values = Float32Array.of(0);
      referenceKernels.adamStep(values, Float32Array.of(up ? size : -size), new Float32Array(1), new Float32Array(1), 0.125, 1);
      t.true(Math.abs(values[0] - (up ? 0.125 : -0.125)) < 1e-5);
    }),
    { seed: 1 },
  );
});

test('Adam follows its hand-computed second step', (t) => {
  // g = 1 then 3: m = 0.1, 0.39; v = 0.001, 0.009999; m̂ = 0.39/0.19, v̂ = 0.009999/0.001999
  const [values, first, second] = [new Float32Array(1), new Float32Array(1), new Float32Array(1)];
  referenceKernels.adamStep(values, Float32Array.of(1), first, second, 0.1, 1);
  referenceKernels.adamStep(values, Float32Array.of(3), first, second, 0.1, 2);
  const expected = 0.1 + (0.1 * (0.39 / 0.19)) / Math.sqrt(0.009999 / 0.001999);
  t.true(Math.abs(values[0] - expected) < 1e-6);
});
