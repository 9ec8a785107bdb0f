import { createChain } from './chain.js';
import type { CreditAssignment } from './credit.js';

/**
 * `skip-sum`: every hidden layer has a linear read-out, each output is the sum of these, and a hidden neuron follows its own read-out weights alone:
 *
 *   z_k = Σ_layers Σ_n w_{k,n} v_n,   ∂J/∂v_n := Σ_k w_{k,n} δ_k,   δ_k = σ'(z_k) ∂J/∂v_k
 *
 * This is the direct path from the neuron to the outputs; paths through later layers are left out. With one hidden layer it equals backpropagation.
 * A neuron's own outgoing weights count as its own: w_{k,n} changes by δ_k v_n, both of which the neuron has.
 */
export const skipSumCredit: CreditAssignment = {
  name: 'skip-sum',
  summary: 'the outputs\' errors, through the neuron\'s own weights to the outputs, which read all hidden layers',
  locality: 'outputs',
  outputs: 'skip',
  parameters: () => [],
  create: (context) => createChain(context, { rowOffset: context.topology.rowOffset, outputsOnly: true, of: (weights) => weights }),
};
