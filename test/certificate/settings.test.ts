import test from 'ava';

import { estimateSeconds, planUtility } from '../../src/entries/study.js';
import { resolveCertificateSettings, type CertificateOptions } from '../../src/index.js';
import { TINY } from './fixture.js';

test('omitted options take the certificate\'s defaults, and then DDPG\'s', (t) => {
  const settings = resolveCertificateSettings();
  t.like(settings, { environment: 'Pendulum-v1', network: { hidden: [32, 32] }, exploration: { output: 0.3, hidden: 0.1 }, steps: 10_000 });
  t.like(settings.certificate, { neurons: 4, explorers: 'chosen', criticRate: null, utilitySteps: 10_000 });
  t.is(resolveCertificateSettings({ steps: 500 }).certificate.utilitySteps, 500);
});

test('settings resolve to themselves: a config.json repeats its run', (t) => {
  const settings = resolveCertificateSettings({ network: { hidden: [5] }, certificate: { critics: ['linear', 'deep'], neurons: 3, explorers: 'all' } });
  t.deepEqual(resolveCertificateSettings(JSON.parse(JSON.stringify(settings)) as CertificateOptions), settings);
});

test('critics come in the registry\'s order after the control, each once', (t) => {
  t.deepEqual(resolveCertificateSettings({ certificate: { critics: ['linear', 'broadcast', 'linear', 'twin'] } }).certificate.critics, ['twin', 'broadcast', 'linear']);
});

const REFUSED: [Record<string, unknown>, RegExp][] = [
  [{ certificate: { critics: ['lineal'] } }, /^"certificate\.critics" expected one of .*, got "lineal"; did you mean "linear"\?$/],
  [{ certificate: { critics: ['coagent'] } }, /^"certificate\.critics" expected one of /],
  [{ certificate: { critics: 'linear' } }, /^"certificate\.critics" expected a list of rules/],
  [{ certificate: { critics: [] } }, /^"certificate\.critics" expected at least one kind/],
  [{ certificate: { neurons: 0 } }, /^"certificate\.neurons" expected a whole number >= 1, got 0$/],
  [{ certificate: { minibatches: 3 } }, /^"certificate\.minibatches" expected a whole number >= 4/],
  [{ certificate: { explorers: 'some' } }, /^"certificate\.explorers" expected one of chosen, all, got "some"/],
  [{ certificate: { probeevery: 5 } }, /^"certificate\.probeevery" expected a known option .*; did you mean "probeEvery"\?$/],
  [{ exploration: { hidden: 0 } }, /^"exploration\.hidden" expected a number > 0, got 0: the slope of a neuron that does not explore cannot be estimated$/],
  [{ learning: { gradientDelay: 4 } }, /^"learning\.gradientDelay" expected 0, got 4: the critics learn at the current parameters$/],
  [{ exploration: { hiddenNeurons: [] } }, /^"exploration\.hiddenNeurons" expected a known option/],
  [{ steps: 'many' }, /^"steps" expected a whole number >= 1 and <= 100000000, got "many"$/],
  [{ rule: 'linear' }, /^"rule" expected a known option/],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused: ${message.source}`, (t) => {
    t.throws(() => resolveCertificateSettings(options), { message });
  });
}

test('depth utility is measured layer by layer for DDPG, and all hidden rows at once for it and for rules', (t) => {
  const plan = planUtility(resolveCertificateSettings({ seed: 7, certificate: { utilitySeeds: 2, utilityRules: ['broadcast'] } }), 5);
  const ofSeed = (seed: number) => plan.filter(({ trial }) => trial.seed === seed).map(({ trial, frozen }) => `${trial.algorithm} ${frozen}`);
  t.deepEqual(ofSeed(7), ['ddpg null', 'ddpg hidden1', 'ddpg hidden2', 'ddpg hidden', 'broadcast null', 'broadcast hidden']);
  t.deepEqual(ofSeed(8), ofSeed(7));
  t.is(plan.length, 12);
  t.like(plan[2].trial, { steps: 10_000, evaluation: { final: 5 }, options: { exploration: { hidden: 0 }, learning: { frozenLayers: ['hidden2'] } } });
  t.like(plan[5].trial.options, { network: { hidden: [32, 32] }, rule: { hiddenRate: 0 } });
  t.deepEqual(planUtility(resolveCertificateSettings({ network: { hidden: [] } }), 5), []);
});

test('how long a certificate will take is estimated from a short run of it', async (t) => {
  const { network, learning, certificate } = TINY;
  const settings = resolveCertificateSettings({ network: network ?? {}, learning: learning ?? {}, steps: 1000, certificate: { ...certificate, critics: ['linear'] } });
  const seconds = await estimateSeconds(settings, { parallel: 2, signal: new AbortController().signal });
  t.true(Number.isFinite(seconds) && seconds > 0);
});
