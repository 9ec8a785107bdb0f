import { DivergenceError } from '../errors.js';
import { iota } from '../kernels/kernels.js';
import type { PeerParameter, ParameterShape } from '../memory/parameters.js';
import { neuronName, type Topology } from '../network/topology.js';
import { polyakUpdate } from '../optimise/update.js';
import type { Batch } from './batch.js';
import { CRITIC, type Objective, type ObjectiveContext, type ObjectiveDefinition } from './objective.js';
import { tdError } from './targets.js';

/** Each input and hidden neuron keeps [θ_n, w_{1,n}, …, w_{K,n}] and a target copy. */
export function linearTdShape({ neurons, outputs }: Topology): ParameterShape {
  const size = 1 + outputs.end - outputs.begin;
  const lengths = Array.from({ length: neurons }, (_, neuron) => (neuron < outputs.begin ? size : 0));
  return { name: CRITIC, lengths, target: true, published: true, learned: true };
}

/**
 * The linear TD objective: a critic whose parts are spread over the neurons, and the one TD error that is broadcast to all of them:
 *
 *   Q = Σ_n v_n (θ_n + Σ_k (a_k - μ_k) w_{k,n}),   D = r + γ Σ_n θ'_n v'_n - Q
 *
 * Neuron n owns θ_n and w_{k,n}, one for each output k, and its contribution to the sum is its own voltage times its own
 * numbers: what crosses neurons is the sum. Output neurons contribute nothing, their voltages being the action. It is
 * computed by every partition from the published voltages, in neuron order, so that all receive the same scalar.
 *
 *   signals: D, and D (a_k - μ_k) for each output k      outputs: ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *   θ_n += η_Q mean(D v_n),  w_{k,n} += η_Q mean(D (a_k - μ_k) v_n), then the target copy follows
 */
export function createLinearTd({ kernels, topology, peers, rates, optimiser, batchSize, longest }: ObjectiveContext): Objective {
  const { values, target } = peers[CRITIC];
  const first = topology.outputs.begin;
  const outputs = topology.outputs.end - first;
  const size = 1 + outputs;
  const signals = kernels.numbers(size * batchSize);
  const shares = kernels.numbers(size * batchSize); // the signals over the size of the minibatch: what a mean is summed from
  const sums = kernels.numbers(size * batchSize); // Σ_n θ_n v_n, and Σ_n w_{k,n} v_n of each output
  const slope = sums.subarray(batchSize); // outputs' errors: ∂Q/∂a_k
  const deviation = new Float32Array(outputs * batchSize);
  const successorValue = kernels.numbers(batchSize);
  const gradient = kernels.numbers(longest);
  const ownSignals = iota(size);

  function observeActions({ activations, sampled, firstStochastic }: Batch): void {
    for (let k = 0; k < outputs; k += 1) {
      const mean = (first + k) * activations.lanes;
      const action = (first + k - firstStochastic) * batchSize;
      for (let b = 0; b < batchSize; b += 1) deviation[k * batchSize + b] = sampled[action + b] - activations.voltages[mean + b];
    }
  }

  function observeVoltages({ activations: { voltages, lanes } }: Batch): void {
    kernels.readOut(values, size, size, voltages, { begin: 0, end: first, lanes, laneBegin: 0, laneEnd: batchSize }, sums); // not spread from one: a microsecond each
    kernels.readOut(target, size, 1, voltages, { begin: 0, end: first, lanes, laneBegin: batchSize, laneEnd: 2 * batchSize }, successorValue);
  }

  /** Q of transition `b`. */
  function valueOf(b: number): number {
    let value = sums[b];
    for (let k = 0; k < outputs; k += 1) value += deviation[k * batchSize + b] * slope[k * batchSize + b];
    return value;
  }

  return {
    error: { signals, outputs: slope },
    evaluate(batch) {
      observeActions(batch);
      observeVoltages(batch);
      for (let b = 0; b < batchSize; b += 1) {
        const error = tdError(batch.reward[b], batch.discounts[b], successorValue[b], valueOf(b));
        signals[b] = error;
        if (!Number.isFinite(signals[b])) throw valueDivergence(topology, peers[CRITIC], size, signals[b]); // as stored: float32 ends at 3.4e38
        for (let k = 0; k < outputs; k += 1) signals[(1 + k) * batchSize + b] = error * deviation[k * batchSize + b];
      }
      for (let i = 0; i < shares.length; i += 1) shares[i] = signals[i] / batchSize;
    },
    estimate(value) {
      for (let b = 0; b < batchSize; b += 1) value[b] = valueOf(b);
    },
    learnPart(neuron, { activations: { voltages, lanes } }, update) {
      const part = neuron.parameters[CRITIC];
      const own = voltages.subarray(neuron.index * lanes, (neuron.index + neuron.count) * lanes);
      kernels.gradients(own, lanes, neuron.count, ownSignals, shares, batchSize, batchSize, gradient);
      optimiser.step(part, gradient, rates.criticRate, update);
      polyakUpdate(kernels, part, rates.targetRate);
    },
  };
}

/** `linear-td`: see `createLinearTd`. */
export const linearTd: ObjectiveDefinition = {
  name: 'linear-td',
  summary: 'the policy climbs a linear critic, whose parts are spread over the neurons and learn by TD',
  parameters: (topology) => [linearTdShape(topology)],
  create: createLinearTd,
};

/**
 * The error for a broadcast TD error that is not finite. It names the neuron whose critic part is not finite;
 * where all are finite, the one with the largest.
 *
 * @param size numbers that each input and hidden neuron keeps
 */
export function valueDivergence(topology: Topology, { values, target }: PeerParameter, size: number, error: number): DivergenceError {
  let worst = 0;
  const magnitude = (neuron: number) => {
    let largest = 0;
    const part = [values, target].flatMap((numbers) => [...numbers.subarray(neuron * size, (neuron + 1) * size)]);
    for (const number of part) largest = Math.max(largest, Math.abs(number));
    return Number.isNaN(largest) ? Infinity : largest;
  };
  for (let neuron = 1; neuron < topology.outputs.begin; neuron += 1) if (magnitude(neuron) > magnitude(worst)) worst = neuron;
  return new DivergenceError(neuronName(topology, worst), 'TD error, led by the critic part', error);
}
