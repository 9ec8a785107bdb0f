import type { CreditAssignment } from '../credit/credit.js';
import type { Kernels } from '../kernels/kernels.js';
import { backpropagate, planWayBack } from '../network/backpropagation.js';
import { multiplyResponses } from '../network/response.js';
import type { OutputError } from '../objective/objective.js';
import type { TrainedNetwork } from './network.js';

/** Lanes of a minibatch that one thread takes. */
interface OwnLanes {
  readonly begin: number;
  readonly end: number;
}

/**
 * From what is wrong at the outputs to ∂J/∂z of every hidden and output neuron, by a credit assignment.
 *
 * Reads: `error`, the states' lanes of the board as `propagate` left them, `weights` where the credit is backpropagation. Writes: the network's sensitivities in the own lanes.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 */
export type SpreadError = (weights: Float32Array) => void;

/** No inputs: nobody wants their sensitivities. */
const NO_INPUTS = { begin: 0, end: 0 };

/** @param error of the network's outputs: `outputs` is their rows of `sensitivities.voltages` */
export function createSpreadError(kernels: Kernels, network: TrainedNetwork, credit: CreditAssignment, error: OutputError, own: OwnLanes): SpreadError {
  const { topology } = network;
  const { board, sensitivities } = laneView(network, own.begin);
  const count = own.end - own.begin;
  if (credit.locality === 'weights') { // all neurons' at once
    const way = planWayBack(topology, NO_INPUTS);
    return (weights) => { backpropagate(kernels, topology, weights, board, sensitivities, count, way); };
  }
  const size = network.deltaOf[0].length;
  const program = credit.create({ kernels, topology, batchSize: size, weights: network.weights.values });
  const lanes = { ...own, size };
  const populations = topology.populations.filter(({ kind }) => kind !== 'input').map((population) => {
    const { begin, end } = population;
    const rows = (numbers: Float32Array) => numbers.subarray(begin * size, end * size);
    const parameters = Object.fromEntries(Object.entries(network.credit).map(([name, table]) => [name, table.of(begin, end - begin)]));
    return { population, neurons: { index: begin, count: end - begin, parameters }, upon: rows(network.sensitivities.voltages), delta: rows(network.sensitivities.weightedInputs) };
  });
  return () => {
    for (const { population, neurons, upon, delta } of populations) {
      if (population.kind === 'hidden') program.assign(neurons, error, upon, lanes);
      for (let row = 0; row < neurons.count; row += 1) delta.set(upon.subarray(row * size + own.begin, row * size + own.end), row * size + own.begin);
      multiplyResponses(kernels, population, board, delta.subarray(own.begin), size, { begin: population.begin, end: population.end, count }, 1);
    }
  };
}

/** A network's board and sensitivities from one lane on. */
export function laneView({ board, sensitivities }: TrainedNetwork, lane: number): Pick<TrainedNetwork, 'board' | 'sensitivities'> {
  return {
    board: { ...board, voltages: board.voltages.subarray(lane) },
    sensitivities: { ...sensitivities, voltages: sensitivities.voltages.subarray(lane), weightedInputs: sensitivities.weightedInputs.subarray(lane) },
  };
}
