import test from 'ava';

import { ALGORITHM_NAMES, fitsTask } from '../../src/study/algorithm.js';
import { describeSeconds, estimateTrials } from '../../src/study/duration.js';
import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { planTrials } from '../../src/study/plan.js';
import { tinyTrial } from './fixture.js';

const signal = new AbortController().signal;

test('every algorithm can be probed, and longer trials are estimated to take longer', async (t) => {
  const settings = decentralisedVsDdpg.resolve({ algorithms: ['all'], seeds: 1, steps: 5000, network: { hidden: [4] } });
  const trials = planTrials(decentralisedVsDdpg, settings);
  const probes: number[] = [];
  const estimate = await estimateTrials(trials, { parallel: 2, signal }, (count) => { probes.push(count); });
  const fitting = ALGORITHM_NAMES.filter((name) => fitsTask(name, 'Pendulum-v1'));
  t.deepEqual(probes, [fitting.length]);
  t.deepEqual(trials.map(({ algorithm }) => algorithm), fitting);
  for (const trial of trials) {
    t.true(estimate(trial) > 0 && Number.isFinite(estimate(trial)));
    t.is(estimate({ ...trial, steps: 10_000 }), 2 * estimate(trial));
    t.not(estimate(trial), 5, trial.label); // it was measured, not assumed
  }
});

test('a trial with a lesion is probed without it', async (t) => {
  const trial = tinyTrial({ steps: 5000, options: { ...tinyTrial().options, lesion: { fraction: 0.5, step: 4000 } } });
  const estimate = await estimateTrials([trial], { parallel: 1, signal });
  t.not(estimate(trial), 5); // it was measured, not assumed
});

test('a trial too short to be worth a probe is assumed to take a second per thousand steps', async (t) => {
  t.is((await estimateTrials([tinyTrial()], { parallel: 1, signal }))(tinyTrial()), 0.3);
});

test('durations are written in the unit that fits', (t) => {
  t.deepEqual([0.2, 99, 120, 5000, 9000].map(describeSeconds), ['1 s', '99 s', '2 min', '83 min', '2.5 h']);
});
