import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { actedOffset, checkTdError, createVoltageValue, ownCriticShape } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext, type RuleProgram } from './rule.js';

const common = {
  locality: 'only the reward is broadcast; a neuron uses voltages, its own weights and its own critic',
  experience: 'replay',
  hiddenExplores: true,
  targetWeights: false,
  reads: 'all',
  parameters: (topology) => [ownCriticShape(topology, (sources) => topology.neurons + sources.length)],
} as const satisfies Partial<Rule>;

/**
 * `compatible` and `compatible-natural`: each neuron's own critic is linear in features compatible with its own policy, so
 * that its slope may differ from state to state:
 *
 *   Q^n(v, a) = θ_v·v + (a - μ) σ'(z) (w·v),   D = r + γ θ'_v·v' - Q^n(v, a)
 *   θ_v += η_Q mean(D v),  w += η_Q mean(D (a - μ) σ'(z) v),  K^n += η_A mean(σ'(z)² (w·v) v), or natural: K^n += η_A w
 *
 * Source: Silver et al. 2014, Theorem 3 (compatible function approximation). θ_v covers all voltages, w the neuron's own
 * sources. The natural form divides the gradient mean(σ'² v vᵀ) w by its Fisher matrix mean(σ'² v vᵀ), which leaves w.
 */
export const compatible: Rule = {
  name: 'compatible',
  summary: 'a critic of each neuron\'s own, compatible with its policy: the slope may differ from state to state',
  defaults: { rule: { hiddenRate: 1e-4 } }, // at 1e-3 the noise of many neurons exploring at once destroys the policy
  create: (context) => createProgram(context, 'gradient'),
  ...common,
};

export const compatibleNatural: Rule = {
  name: 'compatible-natural',
  summary: 'as compatible, up the natural gradient: a row moves by its critic\'s own weights',
  defaults: { rule: { criticRate: 3e-3, outputRate: 3e-4, hiddenRate: 1e-5 } }, // its step has no σ' to brake it where a neuron saturates
  create: (context) => createProgram(context, 'natural'),
  ...common,
};

function createProgram(context: RuleContext, ascent: 'gradient' | 'natural'): RuleProgram {
  const { kernels, topology: { neurons }, batchSize, rates, optimiser, longest } = context;
  const actor = createActor(context);
  const voltageValue = createVoltageValue(context);
  const error = kernels.numbers(batchSize);
  const credit = kernels.numbers(batchSize);
  const sum = kernels.numbers(2 * batchSize);
  const deviation = new Float32Array(batchSize);
  const slope = kernels.numbers(batchSize);
  const gradient = kernels.numbers(longest);

  /** deviation = a - μ, slope = σ'(z) and credit = ∂Q/∂a = σ'(z) (w·v). */
  function observe(neuron: Neuron, batch: Batch, advantage: Float32Array): void {
    const { board: { voltages, lanes }, acted } = batch;
    kernels.weightedInputs(advantage, neuron.sources, voltages, sum, { begin: 0, end: 1, lanes, laneBegin: 0, laneEnd: batchSize });
    const lane = neuron.index * lanes;
    const own = actedOffset(batch, neuron);
    for (let b = 0; b < batchSize; b += 1) {
      deviation[b] = acted[own + b] - voltages[lane + b];
      slope[b] = neuron.activation.slope(voltages[lane + b]);
      credit[b] = sum[b] * slope[b];
    }
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      observe(neuron, batch, critic.values.subarray(neurons));
      voltageValue.error(batch, critic.values.subarray(0, neurons), critic.target.subarray(0, neurons), error);
      for (let b = 0; b < batchSize; b += 1) error[b] -= deviation[b] * credit[b];
      checkTdError(neuron, error);

      voltageValue.gradient(batch, error, gradient);
      for (let b = 0; b < batchSize; b += 1) slope[b] *= (error[b] * deviation[b]) / batchSize;
      kernels.gradients(slope, batchSize, 1, neuron.sources, batch.board.voltages, batch.board.lanes, batchSize, gradient.subarray(neurons));

      if (ascent === 'gradient') actor.learnRow(neuron, batch, credit, update);
      else actor.stepRow(neuron, critic.values.subarray(neurons), update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      followTarget(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      const { values } = neuron.parameters[CRITIC];
      observe(neuron, batch, values.subarray(neurons));
      voltageValue.evaluate(batch, values.subarray(0, neurons), value);
      for (let b = 0; b < batchSize; b += 1) value[b] += deviation[b] * credit[b];
    },
  };
}
