import test from 'ava';
import fc from 'fast-check';

import { weightedInputs } from '../../src/kernels/reference.js';
import { sparseWeightedInputs } from '../../src/kernels/sparse.js';

test('two rows of their own sources, by hand', (t) => {
  const rows = { offset: Int32Array.of(0, 2, 3), sources: Int32Array.of(0, 2, 1) };
  const z = new Float64Array(4);
  sparseWeightedInputs(Float64Array.of(2, 3, -1), rows, 2, Float64Array.of(10, 20, 30, 0), z, { begin: 2, end: 4, lanes: 1, laneBegin: 0, laneEnd: 1 });
  t.deepEqual([...z], [0, 0, 2 * 10 + 3 * 30, -20]);
});

test('a part of the rows, and of the lanes, is computed and the rest left alone', (t) => {
  const rows = { offset: Int32Array.of(0, 1, 2), sources: Int32Array.of(0, 0) };
  const voltages = Float32Array.of(1, 2, 3, 0, 0, 0, 0, 0, 0);
  const z = new Float32Array(9).fill(7);
  sparseWeightedInputs(Float32Array.of(2, 10), rows, 1, voltages, z, { begin: 2, end: 3, lanes: 3, laneBegin: 1, laneEnd: 3 });
  t.deepEqual([...z], [7, 7, 7, 7, 7, 7, 7, 20, 30]);
});

test('rows that read alike come out as dense ones, whatever their length and the number of lanes', (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.nat(1000), (length, count, lanes, seed) => {
    const wave = (size: number, from: number) => Float64Array.from({ length: size }, (_, i) => Math.sin(from + 3 * i + seed));
    const sources = Int32Array.from({ length }, (_, i) => (5 * i + seed) % 17);
    const rows = {
      offset: Int32Array.from({ length: count + 1 }, (_, i) => i * length),
      sources: Int32Array.from({ length: count * length }, (_, i) => sources[i % length]),
    };
    const [weights, voltages] = [wave(count * length, 1), wave(17 * lanes, 2)];
    const [one, other] = [new Float64Array(count * lanes), new Float64Array(count * lanes)];
    const range = { begin: 0, end: count, lanes, laneBegin: 0, laneEnd: lanes };
    sparseWeightedInputs(weights, rows, 0, voltages, one, range);
    weightedInputs(weights, sources, voltages, other, range);
    t.true(one.every((value, i) => Math.abs(value - other[i]) < 1e-12));
  }), { seed: 1, numRuns: 50 });
});
