import { backpropagate, createActivationGradients, planBackward, type ActivationGradients, type BackwardPlan } from '../network/backpropagation.js';
import { readOutRange, readOutsOf, type Topology } from '../network/topology.js';
import type { CreditContext, CreditProgram } from './credit.js';

/** Credit of input neurons is not needed. */
const NO_INPUTS = { begin: 0, end: 0 };

/** Where the rows lie along which credit is passed back: those of the weights, or of feedback weights in their place. */
interface Rows {
  /** Neuron n's row is at `rowOffset[n]` up to `rowOffset[n + 1]`; it may be empty where no source is a hidden neuron. */
  readonly rowOffset: Int32Array;
  /** True if only the outputs, or heads, send credit back, each along its own row. */
  readonly outputsOnly?: boolean;
  /** @param weights those that `spread` is called with; the live ones elsewhere */
  readonly of: (weights: Float32Array) => Float32Array;
}

/**
 * Credit that is passed back from layer to layer, c_m = Σ_{n reads m} B_{n,m} σ'(z_n) c_n, along rows B.
 *
 * Reads: the rows of all neurons, all activations, the outputs' errors.
 */
export function createChain({ kernels, topology, batchSize, weights }: CreditContext, rows: Rows): Required<Pick<CreditProgram, 'prepare' | 'assign' | 'spread'>> {
  const outputs = readOutRange(topology);
  const lanes = 2 * batchSize;
  const along: Topology = { ...topology, rowOffset: rows.rowOffset };
  const whole = planBackward(along, NO_INPUTS);
  const plan = rows.outputsOnly === true ? directPaths(whole, topology) : whole;
  let gradients: ActivationGradients | undefined; // an algorithm that calls `spread` has its own
  return {
    prepare(activations, error) {
      gradients ??= createActivationGradients(kernels, topology, lanes);
      for (let k = 0; k < outputs.end - outputs.begin; k += 1) {
        const lane = (outputs.begin + k) * lanes;
        for (let b = 0; b < batchSize; b += 1) gradients.voltages[lane + b] = error.outputs[k * batchSize + b];
      }
      backpropagate(kernels, along, rows.of(weights), activations, gradients, batchSize, plan);
    },
    assign({ index, count }, _error, credit, { begin, end, size }) {
      if (gradients === undefined) return;
      for (let i = 0; i < count; i += 1) {
        const lane = (index + i) * lanes;
        credit.set(gradients.voltages.subarray(lane + begin, lane + end), i * size + begin);
      }
    },
    spread(activations, into, count, at) {
      backpropagate(kernels, along, rows.of(at), activations, into, count, plan);
    },
  };
}

/** The same plan with the paths from hidden neurons to the outputs, or heads, alone; a neuron without one gets 0. */
function directPaths({ steps }: BackwardPlan, topology: Topology): BackwardPlan {
  const readOuts = readOutsOf(topology);
  return {
    cleared: [{ begin: topology.inputs.end, end: readOuts[0].begin }],
    steps: steps.map(({ population, parts }) => ({ population, parts: readOuts.includes(population) ? parts.map((part) => ({ ...part, replace: false })) : [] })),
  };
}
