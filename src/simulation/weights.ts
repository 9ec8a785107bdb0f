import { BIAS_NEURON, type Topology } from '../network/topology.js';
import { WEIGHTS } from '../placement/partitioned/run-layout.js';
import type { ParameterTable } from '../memory/parameters.js';
import type { Tensor } from '../telemetry/safetensors.js';

/**
 * The learned numbers as tensors, population by population: `hidden1.weight` [neurons, inputs], `hidden1.bias` [neurons]
 * as PyTorch's linear layers have them, and each parameter of the rule, for example `hidden1.critic` [neurons, numbers]. Where neurons do not
 * all read the same their rows are one after another, [numbers]: compressed sparse rows, whose offsets and sources `describePolicy` gives.
 */
export function weightTensors(topology: Topology, tables: Readonly<Record<string, ParameterTable>>): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, begin, end, sources, rows } of topology.populations) {
    for (const [parameter, table] of Object.entries(tables)) {
      const values = table.values.slice(table.offset[begin], table.offset[end]);
      const count = values.length / (end - begin);
      if (values.length === 0) continue;
      if (parameter === WEIGHTS && rows !== undefined) tensors[`${name}.weight`] = { shape: [values.length], values };
      else if (parameter === WEIGHTS) Object.assign(tensors, splitBias(name, sources, values));
      else if (rows !== undefined && !isAlike(table, begin, end)) tensors[`${name}.${parameter}`] = { shape: [values.length], values };
      else tensors[`${name}.${parameter}`] = { shape: [end - begin, count], values };
    }
  }
  return tensors;
}

/** Whether neurons keep as many numbers of a parameter each. */
function isAlike({ offset }: ParameterTable, begin: number, end: number): boolean {
  const count = offset[begin + 1] - offset[begin];
  for (let neuron = begin; neuron < end; neuron += 1) if (offset[neuron + 1] - offset[neuron] !== count) return false;
  return true;
}

function splitBias(name: string, sources: Int32Array, values: Float32Array): Record<string, Tensor> {
  const rows = values.length / sources.length;
  if (sources[0] !== BIAS_NEURON) return { [`${name}.weight`]: { shape: [rows, sources.length], values } };
  const inputs = sources.length - 1;
  return {
    [`${name}.weight`]: { shape: [rows, inputs], values: values.filter((_, i) => i % sources.length !== 0) },
    [`${name}.bias`]: { shape: [rows], values: values.filter((_, i) => i % sources.length === 0) },
  };
}

/** Euclidean norm of each population's weights. */
export function weightNorms({ populations, rowOffset }: Topology, weights: Float32Array): Record<string, number> {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return Object.fromEntries(
    populations
      .filter(({ kind }) => kind !== 'input')
      .map(({ name, begin, end }) => [name, norm(weights.subarray(rowOffset[begin], rowOffset[end]))]),
  );
}
