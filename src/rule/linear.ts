import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { actedOffset, checkTdError, createTargetAction, createVoltageValue, ownCriticShape } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext } from './rule.js';

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
  parameters: (topology) => [ownCriticShape(topology, () => topology.neurons + 1)],
  create: createProgram,
};

function createProgram(context: RuleContext) {
  const { kernels, topology: { neurons }, batchSize, rates, optimiser } = context;
  const actor = createActor(context);
  const voltageValue = createVoltageValue(context);
  const targetAction = createTargetAction(context);
  const error = kernels.numbers(batchSize);
  const credit = kernels.numbers(batchSize);
  const gradient = kernels.numbers(neurons + 1);

  /** Subtracts θ_a a and adds γ θ'_a σ(K'^n v'). */
  function addActionTerms(neuron: Neuron, batch: Batch): void {
    const { values, target } = neuron.parameters[CRITIC];
    const { acted, continuation } = batch;
    const own = actedOffset(batch, neuron);
    const next = targetAction(neuron, batch);
    for (let b = 0; b < batchSize; b += 1) {
      error[b] += continuation[b] * target[neurons] * next[b] - values[neurons] * acted[own + b];
    }
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      voltageValue.error(batch, critic.values.subarray(0, neurons), critic.target.subarray(0, neurons), error);
      addActionTerms(neuron, batch);
      checkTdError(neuron, error);

      voltageValue.gradient(batch, error, gradient);
      const own = actedOffset(batch, neuron);
      let action = 0;
      for (let b = 0; b < batchSize; b += 1) action += error[b] * batch.acted[own + b];
      gradient[neurons] = action / batchSize;

      credit.fill(critic.values[neurons]);
      actor.learnRow(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      followTarget(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      const { values } = neuron.parameters[CRITIC];
      voltageValue.evaluate(batch, values.subarray(0, neurons), value);
      const own = actedOffset(batch, neuron);
      for (let b = 0; b < batchSize; b += 1) value[b] += values[neurons] * batch.acted[own + b];
    },
  };
}
