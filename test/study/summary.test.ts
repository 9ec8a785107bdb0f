import test from 'ava';

import { meanCurve, summarise } from '../../src/study/summary.js';
import { failureTable, settingsTable, studyFindings } from '../../src/study/tables.js';
import type { CurvePoint } from '../../src/study/trial.js';
import { madeResult, tinyTrial } from './fixture.js';

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

test('a contender is summarised over its seeds, failures apart', (t) => {
  const [row, ...others] = summarise(RESULTS);
  t.like(row, {
    environment: 'Pendulum-v1',
    label: 'broadcast',
    seeds: 3,
    failures: 1,
    returns: [-120, -200, -140],
    interquartileMean: -(140 + (120 + 200) / 4) / 1.5, // of three values the middle half holds the middle one and a quarter of each other
    randomReturn: -1200,
    threshold: -160,
    reached: 2,
    stepsToThreshold: 150, // between 100 and 200
    samplesPerSecond: 2000,
  });
  t.true(Math.abs((row.meanReturn ?? 0) + 460 / 3) < 1e-9);
  t.deepEqual(row.interval, [-200, -120]); // each alone three times has a chance of 1 in 27
  t.deepEqual(others.map(({ environment, label }) => [environment, label]), [['Pendulum-v1', 'frozen'], ['CartPole-v1', 'broadcast']]);
});

test('where every trial failed nothing is made up', (t) => {
  t.like(summarise(RESULTS)[1], { seeds: 0, failures: 1, meanReturn: null, interquartileMean: null, interval: null, stepsToThreshold: null, reached: 0, samplesPerSecond: null });
});

test('the mean learning curve has the trials that got to each point, failed ones too', (t) => {
  const points = meanCurve(RESULTS.slice(0, 4));
  t.deepEqual(points.map(({ step, seeds, mean }) => [step, seeds, mean]), [[0, 4, -1000], [100, 4, -265], [200, 3, -150]]);
  for (const { mean, low, high } of points) t.true(low <= mean && mean <= high);
});

test('the tables say task by task what was found and what failed', (t) => {
  const [pendulum, cartPole] = studyFindings(summarise(RESULTS));
  t.is(pendulum.words, '300 environment steps; random policy -1200.0; threshold -160; published -152 (DDPG, 20,000 steps)');
  t.true(pendulum.table.rows.every((row) => row.length === pendulum.table.columns.length));
  t.deepEqual(pendulum.table.rows[0].slice(0, 8), ['broadcast', '3', '1', '-153.3', '-200.0 to -120.0', '-146.7', '150 (2 of 4)', '2,000']);
  t.deepEqual(pendulum.table.rows[1], ['frozen', '0', '1', '–', '–', '–', 'none', '–', '–']);
  t.deepEqual([cartPole.environment, cartPole.table.rows.length], ['CartPole-v1', 1]);
  t.deepEqual(failureTable(RESULTS).rows, [
    ['Pendulum-v1', 'broadcast', '4', '180', failure.message, '-400.0'],
    ['Pendulum-v1', 'frozen', '1', '101', failure.message, '-1000.0'],
  ]);
});

test('the settings of contenders stand side by side, and what one does not have is left empty', (t) => {
  const { columns, rows } = settingsTable([tinyTrial(), tinyTrial({ label: 'ddpg', algorithm: 'ddpg' })]);
  t.deepEqual(columns.map(({ name }) => name), ['setting', 'broadcast', 'ddpg']);
  const row = (path: string) => rows.find(([name]) => name === path)?.slice(1);
  t.deepEqual(row('network.hidden'), ['4', '4']);
  t.deepEqual(row('schedule'), ['synchronous', '']);
  t.is(row('learning.actorRate')?.[0], '');
  t.is(row('seed'), undefined);
});
