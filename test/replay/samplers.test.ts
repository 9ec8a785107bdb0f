import test from 'ava';
import fc from 'fast-check';

import { createDraw, importanceWeights } from '../../src/replay/item-sampler.js';
import { SAMPLER_NAMES, type SamplerName } from '../../src/replay/samplers.js';
import { createFilled, readOnce, type Step } from './fixture.js';

const ONE = { steps: 1, discount: 0.9 };
const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6) => Array.from(actual).every((value, i) => Math.abs(value - expected[i]) < tolerance);

/** Four items with the priorities 1, 2, 3 and 4. */
function four(name: SamplerName, exponent: number) {
  const filled = createFilled({}, ONE, name);
  const sampler = filled.sampler(name, exponent);
  for (let i = 0; i < 5; i += 1) filled.step({ reward: i });
  sampler.admit();
  const draw = createDraw(4);
  for (let row = 0; row < 4; row += 1) {
    draw.rows[row] = row;
    draw.stamps[row] = row;
  }
  sampler.prioritise(draw, [1, 2, 3, 4].map((priority) => priority - 1e-6));
  return { filled, sampler };
}

/** P of each row, and how often it is drawn in as many minibatches. */
function drawn(name: SamplerName, exponent: number, minibatches: number) {
  const { sampler } = four(name, exponent);
  const draw = createDraw(50);
  const counts = new Array<number>(4).fill(0);
  const probabilities = new Array<number>(4).fill(0);
  for (let update = 0; update < minibatches; update += 1) {
    sampler.draw(update, draw);
    draw.rows.forEach((row, lane) => {
      counts[row] += 1 / (50 * minibatches);
      probabilities[row] = draw.probabilities[lane];
    });
  }
  const total = probabilities.reduce((sum, each) => sum + each, 0);
  return { counts, probabilities: probabilities.map((each) => each / total) };
}

test('proportional and rank-based probabilities are the published ones, and so are the frequencies', (t) => {
  const cases = [
    ['proportional', 0.5, [0.1627004534, 0.2300931879, 0.2818054518, 0.3254009069]],
    ['rank', 0.7, [0.1541638035, 0.1885556421, 0.2504398377, 0.4068407166]],
    ['rank', 1, [0.12, 0.16, 0.24, 0.48]],
  ] as const;
  for (const [name, exponent, expected] of cases) {
    const { counts, probabilities } = drawn(name, exponent, 400);
    t.true(close(probabilities, expected), `${name} ${exponent}: ${probabilities.join(' ')}`);
    t.true(close(counts, expected, 0.01), `${name} ${exponent}: ${counts.join(' ')}`);
  }
});

test('importance weights are the published ones, over the minibatch and over the buffer', (t) => {
  const probabilities = Float64Array.of(0.1627004534, 0.2300931879, 0.2818054518, 0.3254009069);
  const weights = new Float32Array(4);
  importanceWeights(probabilities, 0.4, weights);
  t.true(close(weights, [1, 0.8705505633, 0.8027415618, 0.7578582833]));
  importanceWeights(probabilities, 1, weights);
  t.true(close(weights, [1, 0.7071067812, 0.5773502692, 0.5]));
  importanceWeights(probabilities.slice(2), 1, weights);
  t.true(close(weights.slice(0, 2), [1, 0.8660254038]));
  const { sampler } = four('proportional', 1);
  importanceWeights(Float64Array.of(2, 4), 1, weights, sampler.leastProbability());
  t.true(close(weights.slice(0, 2), [0.5, 0.25]), 'the least of the buffer has priority 1');
});

test('greedy draws the largest errors, each once', (t) => {
  const { sampler } = four('greedy', 1);
  const draw = createDraw(3);
  sampler.draw(0, draw);
  t.deepEqual([...draw.rows], [3, 2, 1]);
  sampler.prioritise(draw, [0.5, 0.5, 7]);
  sampler.draw(1, draw);
  t.deepEqual([...draw.rows], [1, 0, 2]);
});

test('a priority of a row that was overwritten meanwhile is dropped', (t) => {
  for (const name of ['proportional', 'rank', 'greedy'] as const) {
    const filled = createFilled({ capacity: 8 }, ONE, name);
    const sampler = filled.sampler(name);
    for (let i = 0; i < 8; i += 1) filled.step({ reward: i });
    sampler.admit();
    const draw = createDraw(7);
    sampler.draw(0, draw);
    draw.rows.set([0, 1, 2, 3, 4, 5, 6]);
    draw.stamps.set([0, 1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < 3; i += 1) filled.step({ reward: i }); // rows 0, 1 and 2
    sampler.admit();
    t.is(sampler.prioritise(draw, [9, 9, 9, 5, 5, 5, 5]), 3, name);
    sampler.draw(1, draw);
    t.true([...draw.rows].every((row) => readOnce(filled, row).span === 1), name);
  }
});

test('a ranking of rows that are no items, or none at all, is made anew', (t) => {
  for (const row of [7, -1, 99]) {
    const filled = createFilled({ capacity: 8 }, ONE, 'rank');
    filled.sampler('rank');
    for (let i = 0; i < 6; i += 1) filled.step({ reward: i });
    const priorities = filled.arena.float64('replay/errors');
    priorities.fill(1, 0, 5);
    filled.arena.int32('replay/order').fill(row);
    filled.arena.int32('replay/ranking').set([5, 0]);
    const draw = createDraw(4);
    filled.sampler('rank').draw(0, draw);
    t.true([...draw.rows].every((each) => readOnce(filled, each).span === 1), String(row));
  }
});

const step = fc.record({ reward: fc.constant(1), end: fc.constantFrom(undefined, undefined, undefined, 'terminated' as const, 'truncated' as const) });

test('every sampler draws whole items alone, follows the replay, and continues identically when attached again', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...SAMPLER_NAMES), fc.array(step, { minLength: 12, maxLength: 90 }), fc.integer({ min: 1, max: 4 }), fc.nat(80), (name, given: readonly Step[], steps, cut) => {
      const run = (again: number) => {
        const filled = createFilled({ capacity: 24 }, { steps, discount: 0.9 }, name);
        let sampler = filled.sampler(name, 0.6);
        const draw = createDraw(6);
        const rows: number[][] = [];
        for (const [i, each] of given.entries()) {
          filled.step(each);
          sampler.admit();
          if (i === again) sampler = filled.sampler(name, 0.6);
          if (i < 10) continue;
          sampler.draw(i, draw);
          for (const [lane, row] of draw.rows.entries()) {
            t.true(readOnce(filled, row).span > 0);
            t.is(draw.stamps[lane], filled.segments.stamp(row));
            t.true(draw.probabilities[lane] > 0 && draw.probabilities[lane] >= sampler.leastProbability() * (1 - 1e-12));
          }
          sampler.prioritise(draw, Array.from(draw.rows, (row) => (row * 7) % 5));
          rows.push([...draw.rows]);
        }
        return rows;
      };
      t.deepEqual(run(cut), run(-1));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('uniform draws are uniform over the items of all segments', (t) => {
  const filled = createFilled({ segments: 3, capacity: 10 }, ONE);
  for (let segment = 0; segment < 3; segment += 1) for (let i = 0; i < 6 + segment; i += 1) filled.step({ reward: 1, ...(i === 2 && { end: 'terminated' }) }, segment);
  const sampler = filled.sampler('uniform');
  const draw = createDraw(100);
  const counts = new Map<number, number>();
  for (let update = 0; update < 200; update += 1) {
    sampler.draw(update, draw);
    for (const row of draw.rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const items = Array.from({ length: 30 }, (_, row) => row).filter((row) => readOnce(filled, row).span > 0);
  t.deepEqual([...counts.keys()].toSorted((a, b) => a - b), items);
  for (const count of counts.values()) t.true(Math.abs(count / (20_000 / items.length) - 1) < 0.12);
});
