import test from 'ava';

import { createMersenneTwister } from '../../src/random/mersenne-twister.js';

test('gives the draws of numpy.random.RandomState', (t) => {
  const random = createMersenneTwister(0);
  const integers = (count: number, low: number, range: number) => Array.from({ length: count }, () => low + random.integer(range));
  t.deepEqual([random.uniform(), random.uniform(), random.uniform()], [0.5488135039273248, 0.7151893663724195, 0.6027633760716439]);
  t.deepEqual(integers(6, 0, 2), [1, 1, 1, 1, 1, 0]);
  t.deepEqual(integers(6, 1, 8), [5, 8, 7, 1, 1, 5]);
  t.deepEqual(integers(8, 1, 5), [3, 2, 1, 2, 2, 1, 2, 5]);
  t.deepEqual(integers(1, 0, 7), [3]);
  t.is(createMersenneTwister(5489).integer(2 ** 32), 3499211612);
});

test('an integer of one takes no output', (t) => {
  const random = createMersenneTwister(3);
  t.is(random.integer(1), 0);
  t.is(random.position, 0);
});

test('continues from any position, forwards and back', (t) => {
  for (const seed of [7, 2 ** 40 + 3]) {
    const random = createMersenneTwister(seed);
    const all = Array.from({ length: 2000 }, () => random.integer(2 ** 32));
    for (const position of [1999, 0, 623, 624, 625, 1248, 5]) {
      random.position = position;
      t.is(random.position, position);
      t.is(random.integer(2 ** 32), all[position]);
    }
  }
});

test('seeds beyond 32 bits differ in their upper word', (t) => {
  const first = (seed: number) => createMersenneTwister(seed).uniform();
  t.is(new Set([first(1), first(2 ** 32 + 1), first(2 ** 33 + 1)]).size, 3);
});
