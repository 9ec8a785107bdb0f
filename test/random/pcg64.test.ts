import test from 'ava';

import { createPcg64 } from '../../src/random/pcg64.js';

test('continues from any position, forwards and back', (t) => {
  const random = createPcg64(7);
  const all = Array.from({ length: 500 }, () => random.uniform());
  for (const index of [499, 0, 1, 250, 3]) {
    random.position = 2 * index;
    t.is(random.uniform(), all[index]);
    t.is(random.position, 2 * index + 2);
  }
});

test('gives the draws of numpy.random.default_rng', (t) => {
  const draws: [number, number[], number[]][] = [
    [0, [0.6369616873214543, 0.2697867137638703], [6155, 819, 0]],
    [42, [0.7739560485559633, 0.4388784397520523], [8659, 17170, 0]],
    [2 ** 40 + 7, [0.829812891829413, 0.25530515834910417], [340, 3075, 3]],
  ];
  for (const [seed, uniforms, integers] of draws) {
    const random = createPcg64(seed);
    t.deepEqual(uniforms.map(() => random.uniform()), uniforms);
    t.deepEqual([random.integer(19_998), random.integer(19_998), random.integer(6)], integers);
  }
});

test('gives the normal draws of numpy.random.default_rng, those of the tail too', (t) => {
  const random = createPcg64(3);
  const normal = Array.from({ length: 2000 }, () => random.gaussian());
  const known: [number, number][] = [[0, 2.0409191213851825], [1, -2.5556650313141818], [2, 0.41809884672577885], [9, 3.3229995166448827], [563, -3.332081302399862], [1966, 3.8864552710410796]];
  for (const [index, value] of known) t.true(Math.abs(normal[index] - value) < 1e-14, `draw ${index}`);
  t.is(random.uniform(), 0.3772220594922263); // as many outputs were taken
});
