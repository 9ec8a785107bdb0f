import { multiplyTransferSlopes } from '../network/transfer.js';
import { createRowUpdate } from './row-update.js';
import { polyakUpdate } from '../optimise/update.js';
import { sampledOffset, checkTdError, createVoltageValue, largestPopulation, localCriticShape } from './local-critic.js';
import { CRITIC } from '../objective/objective.js';
import { tdError } from '../objective/targets.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

const common = {
  locality: 'reward',
  localityNote: 'only the reward is broadcast; a neuron uses voltages, its own weights and its own critic',
  data: 'replay',
  hiddenIsStochastic: true,
  targetWeights: false,
  reads: 'all',
  batching: 'same-sources',
  parameters: (topology) => [localCriticShape(topology, (sources) => topology.neurons + sources.length)],
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
  const { kernels, topology, topology: { neurons }, batchSize: size, rates, optimiser, longest } = context;
  const rowUpdate = createRowUpdate(context);
  const voltageValue = createVoltageValue(context, 'all');
  const most = largestPopulation(topology);
  const lanes = 2 * size;
  const [error, credit, deviation, slope] = [1, 2, 3, 4].map(() => kernels.numbers(most * size));
  const sums = kernels.numbers(most * lanes);
  const [gradient, direction] = [kernels.numbers(longest), kernels.numbers(ascent === 'natural' ? longest : 0)];

  /** deviation = a - μ, slope = σ'(z) and credit = ∂Q/∂a = σ'(z) (w·v) of each neuron and transition. */
  function observe(neuron: Neuron, batch: Batch): void {
    const { index, count, sources, population } = neuron;
    const { activations: { voltages }, sampled } = batch;
    const { values } = neuron.parameters[CRITIC];
    kernels.weightedInputs(values.subarray(neurons), sources, voltages, sums, { begin: 0, end: count, lanes, laneBegin: 0, laneEnd: size }, neurons + sources.length);
    slope.fill(1, 0, count * size);
    multiplyTransferSlopes(kernels, population, batch.activations, slope, size, { begin: index, end: index + count, count: size }, 1);
    const own = sampledOffset(batch, neuron);
    for (let row = 0; row < count; row += 1) {
      for (let b = 0, at = row * size; b < size; b += 1, at += 1) {
        deviation[at] = sampled[own + at] - voltages[(index + row) * lanes + b];
        credit[at] = sums[row * lanes + b] * slope[at];
      }
    }
  }

  /** error = D / size, and slope = (D / size) (a - μ) σ'(z), by what was observed. */
  function observeErrors(neuron: Neuron, batch: Batch): void {
    const voltageValues = voltageValue.evaluate(neuron, batch);
    const { reward, discounts } = batch;
    for (let row = 0; row < neuron.count; row += 1) {
      for (let b = 0, at = row * size, lane = row * lanes; b < size; b += 1, at += 1, lane += 1) {
        error[at] = (tdError(reward[b], discounts[b], voltageValues[lane + size], voltageValues[lane]) - deviation[at] * credit[at]) / size;
        slope[at] *= error[at] * deviation[at];
      }
    }
  }

  /** η_A w. */
  function stepNaturally(neuron: Neuron, update: number): void {
    const { count, sources: { length } } = neuron;
    const { values } = neuron.parameters[CRITIC];
    for (let row = 0; row < count; row += 1) direction.set(values.subarray(row * (neurons + length) + neurons, (row + 1) * (neurons + length)), row * length);
    rowUpdate.step(neuron, direction, update);
  }

  return {
    learn(neuron, batch, update) {
      if (neuron.kind === 'input') return;
      const { count, sources } = neuron;
      const critic = neuron.parameters[CRITIC];
      observe(neuron, batch);
      observeErrors(neuron, batch);
      checkTdError(topology, neuron, error, size);
      voltageValue.gradient(neuron, batch, error, gradient);
      kernels.gradients(slope, size, count, sources, batch.activations.voltages, lanes, size, gradient.subarray(neurons), neurons + sources.length);
      if (ascent === 'gradient') rowUpdate.ascend(neuron, batch, credit, update);
      else stepNaturally(neuron, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      polyakUpdate(kernels, critic, rates.targetRate);
    },
    estimate(neuron, batch, value) {
      observe(neuron, batch);
      const voltageValues = voltageValue.evaluate(neuron, batch);
      for (let b = 0; b < size; b += 1) value[b] = voltageValues[b] + deviation[b] * credit[b];
    },
  };
}
