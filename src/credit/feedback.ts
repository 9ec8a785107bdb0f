import type { Topology } from '../network/topology.js';
import type { CreditAssignment } from './credit.js';
import { createFeedback, drawFeedback, feedbackOf, feedbackShape } from './fixed-feedback.js';

/**
 * `feedback`: ∂J/∂v_n := Σ_k B_{n,k} e_k, with e_k the error of output k and B a fixed random matrix, of which each neuron keeps its own row.
 *
 * Source: direct feedback alignment, Nøkland 2016, equation 8.
 */
export const feedbackCredit: CreditAssignment = {
  name: 'feedback',
  summary: 'the outputs\' errors, through a fixed random matrix of which each neuron keeps its own row',
  locality: 'outputs',
  parameters: (topology) => [feedbackShape(topology, outputsOf(topology))],
  initialise: drawFeedback,
  create({ kernels, topology }) {
    const feedback = createFeedback(kernels, outputsOf(topology));
    return { assign: (neurons, { outputs }, credit, lanes) => { feedback(feedbackOf(neurons), neurons.count, outputs, credit, lanes); } };
  },
};

const outputsOf = ({ outputs }: Topology) => outputs.end - outputs.begin;
