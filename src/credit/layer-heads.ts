import { broadcastCredit } from './broadcast.js';
import { createChain } from './chain.js';
import type { CreditAssignment } from './credit.js';

/**
 * `layer-heads`: every hidden layer has a head, a linear read-out of its own, with errors of its own; the network acts by the mean of the heads. A hidden neuron follows
 * its own weights to the head of its layer:
 *
 *   z_{l,k} = Σ_{n in l} w_{k,n} v_n,   ∂J/∂v_n := Σ_k w_{k,n} δ_{l,k}
 *
 * Nothing crosses from layer to layer but voltages, and under a policy the outputs' action probabilities, which every head is rated by. With one hidden layer it equals
 * backpropagation.
 *
 * Source: Guan et al. 2024, Artificial Dopamine.
 */
export const layerHeadsCredit: CreditAssignment = {
  name: 'layer-heads',
  summary: 'the errors of the layer\'s own head, through the neuron\'s own weights to it; outputs are the mean of the heads',
  locality: 'outputs',
  outputs: 'heads',
  parameters: () => [],
  create: (context) => createChain(context, { rowOffset: context.topology.rowOffset, outputsOnly: true, of: (weights) => weights }),
};

/**
 * `layer-broadcast`: heads as under `layer-heads`, and ∂J/∂v_n := b_n s_l, with s_l the one scalar of the layer's own head, such as its TD error, and b_n a fixed random
 * number of the neuron's own. With one hidden layer it is `broadcast`.
 */
export const layerBroadcastCredit: CreditAssignment = {
  ...broadcastCredit,
  name: 'layer-broadcast',
  summary: 'one scalar a layer, the TD error of the layer\'s own head, times a fixed random number of each neuron\'s own',
  outputs: 'heads',
};
