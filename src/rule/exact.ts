import { backpropCredit } from '../credit/backprop.js';
import { linearTdRule } from './credit-rule.js';

/**
 * `exact`: linear TD under backpropagation, the oracle. Every hidden neuron receives the true slope of the shared critic in its own voltage,
 * everything downstream following the policy:
 *
 *   hidden n:  K^n += η_A (∂Q/∂v_n) σ'(z) v,  ∂Q/∂v_n = Σ_k (∂Q/∂a_k) (∂μ_k/∂v_n)
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *
 * This is the deterministic policy gradient (Silver et al. 2014, Theorem 1) of the critic that `broadcast` and `three-factor`
 * learn from, so that these can be measured against it. The critic's input voltages are held constant,
 * as in every rule here: only the actions move.
 */
export const exact = linearTdRule(backpropCredit, {
  name: 'exact',
  summary: 'oracle for certificates: the true slope in each neuron\'s voltage, by backpropagation; not a local rule',
  localityNote: 'not a local rule: an oracle for certificates only. It backpropagates through all neurons\' weights and hands each '
    + 'hidden neuron its true slope; critic parts as under broadcast',
});
