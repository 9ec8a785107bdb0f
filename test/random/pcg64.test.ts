import test from 'ava';

import { createPcg64 } from '../../src/random/pcg64.js';

test('goes on from any position, forwards and back', (t) => {
  const random = createPcg64(7);
  const all = Array.from({ length: 500 }, () => random.uniform());
  for (const index of [499, 0, 1, 250, 3]) {
    random.position = 2 * index;
    t.is(random.uniform(), all[index]);
    t.is(random.position, 2 * index + 2);
  }
});
