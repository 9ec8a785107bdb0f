import test from 'ava';

import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { meanCurve } from '../../src/study/estimate.js';
import { failureTable, markdownTable, rowsAsCsv, settingsTable } from '../../src/study/tables.js';
import type { CurvePoint, TrialResult } from '../../src/study/trial.js';
import { madeResult, reported, tinyTrial } from './fixture.js';

const SETTINGS = decentralisedVsDdpg.resolve({ environments: ['Pendulum-v1', 'CartPole-v1'], algorithms: ['broadcast', { label: 'frozen', algorithm: 'broadcast', options: { rule: { hiddenRate: 0 } } }], steps: 300 });
const summarise = (results: readonly TrialResult[]) => reported(decentralisedVsDdpg, SETTINGS, results);

const curve = (...meanReturns: number[]): CurvePoint[] => meanReturns.map((meanReturn, i) => ({ step: 100 * i, meanReturn }));
const failure = { kind: 'diverged', message: 'TD error of neuron bias became NaN' } as const;

const RESULTS = [
  madeResult(tinyTrial({ seed: 1 }), { returns: [-100, -140], curve: curve(-1000, -160, -120), samplesPerSecond: 1000 }), // mean -120; -160 is enough
  madeResult(tinyTrial({ seed: 2 }), { returns: [-200, -200], curve: curve(-900, -300, -200), samplesPerSecond: 3000 }),
  madeResult(tinyTrial({ seed: 3 }), { returns: [-130, -150], curve: curve(-1100, -200, -130), samplesPerSecond: 2000 }), // mean -140
  madeResult(tinyTrial({ seed: 4 }), { returns: [], curve: curve(-1000, -400), failure, steps: 180, randomReturn: null, samplesPerSecond: 1 }),
  madeResult(tinyTrial({ seed: 1, label: 'frozen' }), { returns: [], curve: curve(-1000), failure, steps: 101 }),
  madeResult(tinyTrial({ seed: 1, environment: 'CartPole-v1' }), { returns: [500, 500] }),
];

test('an arm is summarised over its seeds, failures apart', (t) => {
  const [row, ...others] = summarise(RESULTS).rows;
  t.like(row, {
    environment: 'Pendulum-v1',
    label: 'broadcast',
    seeds: 3,
    failures: 1,
    interquartileMean: -(140 + (120 + 200) / 4) / 1.5, // of three values the middle half holds the middle one and a quarter of each other
    randomReturn: -1200,
    threshold: -160,
    reached: 2,
    stepsToThreshold: 150, // between 100 and 200
    samplesPerSecond: 2000,
  });
  t.deepEqual(row.returns?.values, [-120, -200, -140]);
  t.true(Math.abs((row.returns?.mean ?? 0) + 460 / 3) < 1e-9);
  t.deepEqual(row.returns?.interval, [-200, -120]); // each alone three times has a chance of 1 in 27
  t.deepEqual(others.map(({ environment, label }) => [environment, label]), [['Pendulum-v1', 'frozen'], ['CartPole-v1', 'broadcast']]);
});

test('where every trial failed nothing is made up', (t) => {
  t.like(summarise(RESULTS).rows[1], { seeds: 0, failures: 1, diverged: 1, returns: null, interquartileMean: null, stepsToThreshold: null, reached: 0, samplesPerSecond: null });
});

test('the mean learning curve has the trials that got to each point, failed ones too', (t) => {
  const points = meanCurve(RESULTS.slice(0, 4));
  t.deepEqual(points.map(({ step, seeds, mean }) => [step, seeds, mean]), [[0, 4, -1000], [100, 4, -265], [200, 3, -150]]);
  for (const { mean, low, high } of points) t.true(low <= mean && mean <= high);
});

test('the tables list findings and failures task by task', (t) => {
  const { settings, rows, tables: [pendulum, cartPole] } = summarise(RESULTS);
  const [{ note = '' } = {}] = decentralisedVsDdpg.tables?.({ settings, rows, entries: [], results: [], measured: undefined }) ?? [];
  t.is(note, '300 environment steps; random policy -1200.0; threshold -160; published -152 (DDPG, 20,000 steps)');
  t.deepEqual(pendulum[0].slice(0, 8), ['broadcast', '3', '1', '-153.3', '-200.0 to -120.0', '-146.7', '150 (2 of 4)', '2,000']);
  t.deepEqual(pendulum[1], ['frozen', '0', '1', '–', '–', '–', 'none', '–', '–']);
  t.deepEqual([cartPole[0][0], cartPole.length], ['broadcast', 1]);
  t.deepEqual(failureTable(RESULTS).rows, [
    ['Pendulum-v1', 'broadcast', '4', '180', failure.message, '-400.0'],
    ['Pendulum-v1', 'frozen', '1', '101', failure.message, '-1000.0'],
  ]);
});

test('the settings of arms are columns, and a setting that one does not have is left empty', (t) => {
  const { columns, rows } = settingsTable([tinyTrial(), tinyTrial({ label: 'ddpg', algorithm: 'ddpg' })]);
  t.deepEqual(columns.map(({ name }) => name), ['setting', 'broadcast', 'ddpg']);
  const row = (path: string) => rows.find(([name]) => name === path)?.slice(1);
  t.deepEqual(row('network.hidden'), ['4', '4']);
  t.deepEqual(row('schedule'), ['synchronous', '']);
  t.is(row('learning.actorRate')?.[0], '');
  t.is(row('seed'), undefined);
});

test('the findings name the best arm, the paired difference of the others, and an arm that has learned nothing', (t) => {
  const of = (label: string, seed: number, value: number) => madeResult(tinyTrial({ label, seed }), { returns: [value] });
  const [found] = summarise([1, 2, 3, 4, 5].flatMap((seed) => [of('broadcast', seed, -100 * seed), of('frozen', seed, -100 * seed - 50)])).findings;
  t.is(found, 'On Pendulum-v1, broadcast has the highest mean return, -300.0 [-420.0, -180.0] (random policy -1200.0); frozen -350.0 [-470.0, -230.0] (50.0 [50.0, 50.0] less, paired by seed).');
  const [nothing] = summarise([of('broadcast', 1, -1300), of('broadcast', 2, -1100)]).findings;
  t.is(nothing, 'On Pendulum-v1 no algorithm has learned: the best, broadcast, has a mean return of -1200.0 [-1300.0, -1100.0], which is no clear gain over the random policy\'s -1200.0.');
  t.deepEqual(summarise([]).findings, []);
});

test('rows become comma-separated values with the ends of their intervals, and tables Markdown', (t) => {
  const rows = [{ label: 'a, b', returns: { mean: 1, interval: [0, 2], values: [0, 2] }, threshold: null }, { label: 'c', returns: null, threshold: 3 }];
  t.is(rowsAsCsv(rows), 'label,returns.mean,returns.low,returns.high,threshold,returns\n"a, b",1,0,2,,\nc,,,,3,\n');
  t.is(markdownTable({ columns: [{ name: 'a' }, { name: 'n', numeric: true }], rows: [['x|y', 2]] }), '| a | n |\n| --- | ---: |\n| x\\|y | 2 |');
});
