import test from 'ava';

import { measureUtility, planUtility } from '../../src/entries/study.js';
import { resolveCertificateSettings, type CertificateOptions } from '../../src/index.js';
import { TINY } from './fixture.js';

const settings = (certificate: CertificateOptions['certificate']) =>
  resolveCertificateSettings({ ...TINY, environment: 'CartPole-v1', certificate: { ...TINY.certificate, utilitySteps: 200, utilityRules: ['broadcast'], ...certificate } });

const POOL = { parallel: 2, signal: new AbortController().signal };

test.serial('depth utility compares each learner with itself frozen, seed by seed', async (t) => {
  let taken = 0;
  const rows = await measureUtility(planUtility(settings({ utilitySeeds: 2 }), 2), { ...POOL, onSteps: (steps) => (taken += steps) });
  t.deepEqual(rows.map(({ learner, layer }) => [learner, layer]), [['ddpg', 'hidden1'], ['ddpg', 'hidden2'], ['ddpg', 'hidden'], ['broadcast', 'hidden']]);
  t.is(taken, 2 * 6 * 200);
  for (const { learning, frozen, random, difference, improvementRatio, failures } of rows) {
    const [meanLearning, meanFrozen, meanRandom] = [learning, frozen, random].map((list) => (list[0] + list[1]) / 2);
    t.true(Math.abs(difference.value - (meanLearning - meanFrozen)) < 1e-9);
    t.true(difference.low <= difference.value && difference.value <= difference.high);
    if (meanFrozen > meanRandom) t.true(Math.abs(improvementRatio.value - (meanLearning - meanRandom) / (meanFrozen - meanRandom)) < 1e-9);
    else t.true(Number.isNaN(improvementRatio.value));
    t.deepEqual(failures, []);
  }
  t.deepEqual(rows[0].learning, rows[1].learning);
});

test.serial('without seeds there are no trials; an aborted measurement has no result', async (t) => {
  t.deepEqual(await measureUtility(planUtility(settings({ utilitySeeds: 0 }), 2), POOL), []);
  t.deepEqual(await measureUtility(planUtility(settings({ utilitySeeds: 1 }), 2), { ...POOL, signal: AbortSignal.abort() }), []);
});

test.serial('a trial that diverges is named, and the others are measured', async (t) => {
  const options = settings({ utilitySeeds: 1, utilityRules: [] });
  const rows = await measureUtility(planUtility({ ...options, learning: { ...options.learning, optimiser: 'sgd', criticRate: 1e30 } }, 1), POOL);
  for (const { difference, failures } of rows) {
    t.true(Number.isNaN(difference.value));
    t.regex(failures[0], /^seed 1: .* became /);
  }
});
