import { threeFactorCredit } from '../credit/three-factor.js';
import { linearTdRule } from './credit-rule.js';

/**
 * `three-factor`: linear TD under three-factor credit: presynaptic voltage × postsynaptic slope × one broadcast TD error D, dopamine-style.
 *
 *   hidden n:  K^n += η_A D (θ_n + Σ_k (a_k - μ_k) w_{k,n}) σ'(z) v
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 */
export const threeFactor = linearTdRule(threeFactorCredit, {
  name: 'three-factor',
  summary: 'broadcast TD error times the neuron\'s own critic part times voltage and slope',
  localityNote: 'one TD error is broadcast and the outputs\' deviations; outputs receive a sum over all neurons. A hidden neuron uses '
    + 'only its own weights and critic part. '
    + 'With one hidden layer this equals backpropagation through that layer.',
});
