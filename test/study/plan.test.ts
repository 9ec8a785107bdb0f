import test from 'ava';

import { listEnvironments } from '../../src/environment/registry.js';
import { OptionRangeError, OptionTypeError } from '../../src/errors.js';
import { ALGORITHM_NAMES } from '../../src/study/algorithm.js';
import { decentralisedVsDdpg } from '../../scenarios/decentralised-vs-ddpg.js';
import { planTrials } from '../../src/study/plan.js';
import { trialOptions, trialSettings } from '../../src/study/trial.js';

const { resolve } = decentralisedVsDdpg;

test('every arm gets the same seeds, steps and evaluations, and what is stopped early is even', (t) => {
  const trials = planTrials(decentralisedVsDdpg, resolve({ environments: ['Pendulum-v1', 'CartPole-v1'], algorithms: ['linear', 'ddpg'], seeds: 2 }));
  t.deepEqual(trials.map(({ seed, environment, label }) => [seed, environment, label]), [
    [1, 'Pendulum-v1', 'linear'], [1, 'Pendulum-v1', 'ddpg'], [1, 'CartPole-v1', 'linear'], [1, 'CartPole-v1', 'ddpg'],
    [2, 'Pendulum-v1', 'linear'], [2, 'Pendulum-v1', 'ddpg'], [2, 'CartPole-v1', 'linear'], [2, 'CartPole-v1', 'ddpg'],
  ]);
  for (const trial of trials) {
    const first = trials.find(({ environment }) => environment === trial.environment);
    t.deepEqual([trial.steps, trial.evaluation], [first?.steps, first?.evaluation]);
    t.is(trial.evaluation.every, trial.steps / 20);
  }
});

test('all means every task and every algorithm', (t) => {
  const { environments, algorithms } = resolve({ environments: ['all'], algorithms: ['all'] });
  t.deepEqual(environments, listEnvironments().filter((id) => !id.endsWith('-v5')));
  t.deepEqual(algorithms.map(({ label }) => label), [...ALGORITHM_NAMES]);
  t.deepEqual(ALGORITHM_NAMES.slice(-14), ['ddpg', 'dqn', 'double-dqn', 'dueling-dqn', 'prioritised-dqn', 'c51', 'noisy-dqn', 'rainbow', 'd4pg', 'async-q', 'async-sarsa', 'async-nstep-q', 'a3c', 'a2c']);
});

test('an arm keeps its own options before those of the study', (t) => {
  const wide = { label: 'wide', algorithm: 'broadcast', options: { network: { hidden: [9] }, partitions: 2 } };
  const [own, common] = planTrials(decentralisedVsDdpg, resolve({ algorithms: [wide, 'ddpg'], seeds: 1, steps: 50, network: { hidden: [4, 4] } }));
  t.deepEqual(trialOptions(own), { network: { hidden: [9] }, partitions: 2, environment: 'Pendulum-v1', seed: 1, steps: 50 });
  t.deepEqual(trialOptions(common), { network: { hidden: [4, 4] }, environment: 'Pendulum-v1', seed: 1, steps: 50 });
});

test('an actor-learner is an arm with one worker thread, which repeats, unless its options differ', (t) => {
  const two = { label: 'two', algorithm: 'a3c', options: { workers: 2 } };
  const trials = planTrials(decentralisedVsDdpg, resolve({ algorithms: ['a3c', 'a2c', two], seeds: 1, steps: 500, network: { hidden: [4] } }));
  t.deepEqual(trials.map((trial) => trialSettings(trial)).map((settings) => 'workers' in settings && settings.workers), [1, 1, 2]);
});

test('value methods are left out on tasks with continuous actions', (t) => {
  const environments = ['CartPole-v1', 'Pendulum-v1'];
  const trials = planTrials(decentralisedVsDdpg, resolve({ environments, algorithms: ['async-q', 'a3c'], seeds: 1, steps: 500 }));
  t.deepEqual(trials.map(({ environment, label }) => [environment, label]), [['CartPole-v1', 'async-q'], ['CartPole-v1', 'a3c'], ['Pendulum-v1', 'a3c']]);
});

test('settings resolve to themselves', (t) => {
  const settings = resolve({ algorithms: ['ddpg', { algorithm: 'linear', label: 'slow', options: { rule: { criticRate: 1e-4 } } }], steps: 700, network: { hidden: [] } });
  t.deepEqual(resolve(settings), settings);
});

const REFUSED: [string, object, RegExp, new (...parts: never[]) => Error][] = [
  ['an unknown option', { seed: 3 }, /^"seed" expected a known option .*; did you mean "seeds"\?$/, OptionRangeError],
  ['an empty list', { environments: [] }, /^"environments" expected a list of Pendulum-v1/, OptionRangeError],
  ['a name where a list belongs', { algorithms: 'ddpg' }, /^"algorithms" expected a list of broadcast, .*, got "ddpg"$/, OptionTypeError],
  ['a label of more than 100 characters', { algorithms: [{ algorithm: 'linear', label: 'a'.repeat(101) }] }, /^"algorithms\.label" expected a name of one line and at most 100 characters, got "a+\.\.\."$/, OptionRangeError],
  ['a label of two lines', { algorithms: [{ algorithm: 'linear', label: 'slow\nlinear' }] }, /^"algorithms\.label" expected a name of one line and at most 100 characters, got /, OptionRangeError],
  ['a label that comes twice', { algorithms: ['ddpg', { algorithm: 'linear', label: 'ddpg' }] }, /^"algorithms" expected each name once, got "ddpg"$/, OptionRangeError],
  ['an option that the algorithm does not have', { algorithms: [{ algorithm: 'ddpg', options: { schedule: 'hogwild' } }] }, /^"algorithms\[ddpg\]\.options\.schedule" expected a known option/, OptionRangeError],
  ['a rule of another name', { algorithms: [{ algorithm: 'linear', options: { rule: { name: 'broadcast' } } }] }, /^"algorithms\[linear\]\.options\.rule\.name" expected one of linear, got "broadcast"$/, OptionRangeError],
  ['a rule for other actions than the tasks\'', { environments: ['Pendulum-v1'], algorithms: ['sarsa'] }, /^"algorithms" expected algorithms that can learn the actions of Pendulum-v1, got "sarsa"$/, OptionRangeError],
  ['a value method for continuous actions', { environments: ['Pendulum-v1'], algorithms: ['async-q'] }, /^"algorithms" expected algorithms that can learn the actions of Pendulum-v1, got "async-q"$/, OptionRangeError],
  ['a number of steps that is none', { steps: 'all' }, /^"steps" expected a whole number .*, got "all"$/, OptionTypeError],
];

for (const [what, options, message, instanceOf] of REFUSED) {
  test(`${what} is refused`, (t) => {
    t.throws(() => resolve(options), { message, instanceOf });
  });
}
