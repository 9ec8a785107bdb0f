import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { actedOffset, createTargetAction, createVoltageValue, mostTogether, ownCriticShape, tdDivergence } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext, type RuleProgram } from './rule.js';

/**
 * `linear`: the source paper's rule, literally. Each neuron has a linear critic of its own over all voltages and its own
 * next voltage, with target copies of critic and weights:
 *
 *   Q^n(v, a) = θ_v·v + θ_a a,   D = r + γ Q'(v', σ(K'^n v')) - Q(v, a)
 *   θ_v += η_Q mean(D v),  θ_a += η_Q mean(D a),  K^n += η_A mean(θ_a σ'(z) v)
 *   θ' ← τθ + (1-τ)θ',  K' ← τK + (1-τ)K'
 *
 * Source: Guss, Zhong et al. 2016, section 3.2, with the errata (γ in the target, sign of the critic step).
 * ∂Q/∂a = θ_a is the same in every state, so that a neuron can learn only to fire more or to fire less.
 */
export const linear: Rule = {
  name: 'linear',
  summary: 'the paper\'s rule, literally: a linear critic of each neuron\'s own, with target copies',
  locality: 'only the reward is broadcast; a neuron uses voltages, its own weights and its own critic',
  experience: 'replay',
  hiddenExplores: true,
  targetWeights: true,
  reads: 'all',
  groups: 'alike',
  parameters: (topology) => [ownCriticShape(topology, () => topology.neurons + 1)],
  create: createProgram,
};

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, topology: { neurons }, batchSize: size, rates, optimiser, longest } = context;
  const actor = createActor(context);
  const voltageValue = createVoltageValue(context);
  const targetAction = createTargetAction(context);
  const [error, credit] = [1, 2].map(() => kernels.numbers(mostTogether(topology) * size));
  const gradient = kernels.numbers(longest);

  /** error = D / size of each neuron and transition, and what that makes of the gradient of its θ_a, which ends its row. */
  function observeErrors(neuron: Neuron, batch: Batch): void {
    const { count, parameters: { [CRITIC]: { values: critic, target } } } = neuron;
    const acted = batch.acted.subarray(actedOffset(batch, neuron));
    const values = voltageValue.evaluate(neuron, batch);
    const next = targetAction(neuron, batch);
    const bad = kernels.ownErrors({ rows: count, size, stride: neurons + 1, critic, target, values, acted, next, reward: batch.reward, continuation: batch.continuation, error, gradient });
    if (bad >= 0) throw tdDivergence(topology, neuron.index + bad, error.subarray(bad * size, (bad + 1) * size));
  }

  return {
    learn(neuron, batch, update) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      observeErrors(neuron, batch);
      voltageValue.gradient(neuron, batch, error, gradient);
      for (let row = 0; row < neuron.count; row += 1) credit.fill(critic.values[(neurons + 1) * (row + 1) - 1], row * size, (row + 1) * size);
      actor.learnRow(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      followTarget(kernels, critic, rates.targetRate);
    },
    estimate(neuron, batch, value) {
      const slope = neuron.parameters[CRITIC].values[neurons];
      const own = actedOffset(batch, neuron);
      const voltageValues = voltageValue.evaluate(neuron, batch);
      for (let b = 0; b < size; b += 1) value[b] = voltageValues[b] + slope * batch.acted[own + b];
    },
  };
}
