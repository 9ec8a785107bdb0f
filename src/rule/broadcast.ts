import { createStream } from '../random/stream.js';
import { neuronName } from '../network/topology.js';
import { createAnswer, createSharedCriticProgram, sharedCriticShape } from './shared-critic.js';
import type { Rule } from './rule.js';

const FEEDBACK = 'feedback';

/**
 * `broadcast`: one scalar TD error D is broadcast, and each hidden neuron answers it with a fixed random number b_n.
 *
 *   hidden n:  K^n += η_A D b_n σ'(z) v
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *
 * Feedback alignment (Lillicrap et al. 2016) cut down to one scalar: a hidden neuron's weights change by nothing of the
 * rest of the network but its input voltages and D. Its part of the critic hears the outputs' deviations a_k - μ_k too, and
 * an output neuron the sum Σ_n w_{k,n} v_n that all neurons contribute to.
 */
export const broadcast: Rule = {
  name: 'broadcast',
  summary: 'broadcast TD error times a fixed random number of the neuron\'s own times voltage and slope',
  locality: 'broadcast: one TD error, and to critic parts the outputs\' deviations; outputs hear a sum over all neurons. '
    + 'A hidden neuron\'s weights use no other neuron\'s weights or critic',
  experience: 'replay',
  hiddenExplores: false,
  targetWeights: false,
  reads: 'sources',
  groups: 'any',
  parameters(topology) {
    const lengths = Array.from({ length: topology.neurons }, (_, neuron) =>
      neuron >= topology.inputs.end && neuron < topology.outputs.begin ? 1 : 0,
    );
    return [sharedCriticShape(topology), { name: FEEDBACK, lengths, target: false, published: false, learned: false }];
  },
  initialise(topology, tables, seed) {
    const { values, offset } = tables[FEEDBACK];
    for (let neuron = topology.inputs.end; neuron < topology.outputs.begin; neuron += 1) {
      values[offset[neuron]] = createStream(seed, `feedback/${neuronName(topology, neuron)}`).gaussian();
    }
  },
  create(context) {
    const answer = createAnswer(context, 1);
    return createSharedCriticProgram(context, (neuron, critic, credit) => { answer(neuron.parameters[FEEDBACK].values, neuron.count, critic, credit); });
  },
};
