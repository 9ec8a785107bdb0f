import { DivergenceError } from '../errors.js';
import { iota, type Kernels } from '../kernels/kernels.js';
import type { ParameterShape } from '../memory/parameters.js';
import { BIAS_NEURON, neuronName, sourcesOf, type Topology } from '../network/topology.js';
import { CRITIC } from '../objective/objective.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { RuleContext } from './rule.js';

/**
 * The critic of a neuron that shares nothing but the reward: numbers of its own, and a target copy. Input neurons take no
 * action and keep none.
 *
 * @param size how many numbers a neuron keeps that reads these sources
 */
export function localCriticShape({ populations }: Topology, size: (sources: Int32Array) => number): ParameterShape {
  const lengths = populations.flatMap((population) => {
    const { kind, begin, end, sources, rows } = population;
    if (rows === undefined) return new Array<number>(end - begin).fill(kind === 'input' ? 0 : size(sources));
    return Array.from({ length: end - begin }, (_, row) => size(sourcesOf(population, begin + row)));
  });
  return { name: CRITIC, lengths, target: true, published: false, learned: true };
}

/** Neurons of the largest population: of no group there are more. */
export function largestPopulation({ populations }: Topology): number {
  return populations.reduce((most, { begin, end }) => Math.max(most, end - begin), 0);
}

/** Voltages that the value part of a neuron's own critic reads: those of its sources, or of all neurons. */
export type CriticInputs = 'sources' | 'all';

/**
 * The arithmetic of critics that are linear in voltages, of one neuron or a group: each keeps its θ_v, a number for every neuron it reads, where
 * its part of `CRITIC` begins. As all of a group see the same voltages, its values are one product, and so are its gradients.
 */
export interface VoltageValue {
  /**
   * θ·v in lanes 0..size and θ'·v' in lanes size..2·size; [count, 2 · size], row-major, overwritten by the next call.
   *
   * Reads: the voltages of the critic's inputs.
   */
  evaluate(neuron: Neuron, batch: Batch): Float32Array;
  /**
   * gradient[r, m] = Σ_b coefficients[r, b] v_m for each input neuron m. Writes: `gradient`, the first numbers of each row's.
   *
   * @param coefficients [count, size], row-major
   * @param gradient laid out as the group's `CRITIC`
   */
  gradient(neuron: Neuron, batch: Batch, coefficients: Float32Array, gradient: Float32Array): void;
}

export function createVoltageValue({ kernels, topology, batchSize: size }: RuleContext, sight: CriticInputs): VoltageValue {
  const all = iota(topology.neurons);
  const seen = ({ sources }: Neuron) => (sight === 'all' ? all : sources);
  const lanes = 2 * size;
  const sums = kernels.numbers(largestPopulation(topology) * lanes);
  return {
    evaluate(neuron, { activations: { voltages } }) {
      const { count, parameters: { [CRITIC]: { values, target } } } = neuron;
      const stride = values.length / count;
      kernels.weightedInputs(values, seen(neuron), voltages, sums, { begin: 0, end: count, lanes, laneBegin: 0, laneEnd: size }, stride);
      kernels.weightedInputs(target, seen(neuron), voltages, sums, { begin: 0, end: count, lanes, laneBegin: size, laneEnd: lanes }, stride);
      return sums;
    },
    gradient(neuron, { activations: { voltages } }, coefficients, gradient) {
      const { count, parameters: { [CRITIC]: { values } } } = neuron;
      kernels.gradients(coefficients, size, count, seen(neuron), voltages, lanes, size, gradient, values.length / count);
    },
  };
}

/** Offset in `batch.sampled` of the voltages that a neuron, or the first of a group, acted with. */
export function sampledOffset({ firstStochastic, size }: Batch, neuron: Neuron): number {
  return (neuron.index - firstStochastic) * size;
}

/**
 * μ'^n(v') = σ(K'^n v'), what the target copies of a neuron or group would do in the successors of the transitions, in lanes size..2·size;
 * [count, 2 · size], row-major, overwritten by the next call.
 */
export type TargetAction = (neuron: Neuron, batch: Batch) => Float32Array;

export function createTargetAction({ kernels, topology, batchSize: size }: RuleContext): TargetAction {
  const lanes = 2 * size;
  const length = largestPopulation(topology) * lanes;
  const [z, action] = [kernels.numbers(length), kernels.numbers(length)];
  return ({ count, weights, sources, population: { activation } }, { activations: { voltages } }) => {
    const successors = { begin: 0, end: count, lanes, laneBegin: size, laneEnd: lanes };
    kernels.weightedInputs(weights.target, sources, voltages, z, successors);
    kernels.activate(activation, z, action, successors);
    return action;
  };
}

/** Numbers of the situation x = (1, v, a) that a neuron's own critic may judge: v the voltages of its sources but the bias neuron, which is that 1, and a its action. */
export function criticInputSize(sources: Int32Array): number {
  return sources.length + (sources.includes(BIAS_NEURON) ? 1 : 2);
}

/**
 * What a neuron or group reads: (1, v) of each transition, and (1, v') of its successor.
 *
 * Reads: voltages of the sources. Writes: `states` and `successors`, [situationSize - 1, size], row-major, both.
 *
 * @returns how many numbers these are
 */
export function observeSources(kernels: Kernels, { sources }: Neuron, { size, activations: { voltages, lanes } }: Batch, states: Float32Array, successors: Float32Array): number {
  states.fill(1, 0, size);
  successors.fill(1, 0, size);
  let order = 1;
  for (const source of sources) {
    if (source === BIAS_NEURON) continue;
    const lane = source * lanes;
    kernels.copy(voltages, lane, lane + size, states, order * size);
    kernels.copy(voltages, lane + size, lane + 2 * size, successors, order * size);
    order += 1;
  }
  return order;
}

/** The error for a neuron with a TD error that is not finite. */
export function tdDivergence(topology: Topology, neuron: number, error: Float32Array): DivergenceError {
  return new DivergenceError(neuronName(topology, neuron), 'TD error', error.reduce((sum, each) => sum + each, 0));
}

/**
 * @param neuron one, or a group
 * @param error [count, size], row-major
 * @throws DivergenceError naming the first neuron whose TD error has left the finite numbers
 */
export function checkTdError(topology: Topology, { index, count }: Neuron, error: Float32Array, size: number): void {
  for (let row = 0; row < count; row += 1) {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i += 1) sum += error[i];
    if (!Number.isFinite(sum)) throw tdDivergence(topology, index + row, error.subarray(row * size, (row + 1) * size));
  }
}
