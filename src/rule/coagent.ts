import type { ParameterShape } from '../memory/parameters.js';
import { applyTransfer } from '../network/transfer.js';
import { rowLengths } from '../network/topology.js';
import { valueDivergence } from '../objective/linear-td.js';
import { eligibilityShapes } from './row-gradient.js';
import { createTraces, CRITIC_TRACE, REACH, TRACE } from './trace.js';
import { CRITIC } from '../objective/objective.js';
import { tdError as errorOf } from '../objective/targets.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/**
 * `coagent`: every neuron is a stochastic policy of its own, its exploration included, and climbs its own policy gradient on
 * the one broadcast TD error. It learns from each transition once, as it happens, with eligibility traces and no replay:
 *
 *   V = Σ_n θ_n v_n,   δ = r + γ V(v') - V(v)
 *   input or hidden n:   z_n ← γλ z_n + v_n,               θ_n += η_Q δ z_n
 *   hidden or output n:  e ← γλ e + (ξ / s²) σ'(z) v,      K^n += η_A δ e
 *
 * with a = σ(z) + ξ the voltage acted, ξ Gaussian of standard deviation s, and v the voltages as acted. Traces are empty at the
 * start of an episode. Under `bounded` steps those of all critic parts are bounded together, by Σ_n |z_n| ≤ reach ← γλ reach + Σ_n |v_n|, which every
 * neuron follows for itself; a row's by its own trace. (ξ / s²) σ'(z) v is the score ∇ log π of the neuron's own Gaussian policy.
 * Source: Thomas 2011, policy gradient coagent networks; Kostas et al. 2020, Theorem 1, for asynchronous execution; traces as
 * in actor-critic(λ), Sutton & Barto 2018, section 13.5. Differs: the traces are not weighted by γ^t; ξ is what was acted less the
 * mean by the current weights, which have changed since by one update, under hogwild by a few.
 */
export const coagent: Rule = {
  name: 'coagent',
  summary: 'streaming policy gradient: broadcast TD error times a trace of the neuron\'s own exploration; no replay',
  locality: 'broadcast',
  localityNote: 'one TD error is broadcast, of a linear value whose parts are spread over the neurons. A neuron\'s weights and its part '
    + 'use no other neuron\'s weights or critic',
  defaults: {
    rule: { criticRate: 1e-3, outputRate: 1e-3, hiddenRate: 3e-5, targetRate: 0 },
    exploration: { output: 0.5, hidden: 0.05, warmup: 0, correlation: 0 }, // the score is that of white noise
    learning: { batch: 1, replay: 256, warmup: 0, updatesPerStep: 1 },
  },
  data: 'online',
  hiddenIsStochastic: true,
  targetWeights: false,
  reads: 'sources',
  batching: 'any',
  parameters(topology) {
    const { neurons, outputs, rowOffset } = topology;
    const part = Array.from({ length: neurons }, (_, neuron) => (neuron < outputs.begin ? 1 : 0));
    const own = { target: false, published: false, learned: false };
    return [
      { name: CRITIC, lengths: part, target: false, published: true, learned: true },
      { name: CRITIC_TRACE, lengths: part, ...own },
      { name: REACH, lengths: part, ...own },
      { name: TRACE, lengths: rowLengths({ neurons, rowOffset }), ...own },
      ...eligibilityShapes(topology),
    ] satisfies ParameterShape[];
  },
  create: createProgram,
};

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, peers, rates, optimiser, batchSize, exploration } = context;
  const { values } = peers[CRITIC];
  const traces = createTraces(context, 1);
  const { credit } = traces;
  const means = kernels.numbers(2 * batchSize * topology.neurons); // laid out as activations
  const one = kernels.numbers(1).fill(1);
  let tdError = 0;
  let value = 0;
  let inputNorm = 0; // |v|_1 of all that the value is of

  function learnParts(neuron: Neuron, batch: Batch, update: number): void {
    const step = traces.followParts(neuron, batch, tdError, one, traces.reachOf(neuron, batch, inputNorm));
    optimiser.stepTraces(neuron.parameters[CRITIC], step, rates.criticRate, update);
  }

  function learnRows(neuron: Neuron, batch: Batch, update: number): void {
    const { index, count, population, kind } = neuron;
    const [rate, deviation] = kind === 'output' ? [rates.outputRate, exploration.output] : [rates.hiddenRate, exploration.hidden];
    if (rate === 0 || deviation === 0) return; // without exploration there is nothing to learn from
    const { voltages, lanes } = batch.activations;
    applyTransfer(kernels, population, batch.activations, { begin: index, end: index + count, laneBegin: 0, laneEnd: 1 }, means);
    for (let i = 0, lane = index * lanes; i < count; i += 1, lane += lanes) credit[i] = (voltages[lane] - means[lane]) / deviation ** 2;
    optimiser.stepTraces(neuron.weights, traces.followRows(neuron, batch, tdError, means), rate, update);
  }

  return {
    broadcast({ activations: { voltages, lanes }, reward, discounts }) {
      let [state, successor, sum] = [0, 0, 0]; // outer variables would be boxed at each addition
      for (let neuron = 0; neuron < topology.outputs.begin; neuron += 1) {
        state += values[neuron] * voltages[neuron * lanes];
        sum += Math.abs(voltages[neuron * lanes]);
        successor += values[neuron] * voltages[neuron * lanes + 1];
      }
      value = state;
      inputNorm = sum;
      tdError = Math.fround(errorOf(reward[0], discounts[0], successor, value)); // as kernels take it: float32 ends at 3.4e38
      if (!Number.isFinite(tdError)) throw valueDivergence(topology, peers[CRITIC], 1, tdError);
    },
    learn(neuron, batch, update) {
      if (neuron.kind !== 'output') learnParts(neuron, batch, update);
      if (neuron.kind !== 'input') learnRows(neuron, batch, update);
    },
    estimate(_neuron, _batch, estimates) {
      estimates[0] = value;
    },
  };
}
