import { BIAS_NEURON, type Topology } from '../network/topology.js';
import { CRITIC } from '../objective/objective.js';
import type { Tensor } from '../telemetry/safetensors.js';
import { takeParameters } from './parameters.js';
import type { BatchedShape } from './shape.js';

/**
 * The learned numbers as named tensors, the replicas one after another: `hidden1.weight` [replicas, neurons, inputs], `hidden1.bias`
 * [replicas, neurons] and `hidden1.critic` [replicas, neurons, numbers], each replica's as a simulation's files have them.
 */
export function batchedTensors({ populations, rowOffset }: Topology, shape: BatchedShape, replicas: number, values: Float32Array): Record<string, Tensor> {
  const each = Array.from({ length: replicas }, (_, replica) => takeParameters(shape, replicas, replica, values));
  const part = 1 + shape.outputs;
  const tensors: Record<string, Tensor> = {};
  for (const { name, kind, begin, end, sources } of populations) {
    const neurons = end - begin;
    if (sources.length > 0) {
      const rows = join(each.map(({ weights }) => weights.subarray(rowOffset[begin], rowOffset[end])));
      const hasBias = sources[0] === BIAS_NEURON;
      const inputs = sources.length - (hasBias ? 1 : 0);
      tensors[`${name}.weight`] = { shape: [replicas, neurons, inputs], values: hasBias ? rows.filter((_, i) => i % sources.length !== 0) : rows };
      if (hasBias) tensors[`${name}.bias`] = { shape: [replicas, neurons], values: rows.filter((_, i) => i % sources.length === 0) };
    }
    if (kind !== 'output') tensors[`${name}.${CRITIC}`] = { shape: [replicas, neurons, part], values: join(each.map(({ critic }) => critic.subarray(begin * part, end * part))) };
  }
  return tensors;
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}
