import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';

import { ACTIVATION_NAMES } from '../../src/kernels/activation.js';
import { iota, KERNEL_NAMES, type Kernels, type SparseSources } from '../../src/kernels/kernels.js';
import { kernelFault } from '../../src/kernels/self-check.js';
import { createStream } from '../../src/random/stream.js';
import { kernelsOf } from './fixture.js';

const REFERENCE = kernelsOf('reference');
const SIMD = kernelsOf('simd');

/** All kernels but the reference that this machine has; of the others it is said by name that they are skipped. */
const PRESENT = KERNEL_NAMES.filter((name) => name !== 'reference').flatMap((name) => {
  const fault = kernelFault(name);
  if (fault === undefined) return [kernelsOf(name)];
  test.skip(`${name} agrees with the reference: skipped, ${fault}`, () => undefined);
  return [];
});

/** Sizes on both sides of what the kernels take at a time: 4 rows, 8 lanes, 4 numbers. */
const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 19 }),
  lanes: fc.integer({ min: 1, max: 41 }),
  from: fc.nat(20),
  seed: fc.nat(),
});
const RUNS = { seed: 1, numRuns: 200 };

/** A case's numbers, the same for both kernels. */
function numbers(kernels: Kernels, seed: number, name: string, length: number): Float32Array {
  const stream = createStream(seed, name);
  const list = kernels.numbers(length);
  for (let i = 0; i < length; i += 1) list[i] = stream.gaussian();
  return list;
}

/** Equal to 1e-5 of the largest number: sums run in another order. */
function agree(t: ExecutionContext, actual: Float32Array, expected: Float32Array): void {
  const scale = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  t.true(expected.every((each, i) => Math.abs(actual[i] - each) <= 1e-5 * scale), `${[...actual].join(' ')} is not ${[...expected].join(' ')}`);
}

type Shape = typeof shapes extends fc.Arbitrary<infer Each> ? Each : never;

/** Runs a case on all kernels and compares what they write. */
function holds(title: string, run: (kernels: Kernels, shape: Shape) => Float32Array): void {
  for (const kernels of PRESENT) {
    test(`${kernels.name} agrees with the reference: ${title}`, (t) => {
      fc.assert(fc.property(shapes, (shape) => { agree(t, run(kernels, shape), run(REFERENCE, shape)); }), RUNS);
    });
  }
}

/** Sources in no order, some of them beyond the rows. */
const scattered = (inputs: number, seed: number) => {
  const stream = createStream(seed, 'sources');
  return Int32Array.from(iota(2 * inputs)).map((neuron) => neuron).sort(() => stream.gaussian()).slice(0, inputs);
};

function products(kernels: Kernels, { rows, inputs, lanes, from, seed }: Shape, begin = 0, end = rows): Float32Array {
  const laneBegin = Math.min(from, lanes - 1);
  const first = 2 * inputs;
  const activations = (name: string) => numbers(kernels, seed, name, (first + rows) * lanes);
  const z = activations('z');
  const stride = inputs + (from % 3);
  const weights = numbers(kernels, seed, 'weights', rows * stride).subarray(begin * stride, end * stride);
  kernels.weightedInputs(weights, scattered(inputs, seed), activations('voltages'), z, { begin: first + begin, end: first + end, lanes, laneBegin, laneEnd: lanes }, stride);
  return z;
}

function rankGradients(kernels: Kernels, { rows, inputs, lanes, from, seed }: Shape, begin = 0, end = rows): Float32Array {
  const stride = inputs + (from % 3);
  const gradient = numbers(kernels, seed, 'gradient', rows * stride);
  const coefficients = numbers(kernels, seed, 'coefficients', rows * lanes).subarray(begin * lanes);
  const voltages = numbers(kernels, seed, 'voltages', 2 * inputs * lanes);
  kernels.gradients(coefficients, lanes, end - begin, scattered(inputs, seed), voltages, lanes, Math.max(1, lanes - from), gradient.subarray(begin * stride), stride);
  return gradient;
}

/** Rows of any length from none to 19, of sources all over the first `inputs` neurons. */
function sparseSources({ rows, inputs, seed }: Shape): SparseSources {
  const stream = createStream(seed, 'sparse');
  const offset = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) offset[row + 1] = offset[row] + stream.integer(20);
  return { offset, sources: Int32Array.from({ length: offset[rows] }, () => stream.integer(inputs)) };
}

/** With one lane where `from` is even. */
function sparseProducts(kernels: Kernels, shape: Shape, begin = 0, end = shape.rows): Float32Array {
  const { rows, inputs, from, seed } = shape;
  const lanes = from % 2 === 0 ? 1 : shape.lanes;
  const laneBegin = Math.min(from, lanes - 1);
  const activations = (name: string) => numbers(kernels, seed, name, (inputs + rows) * lanes);
  const [z, sparse] = [activations('z'), sparseSources(shape)];
  const weights = numbers(kernels, seed, 'weights', sparse.sources.length);
  kernels.sparseWeightedInputs(weights, sparse, inputs, activations('voltages'), z, { begin: inputs + begin, end: inputs + end, lanes, laneBegin, laneEnd: lanes });
  return z;
}

holds('weighted inputs', products);
holds('weighted inputs of sparse rows', sparseProducts);
holds('gradients', rankGradients);

/** Of rows `begin..end`: errors, and the gradients they end in. */
function ownErrors(kernels: Kernels, { rows, inputs: stride, lanes: size, seed }: Shape, begin = 0, end = rows): Float32Array {
  const table = (name: string, width: number) => numbers(kernels, seed, name, rows * width).subarray(begin * width);
  const [error, gradient] = [numbers(kernels, seed, 'error', rows * size), numbers(kernels, seed, 'gradient', rows * stride)];
  kernels.ownErrors({
    rows: end - begin, size, stride, critic: table('critic', stride), target: table('target', stride), values: table('values', 2 * size), sampled: table('acted', size), next: table('next', 2 * size),
    reward: numbers(kernels, seed, 'reward', size), discounts: numbers(kernels, seed, 'continuation', size), error: error.subarray(begin * size), gradient: gradient.subarray(begin * stride),
  });
  return Float32Array.of(...error, ...gradient);
}

holds('own errors', ownErrors);

/** Rows `begin..end` of any length, of terms of their own, or all as long as the terms that they share. */
function traces(kernels: Kernels, shape: Shape, begin = 0, end = shape.rows): Float32Array {
  const { rows, inputs, from, seed } = shape;
  const shared = from % 2 === 0;
  const offset = shared ? iota(rows + 1).map((row) => row * inputs) : sparseSources(shape).offset;
  const at = offset[begin];
  const [trace, direction, terms] = ['trace', 'direction', 'terms'].map((name) => numbers(kernels, seed, name, offset[rows]));
  const [reach, credit] = ['reach', 'credit'].map((name) => numbers(kernels, seed, name, rows));
  const followed = { offset, begin, end };
  kernels.followTraces({
    rows: followed, shared, kept: 0.7, tdError: 1.3, trace: trace.subarray(at), direction: direction.subarray(at), terms: shared ? terms : terms.subarray(at),
    credit: credit.subarray(begin), reach: reach.subarray(begin),
  });
  const values = numbers(kernels, seed, 'values', offset[rows]);
  kernels.sgdRows(values.subarray(at), direction.subarray(at), credit.subarray(begin), followed);
  return Float32Array.of(...trace, ...direction, ...reach, ...values);
}

holds('eligibility traces, and steps along them', traces);
/** Three blocks side by side, or some of them; all read the same where `from` is 0, as transposed matrices where it is odd. */
function blockProducts(kernels: Kernels, { rows, inputs, lanes: count, from, seed }: Shape, begin = 0, end = 3): Float32Array {
  const [weightStep, outStep, voltageStep] = [rows * inputs + 1, (rows + 1) * count, from === 0 ? 0 : inputs * count];
  const strides = from % 2 === 0 ? { rowStride: inputs, columnStride: 1 } : { rowStride: 1, columnStride: rows };
  const out = numbers(kernels, seed, 'out', 3 * outStep);
  kernels.blockProducts({
    blocks: end - begin, rows, inputs, count, ...strides, weightStep, voltageStep, outStep, add: from % 3 === 2, out: out.subarray(begin * outStep),
    weights: numbers(kernels, seed, 'weights', 3 * weightStep).subarray(begin * weightStep), voltages: numbers(kernels, seed, 'voltages', 3 * inputs * count).subarray(begin * voltageStep),
  });
  return out;
}

function blockGradients(kernels: Kernels, { rows, inputs, lanes: count, from, seed }: Shape, begin = 0, end = 3): Float32Array {
  const [coefficientStep, voltageStep, rowStride] = [rows * count, inputs * count, inputs + (from % 3)];
  const gradientStep = rows * rowStride + 2;
  const gradient = numbers(kernels, seed, 'gradient', 3 * gradientStep);
  kernels.blockGradients({
    blocks: end - begin, rows, inputs, count, coefficientStep, voltageStep, gradientStep, rowStride, gradient: gradient.subarray(begin * gradientStep),
    coefficients: numbers(kernels, seed, 'coefficients', 3 * coefficientStep).subarray(begin * coefficientStep), voltages: numbers(kernels, seed, 'voltages', 3 * voltageStep).subarray(begin * voltageStep),
  });
  return gradient;
}

holds('products of blocks', blockProducts);
holds('gradients of blocks', blockGradients);

holds('sums over neurons', (kernels, { rows, inputs, lanes, from, seed }) => {
  const laneBegin = Math.min(from, lanes - 1);
  const out = numbers(kernels, seed, 'out', rows * (lanes - laneBegin));
  kernels.readOut(numbers(kernels, seed, 'parts', inputs * rows), rows, rows, numbers(kernels, seed, 'voltages', (inputs + 2) * lanes), { begin: 2, end: 2 + inputs, lanes, laneBegin, laneEnd: lanes }, out);
  return out;
});

holds('products of pairs', (kernels, { rows, lanes, from, seed }) => {
  const begin = Math.min(from, rows);
  const products = numbers(kernels, seed, 'products', ((rows * (rows + 1) - begin * (begin + 1)) / 2 + 1) * lanes); // one row more than are written
  kernels.pairProducts(numbers(kernels, seed, 'x', rows * (lanes + 3)), lanes + 3, begin, rows, lanes, products);
  return products;
});

holds('spreading back', (kernels, { rows, inputs, lanes, from, seed }) => {
  const first = 2 * inputs;
  const [delta, upon] = ['delta', 'upon'].map((name) => numbers(kernels, seed, name, (first + rows) * lanes));
  kernels.transposedProduct(numbers(kernels, seed, 'weights', rows * inputs), scattered(inputs, seed), delta, upon, { begin: first, end: first + rows, lanes, count: Math.max(1, lanes - from) });
  return upon;
});

holds('spreading back to some sources, in place of what is there', (kernels, { rows, inputs, lanes, from, seed }) => {
  const first = 2 * inputs;
  const [delta, upon] = ['delta', 'upon'].map((name) => numbers(kernels, seed, name, (first + rows) * lanes));
  const part = { sourceBegin: Math.min(from, inputs - 1), sourceEnd: inputs, replace: true };
  kernels.transposedProduct(numbers(kernels, seed, 'weights', rows * inputs), scattered(inputs, seed), delta, upon, { begin: first, end: first + rows, lanes, count: Math.max(1, lanes - from), ...part });
  return upon;
});

for (const activation of ACTIVATION_NAMES) {
  holds(`${activation} and its slope`, (kernels, { rows, lanes, from, seed }) => {
    const laneBegin = Math.min(from, lanes - 1);
    const [z, voltages, coefficients] = ['z', 'voltages', 'coefficients'].map((name) => numbers(kernels, seed, name, (rows + 1) * lanes));
    for (let i = 0; i < z.length; i += 1) z[i] *= 3;
    const bad = kernels.activate(activation, z, voltages, { begin: 1, end: 1 + rows, lanes, laneBegin, laneEnd: lanes });
    const others = kernels.numbers(coefficients.length);
    kernels.multiplySlopes(activation, others, lanes, voltages, { begin: 1, end: 1 + rows, lanes, count: lanes }, 2, coefficients);
    kernels.multiplySlopes(activation, coefficients, lanes, voltages, { begin: 1, end: 1 + rows, lanes, count: lanes }, 0.5);
    return Float32Array.of(...voltages, ...coefficients, ...others, bad);
  });
}

holds('gathering rows as lanes', (kernels, { rows: width, inputs, lanes, from, seed }) => {
  const to = numbers(kernels, seed, 'to', width * (lanes + from));
  const rows = scattered(inputs, seed).subarray(0, lanes);
  kernels.gatherLanes(numbers(kernels, seed, 'from', 2 * inputs * width), width, rows, to, lanes + from, from);
  return to;
});

holds('copying, adding, soft updates and the steps of the optimisers', (kernels, { rows, inputs, from, seed }) => {
  const length = rows * inputs;
  const [values, gradient, target, first, second] = ['values', 'gradient', 'target', 'first', 'second'].map((name) => numbers(kernels, seed, name, length + (name === 'gradient' ? from : 0)));
  second.forEach((value, i) => { second[i] = value * value; });
  kernels.softUpdate(values, target, 0.3);
  kernels.sgdStep(target, gradient, 0.1);
  kernels.addScaled(0.7, gradient, from, first, length);
  kernels.adamStep(values, gradient, first, second, 0.01, 1 + from);
  kernels.rmspropStep(values, gradient, second, 0.01, 0.9, 0.1);
  kernels.momentumStep(target, gradient, first, 0.01, 0.9);
  const norm = Math.sqrt(kernels.squareSum(first));
  kernels.copy(target, Math.min(from, length), length, second, Math.floor(Math.min(from, length) / 2));
  return Float32Array.of(norm, ...values, ...target, ...first, ...second);
});

for (const kernels of PRESENT) {
  test(`${kernels.name} gives a row the same bits alone as among others, and writes no other`, (t) => {
    fc.assert(fc.property(shapes, (shape) => {
      for (const compute of [products, sparseProducts, rankGradients, ownErrors, traces]) {
        const whole = compute(kernels, shape);
        const apart = Array.from({ length: shape.rows }, (_, row) => compute(kernels, shape, row, row + 1));
        const untouched = compute(kernels, shape, 0, 0);
        whole.forEach((value, i) => { t.is(apart.map((each) => each[i]).find((each) => each !== untouched[i]) ?? untouched[i], value); });
      }
    }), RUNS);
  });

  test(`${kernels.name} gives a block the same bits alone as among others, and writes no other`, (t) => {
    fc.assert(fc.property(shapes, (shape) => {
      for (const compute of [blockProducts, blockGradients]) {
        const whole = compute(kernels, shape);
        const apart = [0, 1, 2].map((block) => compute(kernels, shape, block, block + 1));
        const untouched = compute(kernels, shape, 0, 0);
        whole.forEach((value, i) => { t.is(apart.map((each) => each[i]).find((each) => each !== untouched[i]) ?? untouched[i], value); });
      }
    }), RUNS);
  });
}

for (const kernels of [...PRESENT, REFERENCE]) {
  test(`${kernels.name} names the first neuron whose weighted input is not finite, whatever the activation`, (t) => {
    for (const activation of ACTIVATION_NAMES) {
      for (const bad of [NaN, Infinity, -Infinity]) {
        const z = kernels.numbers(5 * 7);
        [2 * 7 + 6, 3 * 7 + 1].forEach((i) => { z[i] = bad; });
        t.is(kernels.activate(activation, z, kernels.numbers(5 * 7), { begin: 1, end: 5, lanes: 7, laneBegin: 0, laneEnd: 7 }), 2);
        t.is(kernels.activate(activation, z, kernels.numbers(5 * 7), { begin: 1, end: 2, lanes: 7, laneBegin: 0, laneEnd: 7 }), -1);
      }
    }
  });

  test(`${kernels.name} names the first row whose own error is not finite`, (t) => {
    for (const [size, bad] of [[5, NaN], [8, Infinity]] as const) {
      const [critic, target, values, sampled, next, reward, discounts, error, gradient] = [12, 12, 8 * size, 4 * size, 8 * size, size, size, 4 * size, 12].map((length) => kernels.numbers(length));
      values[5 * size - 1] = bad; // a state of row 2
      const of = { size, stride: 3, critic, target, values, sampled, next, reward, discounts, error, gradient };
      t.is(kernels.ownErrors({ ...of, rows: 4 }), 2);
      t.is(kernels.ownErrors({ ...of, rows: 2 }), -1);
    }
  });

  test(`${kernels.name} does not hide a gradient that is no number, and sets moments to 0 before they are denormal`, (t) => {
    const [values, gradient, first, second] = [1, 2, 3, 4].map(() => kernels.numbers(6));
    gradient.fill(NaN, 0, 1);
    first.fill(1e-30);
    second.fill(1e-37);
    kernels.adamStep(values, gradient, first, second, 0.1, 1);
    t.deepEqual([...values].map(Number.isNaN), [true, false, false, false, false, false]);
    t.deepEqual([...first.subarray(1), ...second.subarray(1)], new Array<number>(10).fill(0));
    for (const step of [() => { kernels.rmspropStep(values, gradient, second, 0.1, 0.5, 0.1); }, () => { kernels.momentumStep(values, gradient, first, 0.1, 0.5); }]) {
      [values, first, second].forEach((numbers) => numbers.fill(1e-37));
      step();
      t.deepEqual([...values].map(Number.isNaN), [true, false, false, false, false, false]);
      t.true([first, second].some((numbers) => numbers.subarray(1).every((each) => each === 0)));
    }
  });
}

for (const kernels of [...PRESENT, REFERENCE]) {
  test(`${kernels.name} follows two traces by hand, and sets them to 0 before they are denormal`, (t) => {
    const [trace, direction, terms] = [[1, -1, 8e-31, 4], new Array<number>(4).fill(7), [2, 0.5]].map((list) => {
      const room = kernels.numbers(list.length);
      room.set(list);
      return room;
    });
    const [credit, reach] = [kernels.numbers(2), kernels.numbers(2)];
    credit.set([3, 0]);
    const rows = { offset: Int32Array.of(9, 9, 11, 13), begin: 1, end: 3 };
    kernels.followTraces({ rows, credit, terms, shared: true, kept: 0.5, tdError: -2, trace, direction, reach });
    t.deepEqual([...trace], [6.5, 1, 0, 2]);
    t.deepEqual([...direction], [-13, -2, -0, -4]);
    t.deepEqual([...reach], [7.5, 2]);
    const rates = kernels.numbers(2);
    rates.set([1, 0.25]);
    kernels.sgdRows(trace, direction, rates, rows);
    t.deepEqual([...trace], [-6.5, -1, 0, 1]);
  });

  test(`${kernels.name} does not hide a trace that is no number`, (t) => {
    const [trace, direction, terms] = [9, 9, 9].map((length) => kernels.numbers(length).fill(1));
    const [credit, reach] = [kernels.numbers(3).fill(1), kernels.numbers(3)];
    trace.fill(NaN, 4, 5);
    kernels.followTraces({ rows: { offset: Int32Array.of(0, 3, 6, 9), begin: 0, end: 3 }, credit, terms, shared: false, kept: 0.5, tdError: 1, trace, direction, reach });
    t.deepEqual([...reach], [4.5, NaN, 4.5]);
    t.deepEqual([...direction].map(Number.isNaN), [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => i === 4));
  });
}

test('tanh of any weighted input is within 5e-7 of a double-precision one, relatively', (t) => {
  for (const kernels of PRESENT) {
    const z = kernels.numbers(4096);
    const voltages = kernels.numbers(4096);
    z.forEach((_, i) => { z[i] = 12 * Math.sinh((i - 2048) / 400) / Math.sinh(5.12); });
    kernels.activate('tanh', z, voltages, { begin: 0, end: 1, lanes: 4096, laneBegin: 0, laneEnd: 4096 });
    const worst = z.reduce((most, each, i) => Math.max(most, each === 0 ? Math.abs(voltages[i]) : Math.abs(voltages[i] / Math.tanh(each) - 1)), 0);
    t.true(worst < 5e-7, `${worst}`);
    t.true(voltages.every((voltage) => Math.abs(voltage) <= 1));
  }
});

for (const kernels of PRESENT) {
  test(`${kernels.name} takes sources beyond 16 bits, and rows without sources`, (t) => {
    const neurons = 2 ** 16 + 9;
    const rows = { offset: Int32Array.of(0, 0, 10, 10), sources: Int32Array.from({ length: 10 }, (_, j) => (j === 3 ? 3 : neurons - 1 - j)) };
    for (const lanes of [1, 5]) {
      const [voltages, z, weights] = [neurons * lanes, 3 * lanes, 10].map((length) => kernels.numbers(length));
      for (let i = 0; i < voltages.length; i += 1) voltages[i] = i % 1024;
      weights.forEach((_, j) => { weights[j] = j + 1; });
      z.fill(7);
      kernels.sparseWeightedInputs(weights, rows, 0, voltages, z, { begin: 0, end: 3, lanes, laneBegin: 0, laneEnd: lanes });
      const sum = (lane: number) => rows.sources.reduce((total, source, j) => total + (j + 1) * ((source * lanes + lane) % 1024), 0);
      t.deepEqual([...z], [0, 1, 0].flatMap((read) => Array.from({ length: lanes }, (_, lane) => read * sum(lane))));
    }
  });

  test(`${kernels.name} confines NaN to the sparse rows that read it`, (t) => {
    const rows = { offset: Int32Array.of(0, 3, 5, 9), sources: Int32Array.of(0, 1, 2, 3, 4, 0, 1, 2, 3) };
    for (const lanes of [1, 3]) {
      const [voltages, z, weights] = [5 * lanes, 3 * lanes, 9].map((length) => kernels.numbers(length).fill(1));
      voltages.fill(NaN, 4 * lanes, 5 * lanes);
      weights[2] = Infinity;
      kernels.sparseWeightedInputs(weights, rows, 0, voltages, z, { begin: 0, end: 3, lanes, laneBegin: 0, laneEnd: lanes });
      t.deepEqual([0, 1, 2].map((row) => z[row * lanes]), [Infinity, NaN, 4]);
    }
  });
}

test('numbers outside the shared memory are refused', (t) => {
  t.throws(() => { SIMD.softUpdate(new Float32Array(4), SIMD.numbers(4), 0.5); }, { message: /outside the shared memory/ });
});

test('rows that come from memory have the same bits as rows that lie in a cache', (t) => {
  const [rows, inputs] = [2052, 2051]; // more weights than a cache holds, 8 rows at a time and 4 more
  for (const kernels of PRESENT) {
    const weights = kernels.numbers(rows * inputs);
    weights.forEach((_, i) => { weights[i] = ((i * 7919) % 1009) / 1009 - 0.5; });
    const voltages = kernels.numbers(inputs);
    voltages.forEach((_, i) => { voltages[i] = ((i * 31) % 97) / 97 - 0.5; });
    const [whole, apart] = [kernels.numbers(rows), kernels.numbers(rows)];
    const sources = iota(inputs);
    const compute = (z: Float32Array, begin: number, end: number) => { kernels.weightedInputs(weights.subarray(begin * inputs, end * inputs), sources, voltages, z, { begin, end, lanes: 1, laneBegin: 0, laneEnd: 1 }); };
    compute(whole, 0, rows);
    for (const begin of [0, 1, 2, 1023, rows - 3]) compute(apart, begin, begin + 3);
    for (const row of [0, 1, 4, 1023, 1025, rows - 2, rows - 1]) t.is(whole[row], apart[row]);
    t.true(Math.abs(whole[5] - weights.subarray(5 * inputs, 6 * inputs).reduce((sum, weight, j) => sum + weight * voltages[j], 0)) < 1e-3);
  }
});
