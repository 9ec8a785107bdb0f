import test from 'ava';

import { actorLearnerStudy } from '../../scenarios/actor-learner-study.js';
import { planTrials } from '../../src/study/plan.js';
import { algorithmOf, trialOptions } from '../../src/study/trial.js';
import { madeResult, reported } from './fixture.js';

const SETTINGS = actorLearnerStudy.resolve({ algorithms: ['a3c'], actors: [1, 4], gradientDelays: [0, 16], seeds: 1, steps: 1000, reference: 100 });

test('numbers of actors meet schedules, moments and credits, and a fixed number of actors meets every delay of gradients', (t) => {
  const trials = planTrials(actorLearnerStudy, SETTINGS);
  t.deepEqual(trials.map(({ label }) => label.slice('a3c, '.length)), [
    '1 actor', '4 actors', '4 actors, own moments', '4 actors, synchronous', '1 actor, broadcast', '4 actors, broadcast', 'gradients 0 late', 'gradients 16 late',
  ]);
  const resolved = trials.map((trial) => algorithmOf(trial).resolve(trialOptions(trial)));
  t.like(resolved[3], { time: 'virtual', schedule: 'synchronous', actors: 4, learning: { rate: 4 * 7e-4, gradientDelay: 0 } });
  t.like(resolved[7], { schedule: 'hogwild', actors: 8, learning: { rate: 7e-4, gradientDelay: 16 } });
});

test('a speed-up is over the first number of actors of the same credit, in virtual time to the reference score', (t) => {
  const results = planTrials(actorLearnerStudy, SETTINGS).map((trial) => {
    const time = trial.label.includes('4 actors') ? 20 : trial.label.includes('broadcast') ? 120 : 80;
    return madeResult(trial, { curve: [{ step: 0, meanReturn: 20 }, { step: 500, meanReturn: trial.label.includes('own') ? 90 : 100, virtualSeconds: time }], returns: [100] });
  });
  const { rows, tables, findings } = reported(actorLearnerStudy, SETTINGS, results);
  t.deepEqual(rows.map(({ speedUp }) => speedUp), [1, 4, null, 4, 1, 6, 1, 1]);
  t.like(rows[1], { reached: 1, stepsToReference: 500, updatesToReference: 100, timeToReference: 20 });
  t.like(rows[2], { reached: 0, stepsToReference: null });
  t.deepEqual(tables[1], [['a3c', '1', '1.0', '1.0'], ['a3c', '4', '4.0', '3.7']]);
  t.is(findings[0], 'a3c comes to 100.0 this many times sooner: 1.0 with 1 actor and 4.0 with 4 actors.');
});

test('numbers of actors below 1 and methods that are none are refused', (t) => {
  t.throws(() => actorLearnerStudy.resolve({ actors: [0] }), { message: /^"actors\[0\]"|^"actors" expected/ });
  t.throws(() => actorLearnerStudy.resolve({ algorithms: ['ddpg'] }), { message: /^"algorithms" expected one of async-q/ });
});
