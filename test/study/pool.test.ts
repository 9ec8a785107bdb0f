import test from 'ava';

import { METHOD_NAMES } from '../../src/placement/actor-learners/methods.js';
import { runTrials, type TrialObserver } from '../../src/study/pool.js';
import { openTrialStore } from '../../src/study/trial-store.js';
import { runTrialsOf } from '../../src/study/run-trials.js';
import { runTrial, type Trial, type TrialResult } from '../../src/study/trial.js';
import { newFolder, tinyTrial } from './fixture.js';

const never = new AbortController().signal;
const SEEDS = [1, 2, 3].map((seed) => tinyTrial({ seed }));

interface Watched extends TrialObserver {
  readonly results: TrialResult[];
  readonly begun: Trial[];
  readonly left: Trial[];
}

function watch(onProgress: () => void = () => undefined): Watched {
  const [results, begun, left]: [TrialResult[], Trial[], Trial[]] = [[], [], []];
  return {
    results,
    begun,
    left,
    started: (trial) => void begun.push(trial),
    progress: onProgress,
    finished: (result) => void results.push(result),
    abandoned: (trial) => void left.push(trial),
  };
}

/** What a result says that is the same each time. */
const outcome = ({ trial, curve, returns, randomReturn, failure }: TrialResult) => ({ trial, curve, returns, randomReturn, failure });

test('trials come to the same in the pool, several at a time, as alone', async (t) => {
  const watched = watch();
  await runTrials(SEEDS, watched, { parallel: 2, signal: never });
  const alone = await Promise.all(SEEDS.map((trial) => runTrial(trial, { signal: never, onProgress: () => undefined })));
  const bySeed = watched.results.toSorted((a, b) => a.trial.seed - b.trial.seed);
  t.deepEqual(bySeed.map(outcome), alone.flatMap((result) => (result === undefined ? [] : [outcome(result)])));
  t.deepEqual(bySeed[0].curve.map(({ step }) => step), [0, 150, 300]);
  t.is(bySeed[0].returns.length, 2);
  t.is(bySeed[0].curve[2].meanReturn, bySeed[0].returns[0]); // the last point is the first episode of the final evaluation
});

for (const algorithm of METHOD_NAMES) {
  test(`a trial of ${algorithm} repeats itself bit for bit`, async (t) => {
    const trial = tinyTrial({ label: algorithm, algorithm, environment: 'CartPole-v1', options: { network: { hidden: [4] } } });
    const [first, second] = await Promise.all([1, 2].map(() => runTrial(trial, { signal: never, onProgress: () => undefined })));
    t.like(first, { failure: null, curve: { length: 3 } });
    t.deepEqual(first && outcome(first), second && outcome(second));
  });
}

test('the points of a learning curve do not change what is learned', async (t) => {
  const often = await runTrial(tinyTrial({ evaluation: { every: 50, episodes: 1, final: 2 } }), { signal: never, onProgress: () => undefined });
  const once = await runTrial(tinyTrial({ evaluation: { every: 300, episodes: 1, final: 2 } }), { signal: never, onProgress: () => undefined });
  t.deepEqual(often?.returns, once?.returns);
  t.is(often?.curve.length, 7);
});

test('a trial that diverges is a result, with the curve up to there', async (t) => {
  const trial = tinyTrial({ options: { network: { hidden: [4] }, learning: { warmup: 200 }, rule: { optimiser: 'sgd', criticRate: 1e30 } } });
  const result = await runTrial(trial, { signal: never, onProgress: () => undefined });
  t.is(result?.failure?.kind, 'diverged');
  t.regex(result?.failure?.message ?? '', /^partition 0 failed at step \d+: .* became /);
  t.deepEqual(result?.curve.map(({ step }) => step), [0, 150]);
  t.true((result?.steps ?? 0) > 200);
  t.deepEqual(result?.returns, []);
});

test('a worker that fails ends its own trial, and the others finish', async (t) => {
  const watched = watch();
  await runTrials(SEEDS, watched, { parallel: 1, signal: never, worker: new URL('crashing-worker.js', import.meta.url).href });
  t.deepEqual(watched.results.map(({ failure }) => failure?.kind), [undefined, 'crashed', undefined]);
  t.regex(watched.results[1].failure?.message ?? '', /^its worker died \(.+\)$/);
  t.is(watched.results[1].randomReturn, null);
});

test('a watcher that throws ends the study with its error; the other trials are abandoned, and none counts as crashed', async (t) => {
  const watched = watch();
  const full = new Error('the disk is full');
  const failing = { ...watched, finished: (result: TrialResult) => { watched.finished(result); throw full; } };
  const long = tinyTrial({ seed: 2, steps: 200_000 });
  t.is(await t.throwsAsync(runTrials([SEEDS[0], long, SEEDS[2]], failing, { parallel: 2, signal: never })), full);
  t.deepEqual(watched.results.map(({ failure }) => failure), [null]);
  t.deepEqual(watched.left, [long]);
  t.deepEqual(watched.begun, [SEEDS[0], long]);
});

test('the signal abandons what is under way and starts no more', async (t) => {
  const interruption = new AbortController();
  const watched = watch(() => { interruption.abort(); });
  const long = [1, 2, 3].map((seed) => tinyTrial({ seed, steps: 1_000_000, evaluation: { every: 1_000_000, episodes: 1, final: 1 } }));
  await runTrials(long, watched, { parallel: 2, signal: interruption.signal });
  t.is(watched.begun.length, 2);
  t.deepEqual(watched.left.map(({ seed }) => seed).toSorted(), [1, 2]);
  t.deepEqual(watched.results, []);
});

test('what a watcher throws ends the pool and is thrown on', async (t) => {
  const watched: TrialObserver = { ...watch(), finished() { throw new Error('no space left on device'); } };
  await t.throwsAsync(runTrials(SEEDS, watched, { parallel: 2, signal: never }), { message: 'no space left on device' });
});

test('a study runs what its store does not have, and each trial once whatever its label', async (t) => {
  const file = `${newFolder()}.jsonl`;
  const store = () => openTrialStore(file, (line) => t.fail(line));
  const first = watch();
  await runTrialsOf([SEEDS[0]], store(), first, { parallel: 1, signal: never });
  const second = watch();
  const trials = [SEEDS[0], { ...SEEDS[0], label: 'the same' }, SEEDS[1], { ...SEEDS[1], label: 'the same' }];
  const results = await runTrialsOf(trials, store(), second, { parallel: 2, signal: never });
  t.deepEqual(second.begun, [SEEDS[1]]);
  t.deepEqual(results.map(({ trial }) => trial), trials);
  t.deepEqual(results[0].returns, first.results[0].returns);
  t.is(store().finished.size, 2);
});
