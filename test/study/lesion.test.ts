import { appendFileSync } from 'node:fs';

import test from 'ava';

import type { LesionReport } from '../../src/index.js';
import { curveAroundLesion, lesion } from '../../scenarios/lesion.js';
import { planTrials } from '../../src/study/plan.js';
import { openTrialStore, trialLine } from '../../src/study/trial-store.js';
import { runTrial, trialOptions, type TrialResult } from '../../src/study/trial.js';
import { madeResult, newFolder, reported, tinyTrial } from './fixture.js';

const SIGNAL = new AbortController().signal;

test('every algorithm is lesioned in every fraction, with and without reinitialisation, from the same seeds', (t) => {
  const settings = lesion.resolve({ algorithms: ['three-factor', 'frozen'], fractions: [0.1, 0.125], seeds: 2, steps: 1000 });
  t.like(settings, { environment: 'Pendulum-v1', lesion: { step: 500, reinitialiseAfter: 50 }, evaluation: { every: 50, final: 20 } });
  const trials = planTrials(lesion, settings);
  t.deepEqual(trials.slice(0, 8).map(({ label }) => label), [
    'three-factor, 10 % silent', 'frozen, 10 % silent', 'three-factor, 10 % reinitialised', 'frozen, 10 % reinitialised',
    'three-factor, 12.5 % silent', 'frozen, 12.5 % silent', 'three-factor, 12.5 % reinitialised', 'frozen, 12.5 % reinitialised',
  ]);
  t.deepEqual(trials.map(({ seed }) => seed), [...new Array<number>(8).fill(1), ...new Array<number>(8).fill(2)]);
  t.deepEqual(trialOptions(trials[3]), { environment: 'Pendulum-v1', seed: 1, steps: 1000, rule: { hiddenRate: 0 }, lesion: { fraction: 0.1, step: 500, reinitialiseAt: 550, evaluateEvery: 50 } });
  t.is(trials[3].algorithm, 'broadcast');
  t.deepEqual(lesion.resolve(settings), settings);
});

const REFUSED: [object, RegExp][] = [
  [{ algorithms: ['ddpg'] }, /^"algorithms" expected one of broadcast, .*frozen, got "ddpg"$/],
  [{ algorithms: ['frozen', 'frozen'] }, /^"algorithms" expected each name once, got "frozen"$/],
  [{ fractions: [] }, /^"fractions" expected a list of fractions/],
  [{ fractions: [0.5, 1.5] }, /^"fractions" expected a number > 0 and <= 1, got 1\.5$/],
  [{ fractions: [0.5, 0.5] }, /^"fractions" expected each name once, got "50 %"$/],
  [{ steps: 100, lesion: { step: 100 } }, /^"lesion\.step" expected a whole number >= 1 and <= 99, got 100$/],
  [{ steps: 100, lesion: { step: 90, reinitialiseAfter: 10 } }, /^"lesion\.reinitialiseAfter" expected a whole number >= 0 and <= 9, got 10$/],
  [{ network: { hidden: [] } }, /^"network\.hidden" expected a hidden layer: its neurons are lesioned, got \[\]$/],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, (t) => {
    t.throws(() => lesion.resolve(options), { message });
  });
}

const DEATH = { fraction: 0.5, neurons: ['hidden1[0]'], step: 150, reinitialisedAt: null, episodes: 2, randomReturn: -1200, before: -200, after: -800, returnDrop: 600, points: [{ step: 225, meanReturn: -600 }, { step: 300, meanReturn: -210 }], lowest: -800, recoverySteps: 150 } satisfies LesionReport;

const SETTINGS = lesion.resolve({ algorithms: ['broadcast', 'frozen'], fractions: [0.5], seeds: 4, steps: 300, lesion: { step: 150 } });
const summarise = (results: readonly TrialResult[]) => reported(lesion, SETTINGS, results);

const made = (seed: number, death: Partial<LesionReport> | undefined, changes = {}) =>
  madeResult(tinyTrial({ seed, label: 'broadcast, 50 % silent' }), { ...(death && { lesion: { ...DEATH, ...death } }), ...changes });

const RESULTS = [
  made(1, {}),
  made(2, { before: -300, after: -400, returnDrop: 100, points: [{ step: 300, meanReturn: -1000 }], recoverySteps: null }),
  made(3, { recoverySteps: 50 }),
  made(4, undefined, { failure: { kind: 'diverged', message: 'weights became NaN' }, steps: 120 }),
];

test('the cost of a lesion is summarised over seeds, failures apart', (t) => {
  const { rows: [row, ...others], tables: [cells], findings } = summarise(RESULTS);
  t.deepEqual(others, []);
  t.like(row, { algorithm: 'broadcast', fraction: 0.5, reinitialised: false, seeds: 3, failures: 1, randomReturn: -1200, recoveries: [150, null, 50], recovered: 2, recoverySteps: 100, learned: true });
  t.deepEqual([row.before, row.after, row.lowest, row.final], [-700 / 3, -2000 / 3, -2600 / 3, -1420 / 3]);
  t.deepEqual(row.returnDrop, { mean: 1300 / 3, interval: [100, 600], values: [600, 100, 600] });
  t.deepEqual(cells, [['broadcast', '50 %', 'silent', '3', '1', '-233.3', '-666.7', '433.3', '100.0 to 600.0', '-866.7', '2 of 3', '100', '-473.3']]);
  t.deepEqual(findings, ['A lesion of 50 % takes 433.3 [100.0, 600.0] from broadcast at once; 2 of 3 trials recover, in 100 steps at the median.']);
});

test('if nothing was learned, recovery is not defined', (t) => {
  const { rows: [row], tables: [cells], findings } = summarise([made(1, { before: -1250 }), made(2, { before: -1100 })]);
  t.like(row, { gain: { mean: 25, interval: [-50, 100] }, learned: false, recovered: null, recoverySteps: null });
  t.deepEqual(cells[0].slice(10, 12), ['nothing learned', '–']);
  t.deepEqual(findings, ['broadcast had learned nothing before the lesion that it could lose: its gain over the random policy was 25.0 [-50.0, 100.0].']);
});

test('if every trial failed nothing is made up', (t) => {
  const { rows: [row], tables: [cells], findings } = summarise([RESULTS[3]]);
  t.like(row, { seeds: 0, failures: 1, before: null, returnDrop: null, gain: null, learned: false, recovered: null, recoverySteps: null });
  t.deepEqual(cells[0].slice(3), ['0', '1', '–', '–', '–', '–', '–', '–', '–', '–']);
  t.deepEqual(findings, []);
});

test('a curve around a lesion has the returns immediately before and after it', (t) => {
  const curve = [{ step: 0, meanReturn: -1000 }, { step: 75, meanReturn: -500 }, { step: 150, meanReturn: -800 }, { step: 225, meanReturn: -600 }];
  t.deepEqual(curveAroundLesion(made(1, {}, { curve }), 150).map(({ step, meanReturn }) => [step, meanReturn]), [[-150, -1000], [-75, -500], [0, -200], [1, -800], [75, -600], [150, -210]]);
  t.deepEqual(curveAroundLesion(made(1, undefined, { curve }), 150).map(({ step }) => step), [-150, -75]);
});

test('a trial with a lesion returns what was measured, and a store keeps it', async (t) => {
  const options = { ...tinyTrial().options, lesion: { fraction: 0.5, step: 150, evaluateEvery: 75 } };
  const trial = tinyTrial({ options, evaluation: { every: 75, episodes: 1, final: 2 } });
  const result = await runTrial(trial, { signal: SIGNAL, onProgress: () => undefined });
  if (result === undefined) throw new Error('the trial was stopped');
  t.like(result.lesion, { fraction: 0.5, step: 150, episodes: 2, randomReturn: result.randomReturn });
  t.deepEqual(result.curve.map(({ step }) => step), [0, 75, 150, 225, 300]);
  t.is(result.curve[3].meanReturn, result.lesion?.points[0].meanReturn ?? NaN); // not evaluated twice
  t.is(result.lesion?.points[1].meanReturn, (result.returns[0] + result.returns[1]) / 2);

  const path = `${newFolder()}.jsonl`;
  openTrialStore(path, t.fail).append(result);
  const warnings: string[] = [];
  appendFileSync(path, `${trialLine({ ...result, digest: 'other', lesion: { ...result.lesion, before: 'high' } } as unknown as typeof result)}\n`);
  const { finished } = openTrialStore(path, (line) => warnings.push(line));
  t.deepEqual(finished.get(result.digest), result);
  t.is(finished.size, 1);
  t.regex(warnings[0], /line 2 is no result of a trial/);
});
