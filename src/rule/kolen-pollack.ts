import { kolenPollackCredit } from '../credit/kolen-pollack.js';
import { linearTdRule } from './credit-rule.js';

/**
 * `kolen-pollack`: linear TD under credit that is passed back from layer to layer along feedback weights, which learn by the steps of the weights.
 *
 *   hidden m:  K^m += η_A (Σ_{n reads m} B_{n,m} δ_n) σ'(z) v,  δ_n = σ'(z_n) times what n itself takes
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 */
export const kolenPollack = linearTdRule(kolenPollackCredit, {
  name: 'kolen-pollack',
  summary: 'as exact, but backwards along feedback weights that become equal to the weights by learning alone',
  localityNote: 'each neuron sends its own delta back through feedback weights of its own; no weight is read by another neuron. '
    + 'Outputs receive a sum over all neurons; critic parts as under broadcast',
});
