import test from 'ava';
import fc from 'fast-check';

import { virtualCheck } from '../../scenarios/virtual-check.js';
import { worldOf } from '../../src/study/measured-world.js';
import { planTrials } from '../../src/study/plan.js';
import { summarise } from '../../src/study/rows.js';
import { compareWorlds, judge, totalVariation } from '../../src/study/world-comparison.js';
import { algorithmOf, trialDigest, trialOptions, type TimingReport, type TrialResult } from '../../src/study/trial.js';
import { madeResult, reported } from './fixture.js';

const SETTINGS = virtualCheck.resolve({ seeds: 2, steps: 300 });
const TIMES = { compute: [0.002, 0.004], act: [0.001], step: [0.0005], wake: [], forwardFraction: 0.6 };

const histogram = fc.uniqueArray(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 100 })), { selector: ([age]) => age, minLength: 1 });

test('the total variation distance is 0 between equals, 1 between disjoint distributions, and the fraction that differs in between', (t) => {
  t.is(totalVariation([[0, 3], [2, 1]], [[0, 30], [2, 10]]), 0);
  t.is(totalVariation([[0, 3]], [[1, 5]]), 1);
  t.is(totalVariation([[0, 3], [1, 1]], [[0, 1], [1, 1]]), 0.25);
});

test('the total variation distance is a metric', (t) => {
  fc.assert(
    fc.property(histogram, histogram, histogram, (a, b, c) => {
      t.is(totalVariation(a, a), 0);
      t.true(Math.abs(totalVariation(a, b) - totalVariation(b, a)) < 1e-12);
      t.true(totalVariation(a, c) <= totalVariation(a, b) + totalVariation(b, c) + 1e-12);
    }),
    { seed: 1 },
  );
});

test('each seed runs twice in real time, which are two trials, and once in a world made of the first', (t) => {
  const real = planTrials(virtualCheck, SETTINGS);
  t.deepEqual(real.map(({ label, seed, repeat }) => [label, seed, repeat]), [['real 1', 1, 1], ['real 2', 1, 2], ['real 1', 2, 1], ['real 2', 2, 2]]);
  t.is(new Set(real.map(trialDigest)).size, 4);
  const results = real.map((trial) => madeResult(trial, { seconds: 3, timing: { ...made(1), times: TIMES } }));
  const virtual = summarise(virtualCheck, SETTINGS, [...results.slice(0, 3), { ...results[3], failure: { kind: 'crashed', message: '' } }]).trials.slice(4);
  t.deepEqual(virtual.map(({ label, seed }) => [label, seed]), [['virtual', 1], ['virtual', 2]]);
  t.like(algorithmOf(virtual[1]).resolve(trialOptions(virtual[1])), {
    time: 'virtual', schedule: 'hogwild', partitions: 2, virtual: { compute: { name: 'trace', values: [0.002, 0.004] }, wake: { name: 'constant', value: 0 }, forward: 0.6 },
  });
});

test('partitions wait for one another in a world where each has a core, and share the cores where these are fewer', (t) => {
  t.like(worldOf(TIMES, 2, 2), { cores: null, peerWait: true });
  t.like(worldOf(TIMES, 3, 2), { cores: 2, peerWait: false });
});

test('long traces are thinned evenly', (t) => {
  const { compute } = worldOf({ ...TIMES, compute: Array.from({ length: 5000 }, (_, i) => i) }, 2);
  t.true(typeof compute === 'object' && compute.values.length === 2000 && compute.values[1000] === 2500);
});

function made(ages: number): TimingReport {
  return { virtualSeconds: null, updates: [100, 100], staleness: { reads: 10, median: 0, max: ages, helped: 10, voltages: { histogram: [[0, 5], [ages, 5]] } } };
}

/** The runs of two seeds; the virtual ones read voltages of another age. */
function runs(age: number): TrialResult[] {
  const real = planTrials(virtualCheck, SETTINGS).map((trial) => madeResult(trial, {
    curve: [{ step: 0, meanReturn: -1000 }, { step: 300, meanReturn: trial.label === 'real 1' ? -300 : -200 }],
    timing: { ...made(1), times: TIMES },
  }));
  const virtual = summarise(virtualCheck, SETTINGS, real).trials.slice(4).map((trial) => madeResult(trial, {
    curve: [{ step: 0, meanReturn: -1000 }, { step: 300, meanReturn: -260 }],
    timing: { ...made(age), virtualSeconds: 2.2 },
  }));
  return [...real, ...virtual];
}

test('runs that are alike agree, each comparison with its noise and its limit', (t) => {
  const findings = compareWorlds(runs(1));
  t.like(findings, { verdict: 'agrees', seeds: 2 });
  const [ages, , , curve, , time] = findings?.comparisons ?? [];
  t.like(ages, { noise: 0, difference: 0, limit: 0.05, agrees: true });
  t.like(curve, { real: [-300, -200], virtual: -260, noise: 100, difference: -10, limit: 150, agrees: true }); // margin: 5 % of -1200 to -200
  t.true(Math.abs(time.difference - 0.1) < 1e-12);
  t.deepEqual(reported(virtualCheck, SETTINGS, runs(1)).tables[2][1], ['300', '-250.0', '-300.0 to -200.0', '-260.0', '-260.0 to -260.0']);
});

test('one difference beyond its limit is enough to differ', (t) => {
  const findings = compareWorlds(runs(2));
  t.is(findings?.verdict, 'differs');
  t.deepEqual(findings?.comparisons.map(({ agrees }) => agrees), [false, true, true, true, true, true]);
  const { tables: [comparisons], findings: [found] } = reported(virtualCheck, SETTINGS, runs(2));
  t.is(comparisons[0].at(-1), 'differs');
  t.is(found, 'Virtual time differs from real threads: 5 of 6 comparisons lie within their limits over 2 seeds, but not staleness, total variation distance.');
});

test('no comparison is made if a seed lacks a run', (t) => {
  t.is(compareWorlds(runs(1).filter(({ trial }) => trial.label !== 'real 2')), null);
});

test('a virtual run may be as far from the real ones as these are from one another, and a margin', (t) => {
  t.like(judge('x', null, null, [0.1, 0.3], [0.2, 0.4], 0.01), { noise: 0.3, limit: 0.31, agrees: true });
  t.false(judge('x', null, null, [0.1, 0.3], [-0.3, -0.4], 0.01).agrees);
});
