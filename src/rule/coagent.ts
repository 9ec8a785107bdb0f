import type { ParameterShape } from '../memory/parameters.js';
import { responseValue } from '../network/response.js';
import { rowLengths } from '../network/topology.js';
import { valueDivergence } from './shared-critic.js';
import { createRowGradient, eligibilityShapes } from './row-gradient.js';
import { followTrace } from './trace.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext, type RuleProgram } from './rule.js';

const TRACE = 'trace';
const CRITIC_TRACE = 'critic-trace';
const REACH = 'reach';

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
 * mean by the weights at hand, which have moved since by one update, under hogwild by a few.
 */
export const coagent: Rule = {
  name: 'coagent',
  summary: 'streaming policy gradient: broadcast TD error times a trace of the neuron\'s own exploration; no replay',
  locality: 'broadcast: one TD error, of a linear value whose parts are spread over the neurons. A neuron\'s weights and its part '
    + 'use no other neuron\'s weights or critic',
  defaults: {
    rule: { criticRate: 1e-3, outputRate: 1e-3, hiddenRate: 3e-5, targetRate: 0 },
    exploration: { output: 0.5, hidden: 0.05, warmup: 0, correlation: 0 }, // the score is that of white noise
    learning: { batch: 1, replay: 256, warmup: 0, updatesPerStep: 1 },
  },
  experience: 'stream',
  hiddenExplores: true,
  targetWeights: false,
  reads: 'sources',
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

function createProgram({ kernels, topology, heard, rates, optimiser, longest, discount, traceDecay, exploration }: RuleContext): RuleProgram {
  const { values } = heard[CRITIC];
  const decay = discount * traceDecay;
  const rowGradient = createRowGradient(kernels);
  const gradient = kernels.numbers(longest);
  let tdError = 0;
  let value = 0;
  let said = 0; // |v|_1 of all that the value is of

  function learnPart(neuron: Neuron, { board, episodeStart }: Batch, update: number): void {
    gradient[0] = board.voltages[neuron.index * board.lanes];
    const kept = episodeStart ? 0 : decay;
    const reach = neuron.parameters[REACH].values;
    reach[0] = kept * reach[0] + said;
    followTrace(neuron.parameters[CRITIC_TRACE].values, gradient, kept, tdError);
    optimiser.step(neuron.parameters[CRITIC], gradient, optimiser.bounded(rates.criticRate, reach[0], tdError), update);
  }

  function learnRow(neuron: Neuron, batch: Batch, update: number): void {
    const { board } = batch;
    const [rate, deviation] = neuron.kind === 'output' ? [rates.outputRate, exploration.output] : [rates.hiddenRate, exploration.hidden];
    if (rate === 0 || deviation === 0) return; // without exploration there is nothing to learn from
    const lane = neuron.index * board.lanes;
    const mean = responseValue(neuron.population, board, neuron.index, 0);
    rowGradient(neuron, batch, (board.voltages[lane] - mean) / deviation ** 2, gradient, mean);
    const reach = followTrace(neuron.parameters[TRACE].values, gradient, batch.episodeStart ? 0 : decay, tdError);
    optimiser.step(neuron.weights, gradient, optimiser.bounded(rate, reach, tdError), update);
  }

  return {
    broadcast({ board: { voltages, lanes }, reward, continuation }) {
      value = 0;
      said = 0;
      let successor = 0;
      for (let neuron = 0; neuron < topology.outputs.begin; neuron += 1) {
        value += values[neuron] * voltages[neuron * lanes];
        said += Math.abs(voltages[neuron * lanes]);
        successor += values[neuron] * voltages[neuron * lanes + 1];
      }
      tdError = reward[0] + continuation[0] * successor - value;
      if (!Number.isFinite(tdError)) throw valueDivergence(topology, heard[CRITIC], 1, tdError);
    },
    learn(neuron, batch, update) {
      if (neuron.kind !== 'output') learnPart(neuron, batch, update);
      if (neuron.kind !== 'input') learnRow(neuron, batch, update);
    },
    estimate(_neuron, _batch, estimates) {
      estimates[0] = value;
    },
  };
}
