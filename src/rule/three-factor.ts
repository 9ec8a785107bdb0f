import { createAnswer, createSharedCriticProgram, sharedCriticShape } from './shared-critic.js';
import { CRITIC, type Rule } from './rule.js';

/**
 * `three-factor`: presynaptic voltage × postsynaptic slope × one broadcast TD error D, dopamine-style.
 *
 *   hidden n:  K^n += η_A D (θ_n + Σ_k (a_k - μ_k) w_{k,n}) σ'(z) v
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *
 * A hidden neuron follows the gradient of -D²/2 with respect to its own voltage, which its own critic part gives it.
 */
export const threeFactor: Rule = {
  name: 'three-factor',
  summary: 'broadcast TD error times the neuron\'s own critic part times voltage and slope',
  locality: 'broadcast: one TD error and the outputs\' deviations; outputs hear a sum over all neurons. A hidden neuron uses '
    + 'only its own weights and critic part. '
    + 'With one hidden layer this equals backpropagation through that layer.',
  experience: 'replay',
  hiddenExplores: false,
  targetWeights: false,
  reads: 'sources',
  groups: 'any',
  parameters: (topology) => [sharedCriticShape(topology)],
  create(context) {
    const { begin, end } = context.topology.outputs;
    const answer = createAnswer(context, 1 + end - begin);
    return createSharedCriticProgram(context, (neuron, critic, credit) => { answer(neuron.parameters[CRITIC].values, neuron.count, critic, credit); });
  },
};
