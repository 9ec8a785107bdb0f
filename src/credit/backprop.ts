import { createChain } from './chain.js';
import type { CreditAssignment } from './credit.js';

/**
 * `backprop`: the true slope, everything downstream following its own weights:
 *
 *   ∂J/∂v_m = Σ_{n reads m} K_{n,m} σ'(z_n) ∂J/∂v_n
 *
 * It is not local: it uses all neurons' weights and gives each hidden neuron one number per transition. The others are measured against it.
 *
 * Source: Rumelhart, Hinton & Williams 1986.
 */
export const backpropCredit: CreditAssignment = {
  name: 'backprop',
  summary: 'the true slope, by backpropagation through all neurons\' weights; not local',
  locality: 'weights',
  parameters: () => [],
  create: (context) => createChain(context, { rowOffset: context.topology.rowOffset, of: (weights) => weights }),
};
