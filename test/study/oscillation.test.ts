import test from 'ava';

import { resolveOscillationSettings, runFreely } from '../../src/study/oscillation.js';

const run = (options: Parameters<typeof resolveOscillationSettings>[0]) => runFreely(resolveOscillationSettings({ duration: 120, ...options }));

test('a free network falls silent below a gain of 1 and goes on by itself far above it', (t) => {
  for (const seed of [1, 2, 3]) {
    const { voltages, summary } = run({ gain: 0.4, seed });
    t.true((voltages.at(-1) ?? voltages[0]).every((voltage) => Math.abs(voltage) < 0.01));
    t.like(summary, { oscillating: 0, period: null });
    const { summary: { deviation, oscillating, period } } = run({ gain: 5, seed, duration: 200 });
    t.true(deviation > 0.3 && oscillating > 40 && period !== null && period > 1, `${deviation}, ${oscillating}, ${period ?? 'none'}`);
  }
});

test('a free network repeats itself, and its connections have the density that is set', (t) => {
  const [once, again, other] = [1, 1, 2].map((seed) => run({ neurons: 60, density: 0.25, seed }));
  t.deepEqual(again, once);
  t.notDeepEqual(other.voltages, once.voltages);
  t.true(Math.abs(once.summary.connections / 3600 - 0.25) < 0.03);
  t.true(once.connections.some((row, neuron) => row[neuron] !== 0)); // self-connections
  t.is(once.voltages.length, 1201);
});

test('a step longer than the shortest time constant, and a run of no steps, are refused', (t) => {
  t.throws(() => resolveOscillationSettings({ timeStep: 1.5 }), { instanceOf: RangeError, message: /^"timeStep" expected a number > 0 and <= 1, got 1.5/ });
  t.throws(() => resolveOscillationSettings({ duration: 0.5 }), { instanceOf: RangeError, message: '"duration" expected from 10 to 100000 time steps of 0.1, got 0.5' });
});
