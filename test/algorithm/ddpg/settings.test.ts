import test from 'ava';

import { NEURAL_KEYS } from '../../../src/entries/internals.js';
import { listEnvironments, resolveDdpgSettings, resolveSettings, type DdpgOptions } from '../../../src/index.js';

test('settings resolve to themselves, so that a run folder\'s config.json repeats its run', (t) => {
  for (const environment of listEnvironments()) {
    const settings = resolveDdpgSettings({ environment, seed: 7, exploration: { hidden: 0.1, hiddenNeurons: ['hidden1[0]'] }, learning: { gradientDelay: 3 } });
    t.deepEqual(resolveDdpgSettings(JSON.parse(JSON.stringify(settings)) as DdpgOptions), settings);
  }
});

test('options win over the task\'s defaults, and those over the general ones', (t) => {
  const [task, general] = [resolveDdpgSettings({ environment: 'CartPole-v1' }), resolveDdpgSettings()];
  t.not(task.learning.discount, general.learning.discount);
  t.is(task.learning.batch, general.learning.batch);
  t.is(resolveDdpgSettings({ environment: 'CartPole-v1', learning: { discount: 0.5 } }).learning.discount, 0.5);
});

test('hidden neurons of the actor do not explore by default', (t) => {
  for (const environment of listEnvironments()) t.is(resolveDdpgSettings({ environment }).exploration.hidden, 0);
});

test('the sections that DDPG shares with neuron-agents have the same keys, but for what only neurons can be', (t) => {
  const [ddpg, agents] = [resolveDdpgSettings(), resolveSettings()];
  t.deepEqual(Object.keys(agents.network).toSorted(), [...Object.keys(ddpg.network), ...NEURAL_KEYS].toSorted());
  for (const section of ['exploration', 'learning'] as const) {
    for (const key of Object.keys(agents[section])) t.true(key in ddpg[section], `${section}.${key}`);
  }
});

const BAD: [unknown, string][] = [
  [{ environment: 'Pendulum-v7' }, '"environment" expected one of'],
  [{ rule: 'broadcast' }, '"rule" expected a known option'],
  [{ learning: { actorRate: -1 } }, '"learning.actorRate" expected a number >= 0, got -1'],
  [{ learning: { targetRate: 0 } }, '"learning.targetRate" expected a number > 0 and <= 1, got 0'],
  [{ learning: { optimiser: 'adan' } }, '"learning.optimiser" expected one of adam, sgd, got "adan"; did you mean "adam"?'],
  [{ learning: { gradientDelay: -1 } }, '"learning.gradientDelay" expected a whole number >= 0 and <= 4096, got -1'],
  [{ learning: { gradientDelay: 4097 } }, '"learning.gradientDelay" expected a whole number >= 0 and <= 4096, got 4097'],
  [{ learning: { actorate: 1 } }, '"learning.actorate" expected a known option'],
  [{ exploration: { correlation: 1 } }, '"exploration.correlation" expected a number >= 0 and < 1, got 1'],
  [{ exploration: { hiddenNeurons: 'all' } }, '"exploration.hiddenNeurons" expected a list of names, for example ["hidden1[3]"], or null, got "all"'],
  [{ exploration: { hiddenNeurons: [3] } }, '"exploration.hiddenNeurons" expected a string, got 3'],
  [{ network: { hidden: [0] } }, '"network.hidden" expected a whole number >= 1'],
  [{ steps: 0 }, '"steps" expected a whole number >= 1'],
  ['Pendulum-v1', '"options" expected an object, got "Pendulum-v1"'],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused with the option's name`, (t) => {
    const error = t.throws(() => resolveDdpgSettings(options as DdpgOptions));
    t.true(error.message.startsWith(message), error.message);
    t.true(error instanceof RangeError || error instanceof TypeError);
  });
}
