import { DivergenceError } from '../errors.js';
import { everybody } from '../kernels/kernels.js';
import type { ParameterShape } from '../memory/parameters.js';
import { BIAS_NEURON, type Topology } from '../network/topology.js';
import { CRITIC, type Batch, type Neuron, type RuleContext } from './rule.js';

/**
 * The critic of a neuron that shares nothing but the reward: numbers of its own, and a target copy. Input neurons take no
 * action and keep none.
 *
 * @param size how many numbers a neuron keeps that reads these sources
 */
export function ownCriticShape({ populations }: Topology, size: (sources: Int32Array) => number): ParameterShape {
  const lengths = populations.flatMap(({ kind, begin, end, sources }) =>
    new Array<number>(end - begin).fill(kind === 'input' ? 0 : size(sources)),
  );
  return { name: CRITIC, lengths, target: true, published: false, learned: true };
}

/** The arithmetic of a critic that is linear in all voltages, for neurons that share no other. */
export interface VoltageValue {
  /**
   * The part of the TD error that a linear value accounts for: error[b] = r + γ θ'·v' - θ·v.
   *
   * Reads: all voltages. Writes: `error`, [size].
   *
   * @param value θ_v; [neurons]
   * @param target θ'_v; [neurons]
   */
  error(batch: Batch, value: Float32Array, target: Float32Array, error: Float32Array): void;
  /** values[b] = θ·v, the part of Q(v, a) that voltages account for. Reads: all voltages. Writes: `values`, [size]. */
  evaluate(batch: Batch, value: Float32Array, values: Float32Array): void;
  /** gradient[m] = mean(coefficient · v_m) for each neuron m. Writes: `gradient`, its first `neurons` numbers. */
  gradient(batch: Batch, coefficient: Float32Array, gradient: Float32Array): void;
}

export function createVoltageValue({ kernels, topology: { neurons }, batchSize: size }: RuleContext): VoltageValue {
  const all = everybody(neurons);
  const sum = kernels.numbers(2 * size);
  const states = { begin: 0, end: 1, lanes: 2 * size, laneBegin: 0, laneEnd: size };
  const successors = { ...states, laneBegin: size, laneEnd: 2 * size };
  return {
    error({ board: { voltages }, reward, continuation }, value, target, error) {
      kernels.weightedInputs(value, all, voltages, sum, states);
      kernels.weightedInputs(target, all, voltages, sum, successors);
      for (let b = 0; b < size; b += 1) error[b] = reward[b] + continuation[b] * sum[size + b] - sum[b];
    },
    evaluate({ board: { voltages } }, value, values) {
      kernels.weightedInputs(value, all, voltages, sum, states);
      values.set(sum.subarray(0, size));
    },
    gradient({ board: { voltages, lanes } }, coefficient, gradient) {
      kernels.gradients(coefficient, size, 1, all, voltages, lanes, size, gradient);
      for (let m = 0; m < neurons; m += 1) gradient[m] /= size;
    },
  };
}

/** Offset in `batch.acted` of the voltages that a neuron acted with. */
export function actedOffset({ firstExplorer, size }: Batch, neuron: Neuron): number {
  return (neuron.index - firstExplorer) * size;
}

/** μ'^n(v') = σ(K'^n v'), what the neuron's target copy would do in the successors of the transitions; [size], overwritten by the next call. */
export type TargetAction = (neuron: Neuron, batch: Batch) => Float32Array;

export function createTargetAction({ kernels, batchSize: size }: RuleContext): TargetAction {
  const z = kernels.numbers(2 * size);
  const action = kernels.numbers(2 * size);
  const successors = { begin: 0, end: 1, lanes: 2 * size, laneBegin: size, laneEnd: 2 * size };
  return ({ weights, sources, activation }, { board: { voltages } }) => {
    kernels.weightedInputs(weights.target, sources, voltages, z, successors);
    kernels.activate(activation.name, z, action, successors);
    return action.subarray(size);
  };
}

/** Rows of `observeSituation`: the constant, the sources but the bias neuron, which is that constant, and the action. */
export function situationSize(sources: Int32Array): number {
  return sources.length + (sources.includes(BIAS_NEURON) ? 1 : 2);
}

/**
 * What a neuron's own critic may judge, x = (1, v, a): v the voltages of its sources, and a its action, which is in turn the
 * one it took, the one it would take now, and the one its target copy would take next:
 *
 *   lanes 0..size: (1, v, a),   size..2·size: (1, v, μ(v)),   2·size..3·size: (1, v', μ'(v'))
 *
 * Reads: voltages of the neuron's sources and its own, its own acted voltages, K'. Writes: `situation`.
 *
 * @param next what `TargetAction` gives for them; [size]
 * @param situation [situationSize, 3 · size], row-major
 */
export function observeSituation(neuron: Neuron, batch: Batch, next: Float32Array, situation: Float32Array): void {
  const { size, board: { voltages, lanes }, acted } = batch;
  const width = 3 * size;
  situation.fill(1, 0, width);
  let row = width;
  for (const source of neuron.sources) {
    if (source === BIAS_NEURON) continue;
    const lane = source * lanes;
    for (let b = 0; b < size; b += 1) {
      situation[row + b] = situation[row + size + b] = voltages[lane + b];
      situation[row + 2 * size + b] = voltages[lane + size + b];
    }
    row += width;
  }
  const own = actedOffset(batch, neuron);
  for (let b = 0; b < size; b += 1) {
    situation[row + b] = acted[own + b];
    situation[row + size + b] = voltages[neuron.index * lanes + b];
    situation[row + 2 * size + b] = next[b];
  }
}

/** @throws DivergenceError naming the neuron, where its TD error has left the finite numbers */
export function checkTdError(neuron: Neuron, error: Float32Array): void {
  let sum = 0;
  for (let b = 0; b < error.length; b += 1) sum += error[b];
  if (!Number.isFinite(sum)) throw new DivergenceError(neuron.name, 'TD error', sum);
}
