import { CRITIC } from '../objective/objective.js';
import type { CreditAssignment } from './credit.js';
import { createFeedback } from './fixed-feedback.js';

/**
 * `three-factor`: presynaptic voltage × postsynaptic slope × what is broadcast, dopamine-style, each neuron weighing that with its own part of the
 * linear TD objective's critic:
 *
 *   ∂J/∂v_n := D (θ_n + Σ_k (a_k - μ_k) w_{k,n})
 *
 * which is the gradient of -D²/2 with respect to the neuron's own voltage. With one hidden layer it equals backpropagation through
 * that layer. It needs an objective whose critic has a part of every neuron, and as many signals as that part has numbers.
 */
export const threeFactorCredit: CreditAssignment = {
  name: 'three-factor',
  summary: 'the broadcast signals, times the neuron\'s own part of the critic',
  locality: 'broadcast',
  parameters: () => [],
  create({ kernels, topology: { outputs } }) {
    const feedback = createFeedback(kernels, 1 + outputs.end - outputs.begin);
    return { assign: ({ count, parameters }, { signals }, credit, lanes) => { feedback(parameters[CRITIC].values, count, signals, credit, lanes); } };
  },
};
