import test from 'ava';
import fc from 'fast-check';

import { halfGainDelay, summariseGain, type SeedReturns } from '../../src/study/half-gain.js';

const DELAYS = [0, 1, 3, 7];
const points = (gains: readonly number[]) => gains.map((gain, i) => ({ delay: DELAYS[i], gain }));

test('half of a gain is lost on a straight line in log2(1 + delay) between two delays', (t) => {
  t.is(halfGainDelay(points([1, 0.75, 0.25, 0])), 2 ** 1.5 - 1); // log2(1 + d) is 1 and 2, and 1.5 half way
  t.is(halfGainDelay(points([1, 0.9, 0.5, 0.9])), 3); // exactly there, whatever comes later
  t.is(halfGainDelay(points([1, 0.6, 0.7, 0.4])), 2 ** (2 + 2 / 3) - 1);
  t.is(halfGainDelay(points([0.5, 0.6])), 0); // from the first delay on
  t.is(halfGainDelay(points([1, 0.6, 0.9, 0.51])), Infinity);
});

const gains = fc.array(fc.double({ min: -1, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 4 });

test('where half is lost lies between the delays around it, and comes no sooner where more is kept', (t) => {
  fc.assert(fc.property(gains, fc.double({ min: 0, max: 1, noNaN: true }), (kept, more) => {
    const found = halfGainDelay(points(kept));
    const i = kept.findIndex((gain) => gain <= 0.5);
    if (i === -1) t.is(found, Infinity);
    else t.true(found <= DELAYS[i] * (1 + 1e-12) && found >= DELAYS[Math.max(0, i - 1)] * (1 - 1e-12));
    t.true(halfGainDelay(points(kept.map((gain) => gain + more))) >= found - 1e-9);
  }));
});

const seed = (returns: readonly number[], reference = 0): SeedReturns => ({ random: -100, reference, returns });

test('gains are those of the means over seeds, and a resample keeps a seed together', (t) => {
  const { gain, gainInterval, kept, halfGain } = summariseGain(DELAYS, [seed([0, -20, -80, -100]), seed([0, -30, -70, -100])]);
  t.deepEqual([gain, gainInterval, kept], [100, [100, 100], [1, 0.75, 0.25, 0]]);
  t.is(halfGain?.delay, 2 ** 1.5 - 1);
  t.deepEqual(halfGain?.interval, [2 ** 1.5 - 1, 2 ** 1.5 - 1]); // either seed alone, and both, lose half at the same place
  t.is(halfGain?.never, 0);
});

test('if half is never lost, the delay is beyond the longest, and resamples give its certainty', (t) => {
  const always = summariseGain(DELAYS, [seed([0, 0, -20, -40])]);
  t.deepEqual(always.halfGain, { delay: null, interval: [null, null], never: 1 });
  const { halfGain } = summariseGain(DELAYS, [seed([0, 0, 0, 0]), seed([0, 0, -100, -100])]);
  t.is(halfGain?.delay, 3);
  t.deepEqual(halfGain?.interval, [2 ** 1.5 - 1, null]);
  t.true(halfGain !== null && Math.abs(halfGain.never - 0.25) < 0.02); // both draws are the seed that loses nothing
});

test('who gains nothing without delay has nothing to lose', (t) => {
  t.is(summariseGain(DELAYS, [seed([0, 0, 0, 0], 50), seed([0, 0, 0, 0], -120)]).halfGain, null);
  t.is(summariseGain(DELAYS, [seed([0, 0, 0, 0], 50), seed([0, 0, 0, 0], -120)]).kept, null); // 154 % of a mean gain of 65 that may be nothing
  t.is(summariseGain(DELAYS, [seed([0, 0, 0, 0], -100)]).halfGain, null);
});

test('without a delay of 0, the reference takes its place', (t) => {
  t.is(summariseGain([1, 3], [seed([-100, -100])]).halfGain?.delay, 2 ** 0.5 - 1);
});

test('no unit of return changes where half of the gain is lost', (t) => {
  const returns = fc.array(fc.integer({ min: -100, max: 20 }), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(fc.array(returns, { minLength: 1, maxLength: 3 }), fc.constantFrom(0.5, 2, 8), fc.integer({ min: -1000, max: 1000 }), (seeds, scale, shift) => {
    const inUnit = (value: number) => scale * value + shift;
    const plain = seeds.map((each) => seed(each));
    const other = plain.map((each) => ({ random: inUnit(each.random), reference: inUnit(each.reference), returns: each.returns.map(inUnit) }));
    const [one, two] = [plain, other].map((each) => summariseGain(DELAYS, each).halfGain);
    t.is(one?.never, two?.never);
    for (const [a, b] of [[one?.delay, two?.delay], [one?.interval[0], two?.interval[0]], [one?.interval[1], two?.interval[1]]]) {
      t.true(a === b || Math.abs((a ?? NaN) - (b ?? NaN)) < 1e-9);
    }
  }), { numRuns: 10 });
});
