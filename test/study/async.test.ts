import test from 'ava';

import { ASYNC_ALGORITHMS, asyncVsSync } from '../../scenarios/async-vs-sync.js';
import { planTrials } from '../../src/study/plan.js';
import type { Trial, TrialResult } from '../../src/study/trial.js';
import { madeResult, reported } from './fixture.js';

test('every algorithm learns with barriers and at every delay, from the same seeds, after short trials for the time of barriers', (t) => {
  const settings = asyncVsSync.resolve({ algorithms: ['broadcast', 'ddpg'], critics: ['shared'], delays: [4, 0], seeds: 2, steps: 2000 });
  t.like(settings, { environment: 'Pendulum-v1', delays: [0, 4], partitions: 2, evaluation: { every: 100, final: 20 } });
  const trials = planTrials(asyncVsSync, settings);
  t.deepEqual(trials.slice(0, 2).map(({ label, seed, steps }) => [label, seed, steps]), [['broadcast, time of barriers at delay 0', 1, 264], ['broadcast, time of barriers at delay 4', 1, 264]]);
  const labels = ['broadcast, barriers', 'broadcast, delay 0', 'broadcast, delay 4', 'ddpg, barriers', 'ddpg, delay 0', 'ddpg, delay 4'];
  t.deepEqual(trials.slice(2).map(({ label, seed }) => [label, seed]), [1, 2].flatMap((seed) => labels.map((label) => [label, seed])));
  const world = { compute: 1, act: 0, step: 0, actingMessageDelay: 0 };
  t.deepEqual(trials[2].options, { time: 'virtual', schedule: 'synchronous', partitions: 2, virtual: { ...world, learningMessageDelay: 0 } });
  t.deepEqual(trials[4].options, { time: 'virtual', schedule: 'hogwild', partitions: 2, rule: { critic: 'shared' }, virtual: { ...world, learningMessageDelay: 4 } });
  t.deepEqual(trials[7].options, { learning: { gradientDelay: 4 } });
  t.deepEqual(asyncVsSync.resolve(settings), settings);
});

test('each critic that a rule can have is an arm of its own, with reads as asked for', (t) => {
  const settings = asyncVsSync.resolve({ algorithms: ['broadcast', 'linear', 'ddpg'], delays: [4], seeds: 1, timing: { reads: 'aligned' } });
  const trials = planTrials(asyncVsSync, settings).filter(({ steps }) => steps === settings.steps);
  t.deepEqual(trials.map(({ label }) => label), ['broadcast', 'broadcast (own critics)', 'linear', 'ddpg'].flatMap((learner) => [`${learner}, barriers`, `${learner}, delay 4`]));
  t.like(trials[3].options, { schedule: 'hogwild', timing: { reads: 'aligned' }, rule: { critic: 'replicated' } });
  t.deepEqual(trials.filter(({ options }) => 'rule' in options).map(({ label }) => label), ['broadcast, delay 4', 'broadcast (own critics), delay 4']);
});

test('all is every rule that tolerates old parameters and can learn the task\'s actions, and DDPG', (t) => {
  const { algorithms } = asyncVsSync.resolve({ algorithms: ['all'], delays: [1] });
  t.deepEqual(algorithms, ASYNC_ALGORITHMS.filter((name) => name !== 'sarsa')); // which is for discrete actions
  t.false(algorithms.includes('exact'));
  t.true(algorithms.includes('coagent') && algorithms.includes('ddpg'));
});

const REFUSED: [object, RegExp][] = [
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
    t.throws(() => asyncVsSync.resolve(options), { message });
  });
}

const SETTINGS = asyncVsSync.resolve({ algorithms: ['broadcast', 'ddpg'], critics: ['shared'], delays: [0, 3], seeds: 2, steps: 2000 });
const TRIALS = planTrials(asyncVsSync, SETTINGS);

/** A trial that gets to `final` in its last step, 1,000 updates after the first. */
function ended(trial: Trial, final: number, changes: Partial<TrialResult> = {}): TrialResult {
  const time = trial.algorithm === 'ddpg' ? {} : { virtualSeconds: 1000 };
  const curve = [{ step: 0, meanReturn: -1200 }, { step: 2000, meanReturn: final, ...time }];
  return madeResult(trial, { curve, returns: [final - 50, final + 50], ...changes });
}

/** `[barriers, delay 0, delay 3]` of each seed. */
function results(algorithm: string, returns: readonly (readonly number[])[]): TrialResult[] {
  return returns.flatMap((ofSeed, i) => ofSeed.map((final, k) => {
    const trial = TRIALS.find(({ label, seed }) => label === `${algorithm}, ${['barriers', 'delay 0', 'delay 3'][k]}` && seed === i + 1);
    if (trial === undefined) throw new Error('no such trial');
    return ended(trial, final);
  }));
}

const TIMINGS = TRIALS.slice(0, 2).map((trial, i) => madeResult(trial, { curve: [{ step: 2000, meanReturn: -1200, virtualSeconds: [200, 2000][i] }] }));

const summarise = (made: readonly TrialResult[]) => reported(asyncVsSync, SETTINGS, made);

test('returns, gains and times are summarised for each delay', (t) => {
  const { rows, tables: [half, returns, times], findings } = summarise([...TIMINGS, ...results('broadcast', [[-100, -200, -1200], [-300, -200, -1000]]), ...results('ddpg', [[-200, -200, -150]])]);
  t.deepEqual(rows.map(({ algorithm, delay }) => [algorithm, delay]), ['broadcast', 'ddpg'].flatMap((algorithm) => [null, 0, 3].map((delay) => [algorithm, delay])));
  const [reference, , late, alone, , lateDdpg] = rows;
  t.like(reference, { randomReturn: -1200, returns: { mean: -200, values: [-100, -300] }, time: 1000, barrierTime: 1000, halfWay: { reached: 2, steps: 2000, time: 1000, barrierTime: 1000 } });
  t.like(late, { returns: { values: [-1200, -1000] }, seeds: 2, diverged: 0, time: 1000, barrierTime: 10_000, halfWay: { reached: 0, steps: null, time: null, barrierTime: 10_000 }, threshold: { reached: 0, steps: null, time: null, barrierTime: 10_000 } });
  t.deepEqual(reference.gain?.kept, [1, 0.1]);
  t.is(reference.gain?.halfGain?.delay, 2 ** ((0.5 / 0.9) * 2) - 1);
  t.like(lateDdpg, { returns: { mean: -150 }, time: 1000, barrierTime: 4000, threshold: { reached: 1, steps: 2000, time: 1000, barrierTime: null } }); // the reference never reaches it
  t.deepEqual(alone.gain?.halfGain, { delay: null, interval: [null, null], never: 1 });

  t.deepEqual(half[0].slice(0, 4), ['broadcast', '2', '-1200.0', '1000.0']);
  t.deepEqual(half[1].slice(-3), ['> 3', '> 3 to > 3', '100.0 %']);
  t.deepEqual(returns[2], ['broadcast', '3', '2', '0', '-1100.0', '-1200.0 to -1000.0', '10 %', 'none', 'none']);
  t.deepEqual(times[3], ['ddpg', '3', '1,000', '4,000', '1,000', '4,000', '1,000', '–']);
  t.regex(findings[0], /^broadcast gains 1000\.0 \[900\.0, 1100\.0\] over the random policy without delay, and loses half of it at a delay of 1\.2 updates \(95 % interval /);
  t.is(findings[1], 'Barriers would take 10.0 times the virtual time of broadcast at a delay of 3 updates.');
  t.regex(findings[2], /^ddpg gains .*, and keeps more than half of it at every delay up to 3 updates\.$/);
});

test('if the interval of the gain reaches down to 0, neither the kept fraction nor the half is reported', (t) => {
  const { rows, tables: [half, returns], findings } = summarise(results('broadcast', [[-1300, -900, -800], [-800, -900, -700]]));
  t.like(rows[0].gain, { gain: 150, gainInterval: [-100, 400], kept: null, halfGain: null });
  t.is(rows[1].halfWay, null);
  t.deepEqual(half[0].slice(5), ['no gain to lose', '–', '–']);
  t.deepEqual(returns.map((row) => row.slice(6, 8)), [['–', '–'], ['no gain to lose', '–'], ['no gain to lose', '–']]);
  t.deepEqual(findings, ['broadcast has no gain that a delay could take: without delay it lies 150.0 [-100.0, 400.0] above the random policy, an interval that reaches down to 0.']);
});

test('a trial that diverged is worth what the random policy is; one whose worker crashed is left out with its seed', (t) => {
  const [first, second] = [results('broadcast', [[-200, -200, 0]]), results('broadcast', [[], [-200, -200, -200]])];
  const lost = (kind: 'diverged' | 'crashed') => ({ ...first[2], failure: { kind, message: 'gone' }, returns: [] });
  const diverged = summarise([...first.slice(0, 2), lost('diverged'), ...second]).rows;
  t.like(diverged[2], { seeds: 2, diverged: 1, returns: { values: [-1200, -200] }, barrierTime: null });
  t.deepEqual(diverged[0].gain?.kept, [1, 0.5]);
  const crashed = summarise([...first.slice(0, 2), lost('crashed'), ...second]).rows;
  t.like(crashed[2], { seeds: 1, diverged: 0, returns: { values: [-200] } });
  t.deepEqual(crashed[0].gain?.kept, [1, 1]);
  t.is(summarise(first.slice(0, 2)).rows[0].gain, null);
  t.deepEqual(summarise(TIMINGS).rows, []);
});
