import { backpropagate, createActivationGradients } from '../network/backpropagation.js';
import type { CreditAssignment } from './credit.js';

/**
 * `backprop`: the true slope, everything downstream following its own weights:
 *
 *   ∂J/∂v_m = Σ_{n reads m} K_{n,m} σ'(z_n) ∂J/∂v_n
 *
 * It is no local credit: it runs over all neurons' weights and hands each hidden neuron one number per transition, so that the others
 * can be measured against it.
 *
 * Source: Rumelhart, Hinton & Williams 1986.
 */
export const backpropCredit: CreditAssignment = {
  name: 'backprop',
  summary: 'the true slope, by backpropagation through all neurons\' weights; not local',
  locality: 'weights',
  parameters: () => [],
  create({ kernels, topology, weights, batchSize }) {
    const { outputs } = topology;
    const lanes = 2 * batchSize;
    const activationGradients = createActivationGradients(kernels, topology, lanes);
    return {
      prepare(activations, error) {
        for (let k = 0; k < outputs.end - outputs.begin; k += 1) {
          const lane = (outputs.begin + k) * lanes;
          for (let b = 0; b < batchSize; b += 1) activationGradients.voltages[lane + b] = error.outputs[k * batchSize + b];
        }
        backpropagate(kernels, topology, weights, activations, activationGradients, batchSize);
      },
      assign({ index, count }, _error, credit, { begin, end, size }) {
        for (let i = 0; i < count; i += 1) {
          const lane = (index + i) * lanes;
          credit.set(activationGradients.voltages.subarray(lane + begin, lane + end), i * size + begin);
        }
      },
    };
  },
};
