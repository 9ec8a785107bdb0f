import test from 'ava';

import { ASYNC_ALGORITHMS, asyncContenders, asyncLabel, planAsyncTrials, resolveAsyncStudySettings, timingLabel, type AsyncStudyOptions } from '../../src/study/async-settings.js';
import { summariseAsync } from '../../src/study/async-summary.js';
import { asyncFindings } from '../../src/study/async-tables.js';
import type { Trial, TrialResult } from '../../src/study/trial.js';
import { madeResult } from './fixture.js';

test('every algorithm learns with barriers and at every delay, from the same seeds, after short trials for the time of barriers', (t) => {
  const settings = resolveAsyncStudySettings({ algorithms: ['broadcast', 'ddpg'], delays: [4, 0], seeds: 2, steps: 2000 });
  t.like(settings, { environment: 'Pendulum-v1', delays: [0, 4], partitions: 2, evaluation: { every: 100, final: 20 } });
  const trials = planAsyncTrials(settings);
  t.deepEqual(trials.slice(0, 2).map(({ label, seed, steps }) => [label, seed, steps]), [[timingLabel('broadcast', 0), 1, 264], [timingLabel('broadcast', 4), 1, 264]]);
  const labels = asyncContenders(settings).map(({ label }) => label);
  t.deepEqual(labels, ['broadcast, barriers', 'broadcast, delay 0', 'broadcast, delay 4', 'ddpg, barriers', 'ddpg, delay 0', 'ddpg, delay 4']);
  t.deepEqual(trials.slice(2).map(({ label, seed }) => [label, seed]), [1, 2].flatMap((seed) => labels.map((label) => [label, seed])));
  const world = { compute: 1, act: 0, step: 0, latency: 0 };
  t.deepEqual(trials[2].options, { schedule: 'virtual', partitions: 2, virtual: { ...world, discipline: 'synchronous', delay: 0 } });
  t.deepEqual(trials[4].options, { schedule: 'virtual', partitions: 2, virtual: { ...world, discipline: 'hogwild', delay: 4 } });
  t.deepEqual(trials[7].options, { learning: { delay: 4 } });
  t.deepEqual(resolveAsyncStudySettings(settings), settings);
});

test('all is every rule that can hear late and learn the task\'s actions, and DDPG', (t) => {
  const { algorithms } = resolveAsyncStudySettings({ algorithms: ['all'], delays: [1] });
  t.deepEqual(algorithms, ASYNC_ALGORITHMS.filter((name) => name !== 'sarsa')); // which is for discrete actions
  t.false(algorithms.includes('exact'));
  t.true(algorithms.includes('coagent') && algorithms.includes('ddpg'));
});

const REFUSED: [AsyncStudyOptions, RegExp][] = [
  [{ algorithms: ['exact'] }, /^"algorithms" expected one of broadcast, .*ddpg, got "exact"$/],
  [{ algorithms: ['ddpg', 'ddpg'] }, /^"algorithms" expected each name once, got "ddpg"$/],
  [{ delays: [] }, /^"delays" expected a list of delays in updates/],
  [{ delays: [0, 1.5] }, /^"delays" expected a whole number >= 0 and <= 4096, got 1\.5$/],
  [{ delays: [1, 1] }, /^"delays" expected each name once, got "1"$/],
  [{ partitions: 1 }, /^"partitions" expected a whole number >= 2 and <= 64, got 1$/],
  [{ partitions: 5, network: { hidden: [4] } }, /^"partitions" expected a whole number >= 2 and <= 4, got 5$/],
  [{ network: { hidden: [] } }, /^"network\.hidden" expected a hidden layer: partitions share its neurons, got \[\]$/],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, (t) => {
    t.throws(() => resolveAsyncStudySettings(options), { message });
  });
}

const SETTINGS = resolveAsyncStudySettings({ algorithms: ['broadcast', 'ddpg'], delays: [0, 3], seeds: 2, steps: 2000 });
const TRIALS = planAsyncTrials(SETTINGS);

/** A trial that gets to `final` in its last step, 1,000 updates after the first. */
function ended(trial: Trial, final: number, changes: Partial<TrialResult> = {}): TrialResult {
  const time = trial.algorithm === 'ddpg' ? {} : { virtualSeconds: 1000 };
  const curve = [{ step: 0, meanReturn: -1200 }, { step: 2000, meanReturn: final, ...time }];
  return madeResult(trial, { curve, returns: [final - 50, final + 50], ...changes });
}

/** `[barriers, delay 0, delay 3]` of each seed. */
function results(algorithm: string, returns: readonly (readonly number[])[]): TrialResult[] {
  return returns.flatMap((ofSeed, i) => ofSeed.map((final, k) => {
    const trial = TRIALS.find(({ label, seed }) => label === asyncLabel(algorithm, [null, 0, 3][k]) && seed === i + 1);
    if (trial === undefined) throw new Error('no such trial');
    return ended(trial, final);
  }));
}

const TIMINGS = TRIALS.slice(0, 2).map((trial, i) => madeResult(trial, { curve: [{ step: 2000, meanReturn: -1200, virtualSeconds: [200, 2000][i] }] }));

test('returns, gains and times are summarised for each delay', (t) => {
  const [broadcast, ddpg] = summariseAsync(SETTINGS, [...TIMINGS, ...results('broadcast', [[-100, -200, -1200], [-300, -200, -1000]]), ...results('ddpg', [[-200, -200, -150]])]);
  t.like(broadcast, { algorithm: 'broadcast', randomReturn: -1200 });
  t.like(broadcast.reference, { delay: null, returns: [-100, -300], meanReturn: -200, time: 1000, barrierTime: 1000, halfWay: { reached: 2, steps: 2000, time: 1000, barrierTime: 1000 } });
  t.like(broadcast.delays[1], { delay: 3, returns: [-1200, -1000], seeds: 2, diverged: 0, time: 1000, barrierTime: 10_000, halfWay: { reached: 0, steps: null, time: null, barrierTime: 10_000 }, threshold: { reached: 0, steps: null, time: null, barrierTime: 10_000 } });
  t.deepEqual(broadcast.gain?.kept, [1, 0.1]);
  t.is(broadcast.gain?.halfGain?.delay, 2 ** ((0.5 / 0.9) * 2) - 1);
  t.like(ddpg.delays[1], { meanReturn: -150, time: 1000, barrierTime: 4000, threshold: { reached: 1, steps: 2000, time: 1000, barrierTime: null } }); // alone, it never got there
  t.deepEqual(ddpg.gain?.halfGain, { delay: null, interval: [null, null], never: 1 });

  const [half, returns, times] = asyncFindings(SETTINGS, [broadcast, ddpg]).map(({ table }) => table.rows);
  t.deepEqual(half[0].slice(0, 4), ['broadcast', '2', '-1200.0', '1000.0']);
  t.deepEqual(half[1].slice(-3), ['> 3', '> 3 to > 3', '100.0 %']);
  t.deepEqual(returns[2], ['broadcast', '3', '2', '0', '-1100.0', '-1200.0 to -1000.0', '10 %', 'none', 'none']);
  t.deepEqual(times[3], ['ddpg', '3', '1,000', '4,000', '1,000', '4,000', '1,000', '–']);
});

test('where the interval of the gain reaches down to 0, nothing is said of what was kept or of half of it', (t) => {
  const rows = summariseAsync(SETTINGS, results('broadcast', [[-1300, -900, -800], [-800, -900, -700]]));
  t.like(rows[0].gain, { gain: 150, gainInterval: [-100, 400], kept: null, halfGain: null });
  t.is(rows[0].delays[0].halfWay, null);
  const [half, returns] = asyncFindings(SETTINGS, rows).map(({ table }) => table.rows);
  t.deepEqual(half[0].slice(5), ['no gain to lose', '–', '–']);
  t.deepEqual(returns.map((row) => row.slice(6, 8)), [['–', '–'], ['no gain to lose', '–'], ['no gain to lose', '–']]);
});

test('a trial that diverged is worth what the random policy is; one whose worker crashed is left out with its seed', (t) => {
  const [first, second] = [results('broadcast', [[-200, -200, 0]]), results('broadcast', [[], [-200, -200, -200]])];
  const lost = (kind: 'diverged' | 'crashed') => ({ ...first[2], failure: { kind, message: 'gone' }, returns: [] });
  const [diverged] = summariseAsync(SETTINGS, [...first.slice(0, 2), lost('diverged'), ...second]);
  t.like(diverged.delays[1], { seeds: 2, diverged: 1, returns: [-1200, -200], barrierTime: null });
  t.deepEqual(diverged.gain?.kept, [1, 0.5]);
  const [crashed] = summariseAsync(SETTINGS, [...first.slice(0, 2), lost('crashed'), ...second]);
  t.like(crashed.delays[1], { seeds: 1, diverged: 0, returns: [-200] });
  t.deepEqual(crashed.gain?.kept, [1, 1]);
  t.is(summariseAsync(SETTINGS, first.slice(0, 2))[0].gain, null);
  t.deepEqual(summariseAsync(SETTINGS, TIMINGS), []);
});
