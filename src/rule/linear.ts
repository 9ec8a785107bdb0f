import { iota } from '../kernels/kernels.js';
import { createRowUpdate } from './row-update.js';
import { polyakUpdate } from '../optimise/update.js';
import { sampledOffset, createTargetAction, createVoltageValue, largestPopulation, localCriticShape, tdDivergence, type CriticInputs } from './local-critic.js';
import { CRITIC } from '../objective/objective.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

const common = {
  locality: 'reward',
  localityNote: 'only the reward is broadcast; a neuron uses voltages, its own weights and its own critic',
  data: 'replay',
  hiddenIsStochastic: true,
  targetWeights: true,
  batching: 'same-sources',
} as const satisfies Partial<Rule>;

/**
 * `linear`: the source paper's rule, literally. Each neuron has a linear critic of its own over the voltages it reads and its own
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
  summary: 'the paper\'s rule, literally: a linear critic of each neuron\'s own over what it reads, with target copies',
  reads: 'sources',
  parameters: (topology) => [localCriticShape(topology, ({ length }) => length + 1)],
  create: (context) => createProgram(context, 'sources'),
  ...common,
};

/** `linear-global`: `linear` with v in the critic the voltages of all neurons, as in the paper's S^n = V, whose networks have no layers. */
export const linearGlobal: Rule = {
  name: 'linear-global',
  summary: 'as linear, but each critic is over the voltages of all neurons',
  reads: 'all',
  parameters: (topology) => [localCriticShape(topology, () => topology.neurons + 1)],
  create: (context) => createProgram(context, 'all'),
  ...common,
};

function createProgram(context: RuleContext, sight: CriticInputs): RuleProgram {
  const { kernels, topology, batchSize: size, rates, optimiser, longest } = context;
  const rowUpdate = createRowUpdate(context);
  const voltageValue = createVoltageValue(context, sight);
  const targetAction = createTargetAction(context);
  const [error, credit] = [1, 2].map(() => kernels.numbers(largestPopulation(topology) * size));
  const gradient = kernels.numbers(longest);
  const [once, ones] = [iota(1), kernels.numbers(size).fill(1)];

  /** error = D / size of each neuron and transition, and what that makes of the gradient of its θ_a, which ends its row. */
  function observeErrors(neuron: Neuron, batch: Batch): void {
    const { count, parameters: { [CRITIC]: { values: critic, target } } } = neuron;
    const sampled = batch.sampled.subarray(sampledOffset(batch, neuron));
    const values = voltageValue.evaluate(neuron, batch);
    const next = targetAction(neuron, batch);
    const bad = kernels.ownErrors({ rows: count, size, stride: critic.length / count, critic, target, values, sampled, next, reward: batch.reward, discounts: batch.discounts, error, gradient });
    if (bad >= 0) throw tdDivergence(topology, neuron.index + bad, error.subarray(bad * size, (bad + 1) * size));
  }

  /** credit = θ_a of each neuron, in every transition. */
  function observeSlopes({ count, parameters: { [CRITIC]: { values } } }: Neuron): void {
    const stride = values.length / count;
    kernels.weightedInputs(values.subarray(stride - 1), once, ones, credit, { begin: 0, end: count, lanes: size, laneBegin: 0, laneEnd: size }, stride);
  }

  return {
    learn(neuron, batch, update) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      observeErrors(neuron, batch);
      voltageValue.gradient(neuron, batch, error, gradient);
      observeSlopes(neuron);
      rowUpdate.ascend(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      polyakUpdate(kernels, critic, rates.targetRate);
    },
    estimate(neuron, batch, value) {
      const slope = neuron.parameters[CRITIC].values.at(-1) ?? 0;
      const own = sampledOffset(batch, neuron);
      const voltageValues = voltageValue.evaluate(neuron, batch);
      for (let b = 0; b < size; b += 1) value[b] = voltageValues[b] + slope * batch.sampled[own + b];
    },
  };
}
