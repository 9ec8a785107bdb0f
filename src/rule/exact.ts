import { backpropagate, createSensitivities } from '../network/backpropagation.js';
import { createSharedCriticProgram, sharedCriticShape } from './shared-critic.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/**
 * `exact`: the oracle. Every hidden neuron is told the true slope of the shared critic in its own voltage, everything
 * downstream following the policy:
 *
 *   hidden n:  K^n += η_A (∂Q/∂v_n) σ'(z) v,  ∂Q/∂v_n = Σ_k (∂Q/∂a_k) (∂μ_k/∂v_n)
 *   output k:  K^k += η_A (∂Q/∂a_k) σ'(z) v,  ∂Q/∂a_k = Σ_n w_{k,n} v_n
 *
 * This is the deterministic policy gradient (Silver et al. 2014, Theorem 1) of the critic that `broadcast` and `three-factor`
 * learn from, so that these can be measured against it. The critic's own voltages are its view of the state and stand still,
 * as in every rule here: only the actions move.
 *
 * It is backpropagation. The read phase runs it over everybody's weights and leaves each neuron one number per transition.
 */
export const exact: Rule = {
  name: 'exact',
  summary: 'oracle for certificates: the true slope in each neuron\'s voltage, by backpropagation; not a local rule',
  locality: 'none: an oracle for certificates only, not a local rule. It backpropagates through all neurons\' weights and hands each '
    + 'hidden neuron its true slope; critic parts as under broadcast',
  experience: 'replay',
  hiddenExplores: false,
  targetWeights: false,
  readsWeights: true,
  reads: 'sources',
  groups: 'any',
  parameters: (topology) => [sharedCriticShape(topology)],
  create: createProgram,
};

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, weights, batchSize } = context;
  const lanes = 2 * batchSize;
  const sensitivities = createSensitivities(kernels, topology, lanes);
  const outputs = topology.outputs.end - topology.outputs.begin;

  return createSharedCriticProgram(
    context,
    (neuron, _critic, credit) => {
      for (let i = 0; i < neuron.count; i += 1) {
        const lane = (neuron.index + i) * lanes;
        credit.set(sensitivities.voltages.subarray(lane, lane + batchSize), i * batchSize);
      }
    },
    ({ slope }, { board }) => {
      for (let k = 0; k < outputs; k += 1) {
        const lane = (topology.outputs.begin + k) * lanes;
        for (let b = 0; b < batchSize; b += 1) sensitivities.voltages[lane + b] = slope[k * batchSize + b];
      }
      backpropagate(kernels, topology, weights, board, sensitivities, batchSize);
    },
  );
}
