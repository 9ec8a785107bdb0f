import test from 'ava';

import { summariseRates } from '../../src/study/benchmark.js';
import { describeNeighbour, measureNeighbour } from '../../src/study/noisy-neighbour.js';
import { openTrialStore } from '../../src/study/trial-store.js';
import { returnsAt, stragglers } from '../../scenarios/stragglers.js';
import { joinAges } from '../../src/study/ages.js';
import { planTrials } from '../../src/study/plan.js';
import { algorithmOf, runTrial, trialOptions, type TimingReport } from '../../src/study/trial.js';
import { madeResult, newFolder, reported, tinyTrial } from './fixture.js';

const SIGNAL = new AbortController().signal;

test('every schedule meets every factor, from the same seeds', (t) => {
  const settings = stragglers.resolve({ schedules: ['bounded', 'hogwild'], slowdowns: [1, 4], seeds: 2, steps: 1000, stalenessBound: 2 });
  t.like(settings, { environment: 'Pendulum-v1', stragglerFraction: 0.25, partitions: 4, updateWindow: 16, evaluation: { every: 100, final: 20 }, virtual: { compute: { name: 'lognormal', median: 1, sigma: 0.3 }, learningMessageDelay: { value: 0.1 } } });
  const trials = planTrials(stragglers, settings);
  t.deepEqual(trials.map(({ label, seed }) => `${label} ${seed}`), [1, 2].flatMap((seed) => ['bounded, no straggler', 'bounded, 4 × slower', 'hogwild, no straggler', 'hogwild, 4 × slower'].map((each) => `broadcast, ${each} ${seed}`)));
  t.like(algorithmOf(trials[1]).resolve(trialOptions(trials[1])), { time: 'virtual', schedule: 'bounded', timing: { stalenessBound: 2 }, virtual: { stragglers: 0.25, slowdown: 4 } });
  t.deepEqual(stragglers.resolve(settings), settings);
});

const REFUSED: [object, RegExp][] = [
  [{ algorithms: ['ddpg'] }, /^"algorithms" expected one of broadcast, .*, got "ddpg"$/],
  [{ schedules: ['virtual'] }, /^"schedules" expected one of hogwild, synchronous, bounded, poisson, got "virtual"$/],
  [{ slowdowns: [0.5] }, /^"slowdowns" expected a number >= 1/],
  [{ slowdowns: [2, 2] }, /^"slowdowns" expected each name once, got "2"$/],
  [{ stragglerFraction: 0 }, /^"stragglerFraction" expected a number > 0 and <= 1, got 0$/],
  [{ virtual: { learningMessageDelay: 'exponential(-1)' } }, /^"virtual\.learningMessageDelay/],
  [{ updateWindow: -1 }, /^"updateWindow" expected a whole number of updates/],
  [{ neighbour: { run: 'yes' } }, /^"neighbour\.run" expected one of on, off, got "yes"$/],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, (t) => {
    t.throws(() => stragglers.resolve(options), { message });
  });
}

function timing(virtualSeconds: number, updates: readonly number[]): TimingReport {
  return { virtualSeconds, updates, staleness: { reads: 4, median: 0, max: 5, helped: 1, voltages: { histogram: [[0, 3], [5, 1]] } } };
}

test('speeds are per unit of virtual time, and relative to the same seed without stragglers', (t) => {
  const settings = stragglers.resolve({ schedules: ['hogwild'], slowdowns: [1, 4], seeds: 2, steps: 300 });
  const results = planTrials(stragglers, settings).map((trial) => {
    const [slow, first] = [trial.label.includes('slower'), trial.seed === 1];
    return madeResult(trial, { timing: slow ? timing(600, [300, 60]) : timing(first ? 300 : 150, [300, 300]) });
  });
  const { rows: [free, hindered], tables: [cells], findings } = reported(stragglers, settings, results);
  t.deepEqual(free.updates?.values, [1, 2]);
  t.like(free, { seeds: 2, failures: 0, relativeUpdates: { mean: 1 }, randomReturn: -1200, returns: { mean: -150 } });
  t.deepEqual(hindered.updates?.values, [0.3, 0.3]);
  t.deepEqual([hindered.slowestUpdates, hindered.fastestUpdates], [0.1, 0.5]);
  t.deepEqual(hindered.environmentSteps?.values, [0.5, 0.5]);
  t.deepEqual(hindered.relativeUpdates?.values, [0.3, 0.15]);
  t.deepEqual(hindered.relativeSteps?.values, [0.5, 0.25]);
  t.like(hindered.staleness, { reads: 8, median: 0, p90: 5, max: 5, helped: 0.2 });
  t.is(cells[1][2], '4 × slower');
  t.regex(findings[0], /^With stragglers 4 times slower, these fractions per unit of time remain: hogwild 0\.2\d \[0\.15, 0\.30\] of the updates, 0\.38 \[0\.25, 0\.50\] of the environment steps\.$/);
});

test('what no trial got to is left open', (t) => {
  const settings = stragglers.resolve({ schedules: ['hogwild'], slowdowns: [4], seeds: 1, steps: 300 });
  const [trial] = planTrials(stragglers, settings);
  const { rows: [row], findings } = reported(stragglers, settings, [madeResult(trial, { failure: { kind: 'diverged', message: 'NaN' }, returns: [] })]);
  t.like(row, { seeds: 0, failures: 1, updates: null, relativeUpdates: null, returns: null, staleness: null });
  t.deepEqual(findings, []);
});

test('ages of several trials are counted together', (t) => {
  t.deepEqual(joinAges([{ helped: 2, max: 7, voltages: { histogram: [[1, 1], [7, 1]] } }, { helped: 0, max: 1, voltages: { histogram: [[0, 5], [1, 1]] } }]), {
    reads: 8, median: 0, p90: 7, max: 7, helped: 0.2, histogram: [[0, 5], [1, 2], [7, 1]],
  });
});

test('returns between two evaluations lie on a straight line in virtual time', (t) => {
  const curve = [{ step: 0, meanReturn: -100 }, { step: 10, meanReturn: -50, virtualSeconds: 10 }, { step: 20, meanReturn: 0, virtualSeconds: 30 }];
  t.deepEqual(returnsAt([0, 5, 10, 20, 31], { curve }), [[0, -100], [5, -75], [10, -50], [20, -25]].map(([step, meanReturn]) => ({ step, meanReturn })));
});

test('a trial in virtual time reports its timing, repeatably, and the store keeps it', async (t) => {
  const trial = tinyTrial({ options: { network: { hidden: [4] }, learning: { warmup: 100 }, time: 'virtual', partitions: 2, virtual: { compute: 1, act: 0.1, step: 0.1 } } });
  const run = () => runTrial(trial, { signal: SIGNAL, onProgress: () => undefined });
  const [once, again] = [await run(), await run()];
  t.truthy(once?.timing);
  t.deepEqual(once?.timing, again?.timing);
  t.deepEqual(once?.curve, again?.curve);
  t.is(once?.timing?.updates.length, 2);
  t.is(once?.curve.at(-1)?.virtualSeconds, once?.timing?.virtualSeconds ?? undefined);
  const path = newFolder();
  if (once !== undefined) openTrialStore(path, () => undefined).append(once);
  t.deepEqual([...openTrialStore(path, t.fail).finished.values()], [once]);
});

test('benchmark arms are compared within each repeat', (t) => {
  const [one, two] = summariseRates([{ name: 'one' }, { name: 'two' }], [[100, 150], [10, 20], [50, 60]], true);
  t.deepEqual(one.ratio, { median: 1, min: 1, max: 1 });
  t.deepEqual(two, { name: 'two', disturbed: true, updatesPerSecond: { median: 60, min: 20, max: 150 }, ratio: { median: 1.5, min: 1.2, max: 2 }, ratios: [1.5, 2, 1.2] });
});

test('on a machine with one core the noisy neighbour is skipped with a note', async (t) => {
  const findings = await measureNeighbour(stragglers.resolve(), SIGNAL, 1);
  t.regex(describeNeighbour(findings), /not measured\. It needs two cores/);
  t.regex(describeNeighbour(await measureNeighbour(stragglers.resolve({ neighbour: { run: 'off' } }), SIGNAL)), /switched off/);
});
