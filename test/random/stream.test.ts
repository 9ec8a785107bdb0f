import test from 'ava';
import fc from 'fast-check';

import { philox4x32 } from '../../src/random/philox.js';
import { createStream } from '../../src/random/stream.js';
import { philoxRest, philoxUniform } from '../../src/random/uniform.js';

const DRAWS = 20_000;

test('a stream entered at any position continues as if it had been drawn up to there', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.constantFrom('uniform' as const, 'gaussian' as const), (position, draw) => {
      const sequential = createStream(7, 'law');
      for (let i = 0; i < position; i += 1) sequential.uniform();
      const entered = createStream(7, 'law');
      entered.position = position;
      t.is(entered[draw](), sequential[draw]());
      t.is(entered.position, sequential.position);
    }),
    { seed: 1 },
  );
});

test('a uniform number is the 53 high bits of the first two words of Philox', (t) => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 21), fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), (low, high, key0, key1) => {
      const words = new Uint32Array(4);
      philox4x32(Uint32Array.of(low, high, 0, 0), Uint32Array.of(key0, key1), words);
      t.is(philoxUniform(low, high, key0, key1), (words[0] >>> 6) * 2 ** -26 + (words[1] >>> 5) * 2 ** -53);
      t.is(philoxRest(), (words[2] >>> 6) * 2 ** -26 + (words[3] >>> 5) * 2 ** -53);
    }),
    { seed: 1 },
  );
});

test('positions beyond 2^32 are positions of their own', (t) => {
  const stream = createStream(1, 'far');
  const near = stream.uniform();
  stream.position = 2 ** 32;
  t.not(stream.uniform(), near);
});

test('names and seeds separate streams', (t) => {
  const draws = [createStream(1, 'a'), createStream(1, 'b'), createStream(2, 'a')].map((stream) => stream.uniform());
  t.is(new Set(draws).size, 3);
});

test('streams of different names are uncorrelated', (t) => {
  const [a, b] = [createStream(1, 'exploration/hidden1[0]'), createStream(1, 'exploration/hidden1[1]')];
  let sum = 0;
  for (let i = 0; i < DRAWS; i += 1) sum += a.gaussian() * b.gaussian();
  t.true(Math.abs(sum / DRAWS) < 4 / Math.sqrt(DRAWS));
});

test('uniform draws fill [0, 1) evenly', (t) => {
  const stream = createStream(3, 'uniform');
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < DRAWS; i += 1) bins[Math.floor(stream.uniform() * 10)] += 1;
  const chiSquare = bins.reduce((sum, count) => sum + (count - DRAWS / 10) ** 2 / (DRAWS / 10), 0);
  t.true(chiSquare < 27.9, `chi-square ${chiSquare} of 9 degrees, 0.1 % point 27.9`);
});

test('gaussian draws have mean 0, variance 1 and kurtosis 3', (t) => {
  const stream = createStream(4, 'gaussian');
  let [first, second, fourth] = [0, 0, 0];
  for (let i = 0; i < DRAWS; i += 1) {
    const x = stream.gaussian();
    first += x / DRAWS;
    second += x ** 2 / DRAWS;
    fourth += x ** 4 / DRAWS;
  }
  t.true(Math.abs(first) < 0.03);
  t.true(Math.abs(second - 1) < 0.05);
  t.true(Math.abs(fourth - 3) < 0.25);
});

test('integer draws stay below their count', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(), (count, position) => {
      const stream = createStream(5, 'integer');
      stream.position = position;
      const draw = stream.integer(count);
      t.true(Number.isInteger(draw) && draw >= 0 && draw < count);
    }),
    { seed: 1 },
  );
});
