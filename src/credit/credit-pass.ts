import type { CreditAssignment, CreditProgram } from './credit.js';
import type { Kernels } from '../kernels/kernels.js';
import { multiplyTransferSlopes } from '../network/transfer.js';
import { isFixed } from '../network/topology.js';
import { errorsOfLayers } from '../objective/heads.js';
import type { OutputError } from '../objective/objective.js';
import type { Optimiser } from '../optimise/optimiser.js';
import { creditOf, type TrainedNetwork } from './trained-network.js';

/** Lanes of a minibatch that one thread takes. */
interface OwnLanes {
  readonly begin: number;
  readonly end: number;
}

/** A credit assignment at work on a network that one algorithm owns. */
export interface CreditPass extends Pick<CreditProgram, 'learn'> {
  /**
   * From the outputs' errors to ∂J/∂z of every hidden and output neuron.
   *
   * Reads: `error`, the states' lanes of the activations as `propagate` left them. Writes: the network's activation gradients in the own lanes.
   *
   * @param weights those to differentiate at, by `topology.rowOffset`
   */
  run(weights: Float32Array): void;
}

/** @param error of the network's outputs or heads: `outputs` is their rows of `activationGradients.voltages` */
export function createCreditPass(kernels: Kernels, network: TrainedNetwork, credit: CreditAssignment, optimiser: Optimiser, error: OutputError, own: OwnLanes): CreditPass {
  const { topology } = network;
  const { activations, activationGradients } = laneView(network, own.begin);
  const count = own.end - own.begin;
  const size = network.deltaOf[0].length;
  const program = credit.create({ kernels, topology, batchSize: size, peers: network.credit, weights: network.weights.values, optimiser });
  const learn = program.learn && { learn: program.learn.bind(program) };
  if (program.spread !== undefined) return { run: program.spread.bind(program, activations, activationGradients, count), ...learn };

  const lanes = { ...own, size };
  const errors = errorsOfLayers(topology, error);
  const populations = topology.populations.filter((population) => population.kind !== 'input' && !isFixed(population, topology)).map((population) => {
    const { begin, end } = population;
    const rows = (numbers: Float32Array) => numbers.subarray(begin * size, end * size);
    const neurons = { index: begin, count: end - begin, parameters: creditOf(network, begin, end) };
    return { population, neurons, error: errors.get(population), credited: rows(network.activationGradients.voltages), delta: rows(network.activationGradients.weightedInputs) };
  });

  function run(): void {
    program.prepare?.(network.activations, error);
    for (const { population, neurons, error: errorOfLayer, credited, delta } of populations) {
      if (errorOfLayer !== undefined) program.assign(neurons, errorOfLayer, credited, lanes);
      for (let row = 0; row < neurons.count; row += 1) delta.set(credited.subarray(row * size + own.begin, row * size + own.end), row * size + own.begin);
      multiplyTransferSlopes(kernels, population, activations, delta.subarray(own.begin), size, { begin: population.begin, end: population.end, count }, 1);
    }
  }

  return { run, ...learn };
}

/** A network's activations and their gradients from one lane on. */
export function laneView({ activations, activationGradients }: TrainedNetwork, lane: number): Pick<TrainedNetwork, 'activations' | 'activationGradients'> {
  return {
    activations: { ...activations, voltages: activations.voltages.subarray(lane), weightedInputs: activations.weightedInputs.subarray(lane) },
    activationGradients: { ...activationGradients, voltages: activationGradients.voltages.subarray(lane), weightedInputs: activationGradients.weightedInputs.subarray(lane) },
  };
}
