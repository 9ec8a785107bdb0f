import type { CreditAssignment } from '../../credit/credit.js';
import type { Kernels } from '../../kernels/kernels.js';
import { backpropagate, planBackward } from '../../network/backpropagation.js';
import { multiplyTransferSlopes } from '../../network/transfer.js';
import type { OutputError } from '../../objective/objective.js';
import type { TrainedNetwork } from './trained-network.js';

/** Lanes of a minibatch that one thread takes. */
interface OwnLanes {
  readonly begin: number;
  readonly end: number;
}

/**
 * From what is wrong at the outputs to ∂J/∂z of every hidden and output neuron, by a credit assignment.
 *
 * Reads: `error`, the states' lanes of the activations as `propagate` left them, `weights` where the credit is backpropagation. Writes: the network's activation gradients in the own lanes.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 */
export type CreditPass = (weights: Float32Array) => void;

/** No inputs: their gradients are not needed. */
const NO_INPUTS = { begin: 0, end: 0 };

/** @param error of the network's outputs: `outputs` is their rows of `activationGradients.voltages` */
export function createCreditPass(kernels: Kernels, network: TrainedNetwork, credit: CreditAssignment, error: OutputError, own: OwnLanes): CreditPass {
  const { topology } = network;
  const { activations, activationGradients } = laneView(network, own.begin);
  const count = own.end - own.begin;
  if (credit.locality === 'weights') { // all neurons' at once
    const way = planBackward(topology, NO_INPUTS);
    return (weights) => { backpropagate(kernels, topology, weights, activations, activationGradients, count, way); };
  }
  const size = network.deltaOf[0].length;
  const program = credit.create({ kernels, topology, batchSize: size, weights: network.weights.values });
  const lanes = { ...own, size };
  const populations = topology.populations.filter(({ kind }) => kind !== 'input').map((population) => {
    const { begin, end } = population;
    const rows = (numbers: Float32Array) => numbers.subarray(begin * size, end * size);
    const parameters = Object.fromEntries(Object.entries(network.credit).map(([name, table]) => [name, table.of(begin, end - begin)]));
    return { population, neurons: { index: begin, count: end - begin, parameters }, upon: rows(network.activationGradients.voltages), delta: rows(network.activationGradients.weightedInputs) };
  });
  return () => {
    for (const { population, neurons, upon, delta } of populations) {
      if (population.kind === 'hidden') program.assign(neurons, error, upon, lanes);
      for (let row = 0; row < neurons.count; row += 1) delta.set(upon.subarray(row * size + own.begin, row * size + own.end), row * size + own.begin);
      multiplyTransferSlopes(kernels, population, activations, delta.subarray(own.begin), size, { begin: population.begin, end: population.end, count }, 1);
    }
  };
}

/** A network's activations and their gradients from one lane on. */
export function laneView({ activations, activationGradients }: TrainedNetwork, lane: number): Pick<TrainedNetwork, 'activations' | 'activationGradients'> {
  return {
    activations: { ...activations, voltages: activations.voltages.subarray(lane) },
    activationGradients: { ...activationGradients, voltages: activationGradients.voltages.subarray(lane), weightedInputs: activationGradients.weightedInputs.subarray(lane) },
  };
}
