import { compare, createResampling, estimate, joinProducts, meansOf, overNeurons, productsOf, type Resampled, type Resampling } from './agreement.js';
import { groupByLayer, type ProbedNeuron } from './probed-neurons.js';
import type { GradientEstimator } from './estimator.js';
import type { LayerAgreement, NeuronAgreement, NeuronRecord, ProbeRecord } from './records.js';
import type { Reference } from './reference.js';
import { judgeReference, type Validity } from './validity.js';

export interface ProbeContext {
  readonly reference: Reference;
  readonly kinds: readonly GradientEstimator[];
  readonly neurons: readonly ProbedNeuron[];
  /** Fresh minibatches that each probe draws. */
  readonly minibatches: number;
  /** Ticks of actor and critic together: how deep the reference is computed. */
  readonly ticks: number;
}

export interface ProbeResult {
  readonly record: ProbeRecord;
  /** Cosines on every resample, by kind and then by neuron's or layer's name. */
  readonly cosines: ReadonlyMap<string, ReadonlyMap<string, Resampled>>;
}

/** What a probe has read off: on each minibatch each neuron's gradients, by reference and by kind. */
interface Reading {
  readonly value: number;
  /** [neurons][minibatches] */
  readonly reference: readonly (readonly Float32Array[])[];
  /** [kinds][neurons][minibatches] */
  readonly kinds: readonly (readonly (readonly Float32Array[])[])[];
  /** [kinds][neurons] */
  readonly values: readonly (readonly number[])[];
  /** [neurons] */
  readonly magnitudes: readonly number[];
}

/** Measures how well each kind's gradients agree with the reference. No parameter changes. */
export function createProbe(context: ProbeContext): (step: number, updates: number) => ProbeResult {
  const { reference, kinds, neurons, minibatches, ticks } = context;
  const resampling = createResampling(minibatches);
  let drawn = 0;

  return (step, updates) => {
    const reading = read(context, drawn);
    drawn += minibatches;
    const referenceMeans = reading.reference.map((rows) => meansOf(rows, resampling));
    const validity = reading.reference.map((rows, n) => judgeReference(rows, reading.magnitudes[n], 4 * ticks));
    const scene = { reading, referenceMeans, validity, neurons, resampling };
    const compared = kinds.map(({ name }, k) => ({ name, ...compareKind(k, scene) }));
    const records = neurons.map(({ index, name, layer }, n): NeuronRecord => ({
      neuron: name,
      layer,
      reference: validity[n],
      finiteDifference: reference.check(index),
      kinds: Object.fromEntries(compared.map(({ name: kind, perNeuron }) => [kind, perNeuron[n]])),
    }));
    const layers = groupByLayer(neurons).map(({ layer, members }, g) => ({
      layer,
      neurons: members.length,
      valid: members.filter((n) => validity[n].valid).length,
      kinds: Object.fromEntries(compared.map(({ name: kind, perLayer }) => [kind, perLayer[g]])),
    }));
    return { record: { step, updates, value: reading.value, neurons: records, layers }, cosines: new Map(compared.map(({ name, cosines }) => [name, cosines])) };
  };
}

function read({ reference, kinds, neurons, minibatches }: ProbeContext, first: number): Reading {
  const rowsOf = () => neurons.map((): Float32Array[] => []);
  const referenceRows = rowsOf();
  const kindRows = kinds.map(rowsOf);
  const values = kinds.map(() => neurons.map(() => 0));
  const sums = neurons.map(({ index }) => new Float64Array(reference.gradientOf(index).length));
  let value = 0;
  for (let m = 0; m < minibatches; m += 1) {
    reference.draw(first + m);
    value += reference.value / minibatches;
    for (const kind of kinds) kind.probe(reference.batch);
    neurons.forEach(({ index }, n) => {
      referenceRows[n].push(reference.gradientOf(index).slice());
      reference.addMagnitudes(index, sums[n]);
      kinds.forEach((kind, k) => {
        kindRows[k][n].push(kind.gradientOf(index).slice());
        values[k][n] += kind.valueOf(index) / minibatches;
      });
    });
  }
  return { value, reference: referenceRows, kinds: kindRows, values, magnitudes: sums.map((sum) => Math.hypot(...sum) / minibatches) };
}

/** What kinds are compared by. */
interface Scene {
  readonly reading: Reading;
  readonly neurons: readonly ProbedNeuron[];
  /** [neurons] */
  readonly referenceMeans: readonly Float64Array[];
  readonly validity: readonly Validity[];
  readonly resampling: Resampling;
}

/** Kind number `k` against the reference, neuron by neuron and layer by layer. */
function compareKind(k: number, { reading: { reference, kinds, values }, neurons, referenceMeans, validity, resampling }: Scene) {
  const cosines = new Map<string, Resampled>();
  const products = kinds[k].map((rows, n) => productsOf(rows, reference[n], referenceMeans[n], resampling));
  const compared = products.map(compare);
  const perNeuron = compared.map(({ cosine, normRatio, pairedCosine }, n): NeuronAgreement => {
    if (validity[n].valid) cosines.set(neurons[n].name, cosine);
    return { cosine: estimate(cosine), normRatio: estimate(normRatio), pairedCosine: estimate(pairedCosine), value: values[k][n] };
  });
  const perLayer = groupByLayer(neurons).map(({ layer, members }): LayerAgreement => {
    const valid = members.filter((n) => validity[n].valid);
    const mean = overNeurons(valid.map((n) => compared[n].cosine), resampling, 'mean');
    cosines.set(layer, mean);
    const whole = compare(joinProducts(valid.map((n) => products[n]), resampling));
    const median = overNeurons(valid.map((n) => compared[n].cosine), resampling, 'median');
    const { pairedCosine } = compare(joinProducts(members.map((n) => products[n]), resampling));
    return { mean: estimate(mean), median: estimate(median), concatenated: estimate(whole.cosine), normRatio: estimate(whole.normRatio), pairedCosine: estimate(pairedCosine) };
  });
  return { cosines, perNeuron, perLayer };
}
