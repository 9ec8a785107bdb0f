import test from 'ava';
import fc from 'fast-check';

import { philox4x32 } from '../../src/random/philox.js';
import { createStream, type Stream } from '../../src/random/stream.js';

const DRAWS = 20_000;

/** From Random123's `kat_vectors`, philox4x32 with 10 rounds: counter, key, output. */
const KNOWN_ANSWERS = [
  { counter: [0, 0, 0, 0], key: [0, 0], output: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    output: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    output: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

const anySeed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const anyPosition = fc.integer({ min: 0, max: 2 ** 52 });

/** Every kind of draw a stream makes. */
const KINDS: Record<string, (stream: Stream) => number> = {
  uniform: (stream) => stream.uniform(),
  uniformBetween: (stream) => stream.uniformBetween(-3, 5),
  integer: (stream) => stream.integer(7),
  gaussian: (stream) => stream.gaussian(),
};

function draw(stream: Stream, kind: (stream: Stream) => number, count = DRAWS): number[] {
  return Array.from({ length: count }, () => kind(stream));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function covariance(a: number[], b: number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
}

test('Philox4x32-10 gives the published answers', (t) => {
  for (const { counter, key, output } of KNOWN_ANSWERS) {
    const words = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), words);
    t.deepEqual([...words], output);
  }
});

test('Philox4x32-10 leaves counter and key as they are', (t) => {
  const counter = Uint32Array.of(1, 2, 3, 4);
  const key = Uint32Array.of(5, 6);
  philox4x32(counter, key, new Uint32Array(4));
  t.deepEqual([[...counter], [...key]], [[1, 2, 3, 4], [5, 6]]);
});

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name} consumes one position a draw, and a jump gives what drawing up to there gives`, (t) => {
    fc.assert(fc.property(anySeed, anyPosition, fc.nat(20), (seed, start, ahead) => {
      const sequential = createStream(seed, 'law');
      sequential.position = start;
      draw(sequential, kind, ahead);
      t.is(sequential.position, start + ahead);
      const jumped = createStream(seed, 'law');
      jumped.position = start + ahead;
      t.is(kind(jumped), kind(sequential));
    }));
  });

  test(`${name} repeats for the same seed and name, and for nothing else`, (t) => {
    fc.assert(fc.property(anySeed, (seed) => {
      const drawn = draw(createStream(seed, 'law'), kind, 32);
      t.deepEqual(draw(createStream(seed, 'law'), kind, 32), drawn);
      t.notDeepEqual(draw(createStream(seed, 'law '), kind, 32), drawn);
      t.notDeepEqual(draw(createStream(seed === 0 ? 1 : seed - 1, 'law'), kind, 32), drawn);
    }), { numRuns: 30 });
  });
}

test('a stream starts at position 0 and does not repeat after 2^32 draws', (t) => {
  const stream = createStream(1, 'law');
  t.is(stream.position, 0);
  const first = stream.uniform();
  stream.position = 2 ** 32;
  t.not(stream.uniform(), first);
});

test('streams of different names or seeds are uncorrelated', (t) => {
  const [a, b, c] = [createStream(1, 'exploration/a'), createStream(1, 'exploration/b'), createStream(2, 'exploration/a')]
    .map((stream) => draw(stream, KINDS.uniform));
  for (const other of [b, c]) {
    const correlation = covariance(a, other) / Math.sqrt(covariance(a, a) * covariance(other, other));
    t.true(Math.abs(correlation) < 4 / Math.sqrt(DRAWS), `correlation ${correlation}`);
  }
});

test('successive draws of a stream are uncorrelated', (t) => {
  for (const kind of [KINDS.uniform, KINDS.gaussian]) {
    const drawn = draw(createStream(1, 'law'), kind);
    const correlation = covariance(drawn.slice(1), drawn.slice(0, -1)) / covariance(drawn, drawn);
    t.true(Math.abs(correlation) < 4 / Math.sqrt(DRAWS), `correlation ${correlation}`);
  }
});

test('uniform stays in [0, 1) with mean 1/2 and variance 1/12', (t) => {
  const drawn = draw(createStream(1, 'law'), KINDS.uniform);
  t.true(drawn.every((value) => value >= 0 && value < 1));
  t.true(Math.abs(mean(drawn) - 1 / 2) < 0.01);
  t.true(Math.abs(covariance(drawn, drawn) - 1 / 12) < 0.002);
});

test('uniformBetween stays in [low, high) with the mean halfway', (t) => {
  const drawn = draw(createStream(1, 'law'), KINDS.uniformBetween);
  t.true(drawn.every((value) => value >= -3 && value < 5));
  t.true(Math.abs(mean(drawn) - 1) < 0.08);
});

test('integer gives every number below its count equally often', (t) => {
  const counts = new Array<number>(7).fill(0);
  for (const value of draw(createStream(1, 'law'), KINDS.integer)) counts[value] += 1;
  t.is(counts.length, 7); // nothing beyond 6, and nothing that is not whole
  const expected = DRAWS / 7;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.true(chiSquare < 22.5, `chi-square ${chiSquare}`); // 6 degrees of freedom: 0.1 %
});

test('gaussian has mean 0, variance 1, no skew and the tails of the normal distribution', (t) => {
  const drawn = draw(createStream(1, 'law'), KINDS.gaussian);
  t.true(drawn.every(Number.isFinite));
  t.true(Math.abs(mean(drawn)) < 0.03);
  t.true(Math.abs(covariance(drawn, drawn) - 1) < 0.04);
  t.true(Math.abs(mean(drawn.map((value) => value ** 3))) < 0.11);
  t.true(Math.abs(mean(drawn.map((value) => Number(Math.abs(value) > 2))) - 0.0455) < 0.006);
});
