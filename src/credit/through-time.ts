import type { Kernels } from '../kernels/kernels.js';
import { backpropagate, planBackward, type BackwardPlan } from '../network/backpropagation.js';
import type { RecurrentInputs } from '../network/recurrent-inputs.js';
import { readOutRange } from '../network/topology.js';
import { multiplyTransferSlopes } from '../network/transfer.js';
import type { OutputError } from '../objective/objective.js';
import type { Optimiser } from '../optimise/optimiser.js';
import { createCreditPass, laneView, type CreditPass } from './credit-pass.js';
import type { CreditAssignment } from './credit.js';
import type { TrainedNetwork } from './trained-network.js';

/** A credit pass over consecutive steps of one episode, a lane each. */
export interface ThroughTime {
  /** See `CreditPass`. @param length lanes that hold steps; the others' gradients are 0 */
  run(weights: Float32Array, length: number): void;
}

/**
 * Credit for a network with recurrent inputs or leaky neurons, over the steps of a rollout. It is cut at the rollout's first step: what the neurons held then
 * counts as given.
 *
 * `backprop` is unrolled over the rollout: with c_n(t) the input that carries on the voltage of neuron n, and v_n of a leaky one,
 *
 *   ∂J/∂v_n(t) += s ∂J/∂c_n(t+1),   ∂J/∂c_n(t) += (1 - s) ∂J/∂c_n(t+1),   ∂J/∂v_n(t) += (1 - 1/τ) ∂J/∂v_n(t+1)
 *
 * where c_n(t+1) = c_n(t) + s (v_n(t) - c_n(t)). Every other credit follows a neuron's own membrane alone, the last of the three terms, which needs nothing of other
 * neurons: it equals the eligibility trace of a leaky neuron, summed over the rollout.
 *
 * Source: Werbos 1990, truncated; Bellec et al. 2020 for the eligibility.
 */
export function createCreditThroughTime(kernels: Kernels, network: TrainedNetwork, credit: CreditAssignment, optimiser: Optimiser, error: OutputError, recurrent: RecurrentInputs): ThroughTime {
  return credit.locality === 'weights' ? unrolled(kernels, network, recurrent) : alongMembranes(kernels, network, createCreditPass(kernels, network, credit, optimiser, error, { begin: 0, end: network.deltaOf[0].length }), recurrent);
}

/** What a lane's gradients of voltages get from the same neuron one step later. Writes: lanes 0 up to `length` - 1. */
function followMembranes({ activationGradients: { voltages } }: TrainedNetwork, { membranes }: RecurrentInputs, size: number, lane: number): void {
  for (const { begin, end, membrane: { factors } } of membranes) {
    for (let neuron = begin; neuron < end; neuron += 1) voltages[neuron * size + lane - 1] += (1 - factors[neuron - begin]) * voltages[neuron * size + lane];
  }
}

function alongMembranes(kernels: Kernels, network: TrainedNetwork, pass: CreditPass, recurrent: RecurrentInputs): ThroughTime {
  const { activations, activationGradients } = network;
  const size = network.deltaOf[0].length;
  const populations = recurrent.membranes.map((population) => {
    const rows = (numbers: Float32Array) => numbers.subarray(population.begin * size, population.end * size);
    return { population, credited: rows(activationGradients.voltages), delta: rows(activationGradients.weightedInputs) };
  });
  return {
    run(weights, length) {
      pass.run(weights);
      for (let lane = length - 1; lane > 0; lane -= 1) followMembranes(network, recurrent, size, lane);
      for (const { population, credited, delta } of populations) {
        delta.set(credited);
        multiplyTransferSlopes(kernels, population, activations, delta, size, { begin: population.begin, end: population.end, count: size }, 1);
      }
    },
  };
}

function unrolled(kernels: Kernels, network: TrainedNetwork, recurrent: RecurrentInputs): ThroughTime {
  const { topology, activationGradients: { voltages, weightedInputs } } = network;
  const { begin, sources, shares } = recurrent;
  const size = network.deltaOf[0].length;
  const plan = adding(planBackward(topology, { begin, end: begin + sources.length }));
  const lanes = Array.from({ length: size }, (_, lane) => laneView(network, lane));

  /** Lane by lane: what it passes to the lane before. */
  function carryBack(lane: number): void {
    for (let i = 0; i < sources.length; i += 1) {
      const at = (begin + i) * size + lane;
      voltages[sources[i] * size + lane - 1] += shares[i] * voltages[at];
      voltages[at - 1] += (1 - shares[i]) * voltages[at];
    }
    followMembranes(network, recurrent, size, lane);
  }

  return {
    run(weights, length) {
      voltages.fill(0, begin * size, readOutRange(topology).begin * size);
      weightedInputs.fill(0);
      for (let lane = length - 1; lane >= 0; lane -= 1) {
        const { activations, activationGradients } = lanes[lane];
        backpropagate(kernels, topology, weights, activations, activationGradients, 1, plan);
        if (lane > 0) carryBack(lane);
      }
    },
  };
}

/** The same way back, added to what is there. */
function adding({ steps }: BackwardPlan): BackwardPlan {
  return { cleared: [], steps: steps.map(({ population, parts }) => ({ population, parts: parts.map((part) => ({ ...part, replace: false })) })) };
}
