import { resolve } from 'node:path';

import test from 'ava';

import { ddpgSettings } from '../../src/certificate/settings.js';
import { RULES } from '../../src/entries/internals.js';
import { CRITIC_NAMES } from '../../src/entries/study.js';
import { createDdpg, DivergenceError } from '../../src/index.js';
import type { Certified } from '../../src/certificate/certificate.js';
import type { CertificateOptions } from '../../src/certificate/settings.js';
import { tinyCertificate } from './fixture.js';

const CHOSEN = ['hidden1[0]', 'hidden1[1]', 'hidden2[0]', 'hidden2[1]'];

async function run(options: CertificateOptions = {}): Promise<{ certified: Certified; weights: string }> {
  const certificate = await tinyCertificate(options);
  await certificate.run();
  const [weights, certified] = [Buffer.from(certificate.training.encodeWeights()).toString('base64'), certificate.certified()];
  await certificate.close();
  return { certified, weights };
}

test('DDPG takes the same steps with and without a certificate, whichever kinds it measures', async (t) => {
  const watched = await tinyCertificate();
  const alone = await createDdpg(ddpgSettings(watched.settings, CHOSEN));
  await watched.run();
  await alone.run();
  t.deepEqual(watched.training.encodeWeights(), alone.encodeWeights());
  const [own, other] = [watched.training, alone].map(({ agent: { actor: { topology, weights } } }) => weights.of(0, topology.neurons));
  t.deepEqual(own, other);
  await watched.close();
  await alone.close();
});

test('one seed gives one certificate, another seed another', async (t) => {
  const first = await run();
  t.deepEqual(await run(), first);
  t.notDeepEqual((await run({ seed: 2 })).certified.probes, first.certified.probes);
});

test('kinds do not disturb one another', async (t) => {
  const together = (await run()).certified;
  const { certified: alone } = await run({ certificate: { critics: ['compatible'] } });
  t.deepEqual(alone.courses, together.courses.filter(({ kind }) => kind === 'compatible'));
});

test('every probe measures every kind at every chosen neuron, at the given steps and at the end', async (t) => {
  const { certified: { probes, courses, neurons, kinds } } = await run();
  t.deepEqual(probes.map(({ step }) => step), [80, 120, 160]);
  t.deepEqual(neurons.map(({ neuron }) => neuron), [...CHOSEN, 'output[0]']);
  t.deepEqual(kinds.map(({ kind }) => kind), [...CRITIC_NAMES]);
  const rules = Object.values(RULES).filter(({ data }) => data === 'replay').map(({ name }) => name);
  t.deepEqual([...CRITIC_NAMES, 'kolen-pollack'].toSorted(), ['twin', ...rules].toSorted()); // whose feedback follows the weights' own steps
  for (const { value, neurons: records } of probes) {
    t.true(Number.isFinite(value));
    for (const { neuron, kinds: agreements } of records) {
      for (const kind of CRITIC_NAMES) {
        const { cosine, normRatio, value: own } = agreements[kind];
        t.true(Math.abs(cosine.value) <= 1 && cosine.low <= cosine.high && normRatio.value > 0 && Number.isFinite(own), `${kind} at ${neuron}`);
      }
    }
  }
  t.is(courses.length, CRITIC_NAMES.length * (neurons.length + 4)); // hidden1, hidden2, output and all hidden together
});

test('credits are certified under linear TD, a module of one\'s own too; none gives hidden neurons no gradient', async (t) => {
  const own = resolve('examples/sign-credit.js');
  const { certified: { probes, kinds } } = await run({ certificate: { critics: ['./examples/sign-credit.js', 'none', 'broadcast'] } });
  t.deepEqual(kinds.map(({ kind }) => kind), ['broadcast', 'none', own]);
  for (const { neuron, kinds: agreements } of probes.flatMap(({ neurons }) => neurons)) {
    t.true(Number.isFinite(agreements[own].cosine.value));
    t.is(agreements.none.normRatio.value === 0, neuron.startsWith('hidden'));
  }
});

test('the reference holds against finite differences at every neuron', async (t) => {
  const { certified: { probes } } = await run();
  for (const { neurons } of probes) {
    for (const { neuron, finiteDifference: { error, along, weights } } of neurons) {
      t.true(error < 1e-3, `${neuron}: ${error}`);
      t.true(along > 0 && weights.length === 3);
    }
  }
});

test('critics learn: their estimates follow the rewards from 0 downwards', async (t) => {
  const { certified: { probes } } = await run({ steps: 400, certificate: { probeEvery: 100 } });
  const [first, last] = [probes[0], probes[probes.length - 1]].map(({ neurons }) => neurons[0].kinds);
  for (const kind of ['linear', 'compatible', 'quadratic', 'broadcast'] as const) t.true(last[kind].value < first[kind].value && last[kind].value < -0.3, kind);
});

test('with a critic rate of 0 no estimator has a direction or a value', async (t) => {
  const { certified: { probes, kinds } } = await run({ certificate: { criticRate: 0, critics: ['linear', 'compatible', 'broadcast'] } });
  t.true(kinds.every(({ criticRate }) => criticRate === 0));
  for (const { neurons } of probes) {
    for (const kind of ['linear', 'compatible']) {
      t.true(neurons.every(({ kinds: of }) => Number.isNaN(of[kind].cosine.value) && of[kind].normRatio.value === 0 && of[kind].value === 0));
    }
  }
});

test('an estimator that diverges is reported, and the others continue', async (t) => {
  const learning = { warmup: 64, batch: 16, optimiser: 'sgd' } as const;
  const { certified: { kinds, probes } } = await run({ learning, certificate: { criticRate: 1e4, critics: ['linear', 'broadcast'] } });
  t.true(kinds.every(({ failure }) => /^TD error.* of neuron .* became .* at update \d+$/.test(failure ?? '')));
  t.true(Number.isNaN(probes[probes.length - 1].neurons[0].kinds.linear.cosine.value));
  const { weights } = await run({ learning, certificate: { criticRate: 1e4, critics: ['linear', 'broadcast'] } });
  t.is(weights, (await run({ learning, certificate: { critics: ['linear'] } })).weights);
});

test('DDPG itself diverging ends the run', async (t) => {
  const certificate = await tinyCertificate({ learning: { warmup: 64, batch: 16, optimiser: 'sgd', criticRate: 1e30 } });
  await t.throwsAsync(certificate.run(), { instanceOf: DivergenceError });
  await certificate.close();
});

test('an aborted run is probed where it ends', async (t) => {
  const certificate = await tinyCertificate({ steps: 100_000 });
  const interruption = new AbortController();
  await certificate.run({ signal: interruption.signal, onProbe: ({ step }) => { if (step === 120) interruption.abort(); } });
  t.deepEqual(certificate.certified().probes.map(({ step }) => step), [80, 120]);
  await certificate.close();
});

test('a network without hidden layers has its outputs certified', async (t) => {
  const { certified: { neurons, probes } } = await run({ network: { hidden: [] }, environment: 'CartPole-v1' });
  t.deepEqual(neurons.map(({ neuron }) => neuron), ['output[0]', 'output[1]']);
  t.deepEqual(probes[0].layers.map(({ layer }) => layer), ['output']);
});
