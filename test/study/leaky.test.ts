import test from 'ava';

import { memorylessCeiling } from '../../src/study/memoryless-ceiling.js';
import { bestNetwork, leakyIntegrator } from '../../scenarios/leaky-integrator.js';
import { planTrials } from '../../src/study/plan.js';
import { bestTrial } from '../../src/study/recorded-episodes.js';
import { summarise } from '../../src/study/rows.js';
import type { Trial, TrialResult } from '../../src/study/trial.js';
import { verdictOf } from '../../src/study/verdict.js';
import { madeResult, reported } from './fixture.js';

const SETTINGS = leakyIntegrator.resolve({ environment: 'DelayedRecall-v0(delay=3)', rule: { name: 'sarsa' }, timeConstants: [16, 1], densities: [1, 0.5], schedules: ['synchronous', 'bounded'], seeds: 3, steps: 500, network: { hidden: [4] } });

const BEST = { kind: 'leaky', density: 0.5, timeConstant: 16 } as const;

test('every density learns with every time constant, beside a network without memory and one with the task\'s own', (t) => {
  const trials = planTrials(leakyIntegrator, SETTINGS);
  t.deepEqual(trials.slice(0, 6).map(({ label }) => label), ['memoryless', 'observation traces', 'density 50 %, time constant 1', 'density 50 %, time constant 16', 'density 100 %, time constant 1', 'density 100 %, time constant 16']);
  t.deepEqual(trials.map(({ seed }) => seed), [1, 2, 3].flatMap((seed) => new Array<number>(6).fill(seed)));
  t.deepEqual(trials[0].options, { network: { hidden: [4], observationTraces: [], recurrent: 0 } });
  t.deepEqual(trials[1].options, { network: { hidden: [4], observationTraces: [2, 4, 8, 16, 32], recurrent: 0 } });
  t.deepEqual(trials[3].options, { network: { hidden: [4], observationTraces: [], recurrent: 0.5, recurrentTimeConstant: 16 } });
  t.like(trials[3], { algorithm: 'sarsa', environment: 'DelayedRecall-v0(delay=3)', steps: 500, evaluation: { every: 50, episodes: 10, final: 20 } });
  t.deepEqual(leakyIntegrator.resolve(SETTINGS), SETTINGS);
});

test('the best network learns under every schedule, beside the memoryless one, from fresh seeds', (t) => {
  const trials = summarise(leakyIntegrator, SETTINGS, NETWORKS).trials.slice(18);
  t.deepEqual(trials.slice(0, 4).map(({ label }) => label), ['synchronous: memoryless', 'synchronous: density 50 %, time constant 16', 'bounded: memoryless', 'bounded: density 50 %, time constant 16']);
  t.deepEqual([...new Set(trials.map(({ seed }) => seed))], [4, 5, 6]);
  t.deepEqual(trials[1].options, { network: { hidden: [4], observationTraces: [], recurrent: 0.5, recurrentTimeConstant: 16 } });
  t.like(trials[3].options, { time: 'virtual', schedule: 'bounded', partitions: 2, timing: { stalenessBound: 4 }, virtual: { learningMessageDelay: 0.1 } });
  t.is(trials.length, 12);
  t.is(summarise(leakyIntegrator, SETTINGS, []).planned, 18 + 12);
});

const REFUSED: [object, RegExp][] = [
  [{ timeConstants: [0.5] }, /^"timeConstants" expected a number >= 1 and <= 1000000, got 0\.5$/],
  [{ densities: [0.5, 0.5] }, /^"densities" expected each name once, got "0\.5"$/],
  [{ densities: [0.1], network: { hidden: [4] } }, /^"densities" expected fractions of 4 hidden neurons that make one at least, got 0\.1$/],
  [{ network: { hidden: [] } }, /^"network\.hidden" expected a hidden layer: its neurons are read again, got \[\]$/],
  [{ schedules: ['virtual'] }, /^"schedules" expected one of hogwild, synchronous, bounded, poisson, got "virtual"$/],
  [{ environment: 'PendulumNoVel-v1', rule: { name: 'sarsa' } }, /^"rule\.name" expected algorithms that can learn the actions of PendulumNoVel-v1, got "sarsa"$/],
  [{ environment: 'TMaze-v0(width=3)' }, /^"width" expected a known option/],
  [{ partitions: 33 }, /^"partitions" expected a whole number >= 1 and <= 32, got 33$/],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, (t) => {
    t.throws(() => leakyIntegrator.resolve(options), { message });
  });
}

test('the stated ceilings of memoryless policies are those of the task with its options', (t) => {
  const ceilings = ['TMaze-v0(length=3)', 'DelayedRecall-v0(arms=5)', 'CartPoleNoVel-v1', 'PendulumNoVel-v1', 'MountainCarContinuousNoVel-v0', 'CartPole-v1'];
  t.deepEqual(ceilings.map((environment) => memorylessCeiling(environment)?.value), [1.95, 0.2, 45, -1051, 0, undefined]);
});

/** Returns over the seeds of the trials of one label, in thirds: the mean of two episodes each. */
const RETURNS: Readonly<Record<string, readonly [number, number, number]>> = {
  memoryless: [0.5, 0.25, 0.75],
  'observation traces': [1, 1, 1],
  'density 50 %, time constant 1': [0.5, 0.5, 0.5],
  'density 50 %, time constant 16': [1, 0.75, 1],
  'density 100 %, time constant 1': [1, 0.75, 1],
  'density 100 %, time constant 16': [0.25, 0, 0.25],
  'synchronous: memoryless': [0.5, 0.5, 0.5],
  'synchronous: density 50 %, time constant 16': [0.75, 1, 0.5],
};

function result(trial: Trial): TrialResult[] {
  const value = (RETURNS[trial.label] as readonly number[] | undefined)?.[(trial.seed - 1) % 3];
  return value === undefined ? [] : [madeResult(trial, { returns: [value - 0.25, value + 0.25], randomReturn: 0.5 })];
}

const NETWORKS = planTrials(leakyIntegrator, SETTINGS).flatMap(result);
const RESULTS = summarise(leakyIntegrator, SETTINGS, NETWORKS).trials.flatMap(result);
const report = (results: readonly TrialResult[]) => reported(leakyIntegrator, SETTINGS, results);

test('networks are compared with the memoryless one of the same seed and schedule', (t) => {
  const { rows, entries } = report(RESULTS);
  t.deepEqual(rows.map(({ label }) => label), Object.keys(RETURNS));
  t.like(rows[0], { seeds: 3, diverged: 0, gain: null, verdict: null, randomReturn: 0.5, staleness: null });
  t.deepEqual(rows[3].returns, { mean: 2.75 / 3, interval: [0.75, 1], values: [1, 0.75, 1] });
  t.deepEqual(rows[3].gain, { mean: 1.25 / 3, interval: [0.25, 0.5], values: [0.5, 0.5, 0.25] });
  t.deepEqual(rows.slice(1).map(({ verdict }) => verdict), ['helps', 'no clear difference', 'helps', 'helps', 'harms', null, 'no clear difference']);
  t.deepEqual(rows[2].gain?.values, [0, 0.25, -0.25]);
  t.deepEqual(rows[7].gain?.values, [0.25, 0.5, 0]);
  t.deepEqual(bestNetwork(rows)?.network, BEST); // of two that are equal the sparser one
  t.is(bestTrial({ entries }, bestNetwork(rows))?.trial.seed, 1);
});

test('a trial that diverged counts with the random return, and one that crashed not at all', (t) => {
  const failing = RESULTS.map((each) => (each.trial.label === 'density 50 %, time constant 16' && each.trial.seed < 3 ? { ...each, returns: [], failure: { kind: each.trial.seed === 1 ? ('diverged' as const) : ('crashed' as const), message: '' } } : each));
  const row = report(failing).rows[3];
  t.like(row, { seeds: 2, diverged: 1, verdict: null });
  t.deepEqual(row.returns?.values, [0.5, 1]);
  t.deepEqual(row.gain?.values, [0, 0.25]);
});

test('a verdict needs three seeds and an interval to one side of 0', (t) => {
  const of = (low: number, high: number, count = 3) => verdictOf({ mean: (low + high) / 2, interval: [low, high], values: new Array<number>(count).fill(0) });
  t.deepEqual([of(0.1, 1), of(0, 1), of(-1, 1), of(-1, -0.1), of(0.1, 1, 2)], ['helps', 'no clear difference', 'no clear difference', 'harms', null]);
});

test('the findings list where recurrence helps and where it does not', (t) => {
  const { findings, tables: [networks, schedules] } = report(RESULTS);
  t.deepEqual(findings, [
    'Compared with the memoryless network, which has a mean return of 0.50 [0.25, 0.75], leaky recurrence helps in 2 of 4 networks, makes no clear difference in 1 and harms in 1.',
    'The highest mean return, 0.92 [0.75, 1.00], has density 50 %, time constant 16; the same seeds chose it.',
    'The observation traces that the task ships with have 1.00 [1.00, 1.00].',
    'From fresh seeds, density 50 %, time constant 16 has synchronous 0.75 [0.50, 1.00] (no clear difference).',
  ]);
  t.deepEqual(networks[3], ['leaky', '50 %', '16', '3', '0', '0.92', '0.75 to 1.00', '0.42', '0.25 to 0.50', 'helps']);
  t.deepEqual(schedules[0], ['synchronous', 'memoryless', '3', '0', '0.50', '0.50 to 0.50', '–', '–', '–', '–', '–']);
  t.deepEqual(report([]).findings, []);
});
