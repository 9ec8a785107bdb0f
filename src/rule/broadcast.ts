import { broadcastCredit } from '../credit/broadcast.js';
import { linearTdRule } from './credit-rule.js';

/**
 * `broadcast`: linear TD under broadcast credit. One scalar TD error D is broadcast, and each hidden neuron answers it with a fixed random number b_n.
 *
 *   hidden n:  K^n += η_A D b_n σ'(z) v
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *
 * A hidden neuron's weights change by nothing of the rest of the network but its input voltages and D. Its part of the critic also reads the
 * outputs' deviations a_k - μ_k too, and an output neuron the sum Σ_n w_{k,n} v_n that all neurons contribute to.
 */
export const broadcast = linearTdRule(broadcastCredit, {
  name: 'broadcast',
  summary: 'broadcast TD error times a fixed random number of the neuron\'s own times voltage and slope',
  localityNote: 'one TD error is broadcast, and to critic parts the outputs\' deviations; outputs receive a sum over all neurons. '
    + 'A hidden neuron\'s weights use no other neuron\'s weights or critic',
});
