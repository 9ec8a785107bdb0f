import test from 'ava';

import { RULE_NAMES } from '../../src/entries/internals.js';
import { listEnvironments, resolveSettings, type SimulationOptions } from '../../src/index.js';

test('the defaults are the main job: Pendulum, the most local rule that solves it, hogwild on two partitions', (t) => {
  const { environment, rule, schedule, partitions, steps } = resolveSettings();
  t.deepEqual({ environment, rule: rule.name, schedule, partitions }, { environment: 'Pendulum-v1', rule: 'broadcast', schedule: 'hogwild', partitions: 2 });
  t.true(steps <= 40_000);
});

test('a rule given by name keeps the task\'s rates, and given as an object overrides them', (t) => {
  const byName = resolveSettings({ environment: 'CartPole-v1', rule: 'three-factor' });
  const byObject = resolveSettings({ environment: 'CartPole-v1', rule: { name: 'three-factor', criticRate: 0.5 } });
  t.is(byName.rule.name, 'three-factor');
  t.is(byObject.rule.criticRate, 0.5);
  t.is(byObject.rule.outputRate, byName.rule.outputRate);
});

test('a task that ships with a rule of its own gives its rates to no other', (t) => {
  const own = resolveSettings({ environment: 'TMaze-v0' });
  t.like(own, { rule: { name: 'sarsa', optimiser: 'bounded', traceDecay: 0.5 }, network: { outputActivation: 'linear', hiddenGain: 3 } });
  t.deepEqual(resolveSettings({ environment: 'TMaze-v0', rule: 'sarsa' }), own);
  const other = resolveSettings({ environment: 'TMaze-v0', rule: 'broadcast' });
  t.deepEqual(other.rule, resolveSettings({ environment: 'Pendulum-v1', rule: 'broadcast' }).rule);
  t.is(other.network.hiddenGain, 2);
  t.like(resolveSettings({ environment: 'CartPoleNoVel-v1' }), { rule: { name: 'coagent', criticRate: 1, targetRate: 0 }, learning: { batch: 1, discount: 0.99, rewardScale: 0.02 } });
  t.like(resolveSettings({ environment: 'CartPoleNoVel-v1', rule: 'broadcast' }), { rule: { criticRate: 3e-3 }, learning: { batch: 64, rewardScale: 0.1 } });
});

test('settings resolve to themselves, so that a run folder\'s config.json repeats its run', (t) => {
  for (const environment of listEnvironments()) {
    for (const rule of RULE_NAMES) {
      const settings = resolveSettings({ environment, rule, seed: 7, network: { hidden: [5, 6] } });
      t.deepEqual(resolveSettings(JSON.parse(JSON.stringify(settings)) as SimulationOptions), settings);
    }
  }
});

/** Options that a program in JavaScript, or a file, may well hold. */
const BAD: [unknown, string][] = [
  [{ environment: 'Pendulum' }, '"environment" expected one of'],
  [{ rule: 'hebb' }, '"rule" expected one of'],
  [{ rule: { name: 'hebb' } }, '"rule.name" expected one of'],
  [{ rule: { criticRate: -1 } }, '"rule.criticRate" expected a number >= 0, got -1'],
  [{ partitions: 0 }, '"partitions" expected a whole number >= 1'],
  [{ partitions: 1.5 }, '"partitions" expected a whole number >= 1'],
  [{ network: { hidden: [8, 0] } }, '"network.hidden" expected a whole number >= 1'],
  [{ network: { hidden: 64 } }, '"network.hidden" expected a list of layer sizes'],
  [{ network: { observationScale: [1, 0] } }, '"network.observationScale" expected a number > 0, got 0'],
  [{ network: [] }, '"network" expected an object, got []'],
  [{ learning: { discount: 1.1 } }, '"learning.discount" expected a number >= 0 and <= 1, got 1.1'],
  [{ learning: { batch: 64, replay: 100 } }, '"learning.replay" expected a whole number >= 256'],
  [{ learning: { warmup: 10 } }, '"learning.warmup" expected a whole number >= 64'],
  [{ exploration: { hidden: 0.2 } }, '"exploration.hidden" expected 0, got 0.2; hidden neurons do not explore under this rule'],
  [{ rule: { traceDecay: 0.5 } }, '"rule.traceDecay" expected 0, got 0.5; the rule keeps no eligibility traces'],
  [{ rule: { name: 'coagent', targetRate: 0.1 } }, '"rule.targetRate" expected 0, got 0.1; the rule keeps no target copies'],
  [{ rule: 'coagent', exploration: { warmup: 1 } }, '"exploration.warmup" expected 0, got 1; the rule has no warm-up'],
  [{ rule: 'coagent', exploration: { correlation: 0.5 } }, '"exploration.correlation" expected 0, got 0.5; the rule assumes white noise'],
  [{ rule: 'coagent', learning: { batch: 2 } }, '"learning.batch" expected 1, got 2; the rule learns from each transition once, as it happens'],
  [{ rule: 'coagent', learning: { warmup: 5 } }, '"learning.warmup" expected 0, got 5; the rule learns'],
  [{ rule: 'coagent', learning: { updatesPerStep: 2 } }, '"learning.updatesPerStep" expected 1, got 2; the rule learns'],
  [{ lesion: { fraction: 0.1 } }, '"lesion.step" expected a step for the lesion, got null'],
  [{ lesion: { fraction: 0.1, step: 0 } }, '"lesion.step" expected a whole number >= 1 and <= 39999, or "evaluation", got 0'],
  [{ lesion: { fraction: 0.1, step: 1.5 } }, '"lesion.step" expected a whole number >= 1'],
  [{ lesion: { fraction: 0.1, step: 9, evaluateEvery: 0 } }, '"lesion.evaluateEvery" expected a whole number >= 1, got 0'],
  [{ lesion: { evaluateEvery: 10 } }, '"lesion.evaluateEvery" expected nothing: the run has no lesion, got 10'],
  [{ lesion: '0.1@5' }, '"lesion" expected an object, got "0.1@5"'],
  [{ updateWindow: 'on' }, '"updateWindow" expected a whole number of updates >= 0, or "off", got "on"'],
  [{ sedd: 3 }, '"sedd" expected a known option'],
  [{ learning: { disccount: 0.9 } }, '"learning.disccount" expected a known option'],
  [{ steps: null }, '"steps" expected a whole number'],
  [{ rule: { criticRate: null } }, '"rule.criticRate" expected a number >= 0, got null'],
  [null, '"options" expected an object, got null'],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused with the option's name`, (t) => {
    const error = t.throws(() => resolveSettings(options as SimulationOptions));
    t.true(error.message.startsWith(message), error.message);
    t.true(error instanceof RangeError || error instanceof TypeError);
  });
}

test('a lesion takes its interval of evaluation from the steps, and resolves to itself', (t) => {
  const settings = resolveSettings({ steps: 1010, lesion: { fraction: 0.1, step: 500, reinitialiseAt: 500 } });
  t.deepEqual(settings.lesion, { fraction: 0.1, step: 500, reinitialiseAt: 500, evaluateEvery: 51 });
  t.deepEqual(resolveSettings(JSON.parse(JSON.stringify(settings)) as SimulationOptions), settings);
  t.deepEqual(resolveSettings({ lesion: { fraction: 0.1, step: 'evaluation' } }).lesion, { fraction: 0.1, step: 'evaluation', reinitialiseAt: null, evaluateEvery: null });
  t.deepEqual(resolveSettings().lesion, { fraction: 0, step: null, reinitialiseAt: null, evaluateEvery: null });
});
