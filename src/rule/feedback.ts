import { feedbackCredit } from '../credit/feedback.js';
import { linearTdRule } from './credit-rule.js';

/**
 * `feedback`: linear TD under direct feedback alignment. Each hidden neuron receives the slopes of all outputs through a fixed random row.
 *
 *   hidden n:  K^n += η_A (Σ_k B_{n,k} ∂Q/∂a_k) σ'(z) v
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 */
export const feedback = linearTdRule(feedbackCredit, {
  name: 'feedback',
  summary: 'the outputs\' slopes through a fixed random row of the neuron\'s own times voltage and slope',
  localityNote: 'the outputs\' slopes are broadcast, each a sum over all neurons; critic parts as under broadcast. '
    + 'A hidden neuron\'s weights use no other neuron\'s weights or critic',
});
