import { BIAS_NEURON, type Topology } from '../network/topology.js';
import { WEIGHTS } from '../supervisor/plan.js';
import type { ParameterTable } from '../memory/parameters.js';
import type { Tensor } from '../telemetry/safetensors.js';

/**
 * The learned numbers as tensors, population by population: `hidden1.weight` [neurons, inputs], `hidden1.bias` [neurons]
 * as PyTorch's linear layers have them, and each parameter of the rule, for example `hidden1.critic` [neurons, numbers].
 */
export function weightTensors(topology: Topology, tables: Readonly<Record<string, ParameterTable>>): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { name, begin, end, sources } of topology.populations) {
    for (const [parameter, table] of Object.entries(tables)) {
      const count = table.offset[begin + 1] - table.offset[begin];
      if (count === 0) continue;
      const values = table.values.slice(table.offset[begin], table.offset[end]);
      if (parameter === WEIGHTS) Object.assign(tensors, splitBias(name, sources, values));
      else tensors[`${name}.${parameter}`] = { shape: [end - begin, count], values };
    }
  }
  return tensors;
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
