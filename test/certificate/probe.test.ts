import test from 'ava';

import { createProbe, type ProbeResult } from '../../src/certificate/probe.js';
import { createStream } from '../../src/random/stream.js';
import { madeUpKind, madeUpReference } from './fixture.js';

const NEURONS = [
  { index: 4, name: 'hidden1[0]', layer: 'hidden1', kind: 'hidden' },
  { index: 5, name: 'hidden1[1]', layer: 'hidden1', kind: 'hidden' },
  { index: 6, name: 'hidden2[0]', layer: 'hidden2', kind: 'hidden' },
  { index: 7, name: 'output[0]', layer: 'output', kind: 'output' },
] as const;
const MINIBATCHES = 16;

/** Gradients around a mean, with noise of a standard deviation. */
function noisy(mean: readonly number[], deviation: number): number[][] {
  const stream = createStream(1, 'test');
  return Array.from({ length: MINIBATCHES }, () => mean.map((value) => value + deviation * stream.gaussian()));
}

function look(gradients: readonly (readonly number[])[], say: (reference: Float32Array) => Float32Array): ProbeResult {
  const reference = madeUpReference(gradients);
  const kind = madeUpKind('kind', (neuron) => say(reference.gradientOf(neuron)));
  return createProbe({ reference, kinds: [kind], neurons: NEURONS, minibatches: MINIBATCHES, ticks: 5 })(100, 50);
}

/** Every estimate of agreement in a probe: of neurons and of layers. */
function agreements({ record }: ProbeResult) {
  const ofNeurons = record.neurons.map(({ kinds: { kind } }) => kind);
  const ofLayers = record.layers.map(({ kinds: { kind } }) => kind);
  return {
    cosines: [...ofNeurons.flatMap(({ cosine, pairedCosine }) => [cosine, pairedCosine]), ...ofLayers.flatMap(({ mean, median, concatenated, pairedCosine }) => [mean, median, concatenated, pairedCosine])],
    ratios: [...ofNeurons, ...ofLayers].map(({ normRatio }) => normRatio),
  };
}

const CLEAR = noisy([1, -2, 0.5, 3], 0.5);

for (const [what, factor] of [['the reference itself', 1], ['its negative', -1], ['three times the reference', 3]] as const) {
  test(`an estimator that gives ${what} has cosine ${Math.sign(factor)} and norm ratio ${Math.abs(factor)}, on every resample`, (t) => {
    const { cosines, ratios } = agreements(look(CLEAR, (reference) => reference.map((each) => factor * each)));
    for (const { value, low, high } of cosines) for (const each of [value, low, high]) t.true(Math.abs(each - Math.sign(factor)) < 1e-9);
    for (const { value, low, high } of ratios) for (const each of [value, low, high]) t.true(Math.abs(each - Math.abs(factor)) < 1e-6);
  });
}

test('an estimator at right angles to the gradient has cosine 0', (t) => {
  const { cosines } = agreements(look(CLEAR, ([a, b, c, d]) => Float32Array.of(b, -a, d, -c)));
  for (const { value } of cosines) t.true(Math.abs(value) < 1e-6);
});

test('an estimator that gives 0 has no direction', (t) => {
  const { cosines, ratios } = agreements(look(CLEAR, (reference) => new Float32Array(reference.length)));
  for (const { value, low } of cosines) t.true(Number.isNaN(value) && Number.isNaN(low));
  for (const { value } of ratios) t.is(value, 0);
});

test('a reference that is noise is marked, and left out of its layer', (t) => {
  const { record, cosines } = look(noisy([0, 0, 0, 0], 1), (reference) => reference);
  for (const { reference } of record.neurons) t.false(reference.valid);
  for (const { layer, neurons, valid, kinds: { kind } } of record.layers) {
    t.is(valid, 0, layer);
    t.true(neurons > 0);
    for (const { value, low, high } of [kind.mean, kind.median, kind.concatenated, kind.normRatio]) t.true([value, low, high].every(Number.isNaN));
    t.true(Math.abs(kind.pairedCosine.value - 1) < 1e-9, 'the paired cosine needs no valid mean');
  }
  t.false(cosines.get('kind')?.has('hidden1[0]'));
});

test('a clear reference is valid and agrees with itself in both halves', (t) => {
  for (const { reference: { valid, splitHalf, norm, sampling } } of look(CLEAR, (reference) => reference).record.neurons) {
    t.true(valid && splitHalf > 0.95);
    t.true(Math.abs(norm - Math.hypot(1, 2, 0.5, 3)) < 3 * sampling);
  }
});

test('layers are gathered from their neurons, and all hidden layers once more together', (t) => {
  const { record } = look(CLEAR, (reference) => reference);
  t.deepEqual(record.layers.map(({ layer, neurons }) => [layer, neurons]), [['hidden1', 2], ['hidden2', 1], ['output', 1], ['hidden', 3]]);
  t.like(record, { step: 100, updates: 50 });
});
