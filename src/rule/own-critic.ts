import { DivergenceError } from '../errors.js';
import { addScaled, innerProduct } from '../kernels/reference.js';
import type { ParameterShape } from '../memory/parameters.js';
import type { Topology } from '../network/topology.js';
import { CRITIC, type Batch, type Neuron } from './rule.js';


/**
 * The critic of a neuron that shares nothing but the reward: `size` numbers of its own over the voltages of the whole
 * network (the paper's S^n = V), and a target copy. Input neurons take no action and keep none.
 */
export function ownCriticShape(topology: Topology, size: number): ParameterShape {
  const lengths = Array.from({ length: topology.neurons }, (_, neuron) => (neuron >= topology.inputs.end ? size : 0));
  return { name: CRITIC, lengths, target: true, published: false, learned: true };
}

/**
 * The part of the TD error that a linear value accounts for: error[b] = r + γ θ'·v' - θ·v.
 *
 * Reads: all voltages. Writes: `error`, [size].
 *
 * @param value θ_v; [neurons]
 * @param target θ'_v; [neurons]
 */
export function valueError(batch: Batch, value: Float32Array, target: Float32Array, error: Float32Array): void {
  const { size, board: { voltages, lanes }, reward, continuation } = batch;
  error.fill(0);
  for (let m = 0; m < target.length; m += 1) addScaled(target[m], voltages, m * lanes + size, error, size);
  for (let b = 0; b < size; b += 1) error[b] = reward[b] + continuation[b] * error[b];
  for (let m = 0; m < value.length; m += 1) addScaled(-value[m], voltages, m * lanes, error, size);
}

/** gradient[m] = mean(coefficient · v_m) for each neuron m. Writes: `gradient`, its first `neurons` numbers. */
export function voltageGradient(batch: Batch, coefficient: Float32Array, neurons: number, gradient: Float32Array): void {
  const { size, board: { voltages, lanes } } = batch;
  for (let m = 0; m < neurons; m += 1) gradient[m] = innerProduct(coefficient, voltages, m * lanes, size) / size;
}

/** Offset in `batch.acted` of the voltages that a neuron acted with. */
export function actedOffset({ firstExplorer, size }: Batch, neuron: Neuron): number {
  return (neuron.index - firstExplorer) * size;
}

/** @throws DivergenceError naming the neuron, where its TD error has left the finite numbers */
export function checkTdError(neuron: Neuron, error: Float32Array): void {
  let sum = 0;
  for (let b = 0; b < error.length; b += 1) sum += error[b];
  if (!Number.isFinite(sum)) throw new DivergenceError(neuron.name, 'TD error', sum);
}
