import type { Ddpg } from '../simulation/single.js';
import type { EventWriter } from '../telemetry/tensorboard.js';
import type { Estimate } from './agreement.js';
import type { ProbeRecord } from './records.js';

/**
 * Writes one probe to a TensorBoard event file: values, cosines and ratios of lengths as scalars; cosines, weights and TD errors as
 * histograms. Undefined numbers are left out.
 */
export function writeProbe(writer: EventWriter, { step, value, neurons, layers }: ProbeRecord, { agent }: Ddpg): void {
  const scalar = (tag: string, number: number) => {
    if (Number.isFinite(number)) writer.scalar(tag, step, number);
  };
  const agreement = (kind: string, of: string, cosine: Estimate, normRatio: Estimate) => {
    scalar(`cosine/${kind}/${of}`, cosine.value);
    scalar(`norm-ratio/${kind}/${of}`, normRatio.value);
  };
  scalar('q/network', value);
  for (const { neuron, reference, kinds } of neurons) {
    scalar(`reference-norm/${neuron}`, reference.norm);
    for (const [kind, each] of Object.entries(kinds)) {
      scalar(`q/${kind}/${neuron}`, each.value);
      if (reference.valid) agreement(kind, neuron, each.cosine, each.normRatio);
    }
  }
  for (const { layer, kinds } of layers) {
    for (const [kind, { mean, normRatio, pairedCosine }] of Object.entries(kinds)) {
      agreement(kind, layer, mean, normRatio);
      scalar(`paired-cosine/${kind}/${layer}`, pairedCosine.value);
    }
  }
  writeHistograms(writer, { step, neurons, layers }, agent);
  writer.flush();
}

function writeHistograms(writer: EventWriter, { step, neurons, layers }: Pick<ProbeRecord, 'step' | 'neurons' | 'layers'>, { actor, program }: Ddpg['agent']): void {
  const { populations, rowOffset } = actor.topology;
  for (const { name, begin, end, kind } of populations) {
    if (kind !== 'input') writer.histogram(`weights/${name}`, step, actor.weights.values.subarray(rowOffset[begin], rowOffset[end]));
  }
  writer.histogram('td-error/network', step, program.tdError);
  for (const { layer, kinds } of layers) {
    for (const kind of Object.keys(kinds)) {
      const cosines = neurons.filter((neuron) => neuron.layer === layer && neuron.reference.valid).map((neuron) => neuron.kinds[kind].cosine.value);
      writer.histogram(`cosines/${kind}/${layer}`, step, cosines);
    }
  }
}
