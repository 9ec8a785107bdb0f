import type { CreditAssignment } from './credit.js';
import { createFeedback, drawFeedback, feedbackOf, feedbackShape } from './fixed-feedback.js';

/**
 * `broadcast`: ∂J/∂v_n := b_n s, with s the one scalar that is broadcast and b_n a fixed random number of the neuron's own.
 *
 * Source: feedback alignment (Lillicrap et al. 2016), cut down to one scalar.
 */
export const broadcastCredit: CreditAssignment = {
  name: 'broadcast',
  summary: 'one scalar for all neurons, times a fixed random number of each neuron\'s own',
  locality: 'broadcast',
  parameters: (topology) => [feedbackShape(topology, 1)],
  initialise: drawFeedback,
  create({ kernels }) {
    const feedback = createFeedback(kernels, 1);
    return { assign: (neurons, { signals }, credit, lanes) => { feedback(feedbackOf(neurons), neurons.count, signals, credit, lanes); } };
  },
};
