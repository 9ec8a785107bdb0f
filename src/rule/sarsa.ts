import { DivergenceError } from '../errors.js';
import type { ParameterShape } from '../memory/parameters.js';
import { neuronName, rowLengths } from '../network/topology.js';
import { eligibilityShapes } from './row-gradient.js';
import { createTraces, CRITIC_TRACE, REACH, TRACE } from './trace.js';
import { CRITIC } from '../objective/objective.js';
import { greedyAction, tdError as errorOf } from '../objective/targets.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/**
 * `sarsa`: an output voltage is the value of its action; one TD error corrects the value of the action taken. It learns from each
 * transition once, as it happens, with eligibility traces: for actions a, a' whose acted voltages were highest
 *
 *   δ = r + γ Q_{a'}(v') - Q_a(v),   Q_k = σ(K^k v), the mean voltage of output k
 *   output k:  e ← γλ e + [k = a] σ'(z) v,              K^k += η_A δ e
 *   hidden n:  c_k ← γλ c_k + [k = a] v_n,              q_k += η_Q δ c_k for each output k
 *              e ← γλ e + q_a σ'(z) v,                  K^n += η_A δ e
 *
 * q, the hidden neuron's own critic part, grows by the same product of its voltage and what is broadcast as the outputs' weights from it, so
 * that with η_Q = η_A and linear outputs the two differ by their first values alone: the feedback of a hidden neuron is
 * symmetric, and no neuron reads the weights of another. A neuron further from the outputs keeps the weights it would have there.
 *
 * Under `bounded` steps the outputs' and critics' are bounded together, by Σ_k |e|_1 ≤ reach ← γλ reach + |σ'_a| |v|_1, which every neuron
 * follows for itself; a hidden row's by its own trace.
 *
 * Source: Rummery & Niranjan 1994; Sutton & Barto 2018, section 12.7, Sarsa(λ) with accumulating traces; Elsayed et al. 2024 for the
 * bound, with κ = 2; Kolen & Pollack 1994 for feedback that becomes symmetric. Differs: actions are chosen by noise on the voltages.
 */
export const sarsa: Rule = {
  name: 'sarsa',
  summary: 'streaming action values: broadcast TD error times traces of each neuron\'s own voltages, for discrete tasks; no replay',
  locality: 'broadcast',
  localityNote: 'one TD error is broadcast, which action was taken, and the size of the outputs\' inputs. A neuron uses only its own weights and critic part',
  defaults: {
    rule: { criticRate: 1, outputRate: 1, hiddenRate: 1e-2, targetRate: 0, traceDecay: 0.5, finalRateFraction: 1, optimiser: 'bounded' },
    network: { outputActivation: 'linear' }, // values are unbounded
    exploration: { output: 0.3, hidden: 0, warmup: 0, correlation: 0, finalFraction: 0.02 }, // sequences of actions that lead to a reward have to recur
    learning: { batch: 1, replay: 256, warmup: 0, updatesPerStep: 1 },
  },
  data: 'online',
  actions: 'discrete',
  hiddenIsStochastic: false,
  targetWeights: false,
  reads: 'sources',
  batching: 'any',
  parameters(topology) {
    const { neurons, inputs, outputs, rowOffset } = topology;
    const each = (length: (neuron: number) => number) => Array.from({ length: neurons }, (_, neuron) => (neuron < inputs.end ? 0 : length(neuron)));
    const parts = each((neuron) => (neuron < outputs.begin ? outputs.end - outputs.begin : 0));
    const own = { target: false, published: false, learned: false };
    return [
      { name: CRITIC, lengths: parts, ...own, learned: true },
      { name: CRITIC_TRACE, lengths: parts, ...own },
      { name: TRACE, lengths: rowLengths({ neurons, rowOffset }), ...own },
      { name: REACH, lengths: each(() => 1), ...own },
      ...eligibilityShapes(topology),
    ] satisfies ParameterShape[];
  },
  create: createProgram,
};

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, rates, optimiser } = context;
  const { begin, end } = topology.outputs;
  const actions = end - begin;
  const traces = createTraces(context, actions);
  const { credit } = traces;
  const taken = kernels.numbers(actions); // 1 for the action taken, else 0
  let tdError = 0;
  let value = 0;
  let action = 0;
  let inputNorm = 0; // |v|_1 of what the output of the action taken reads

  function learnOutputs(neuron: Neuron, batch: Batch, reach: Float32Array, update: number): void {
    for (let i = 0; i < neuron.count; i += 1) credit[i] = taken[neuron.index - begin + i];
    const { rows, direction } = traces.followRows(neuron, batch, tdError);
    optimiser.stepTraces(neuron.weights, { rows, direction, reach, tdError }, rates.outputRate, update);
  }

  function learnHidden(neuron: Neuron, batch: Batch, reach: Float32Array, update: number): void {
    const part = neuron.parameters[CRITIC];
    for (let i = 0; i < neuron.count; i += 1) credit[i] = part.values[i * actions + action]; // for ∂Q_a/∂v
    const step = traces.followRows(neuron, batch, tdError);
    if (rates.hiddenRate > 0) optimiser.stepTraces(neuron.weights, step, rates.hiddenRate, update);
    optimiser.stepTraces(part, traces.followParts(neuron, batch, tdError, taken, reach), rates.criticRate, update);
  }

  return {
    broadcast({ activations: { voltages, lanes }, sampled, sampledNext = sampled, reward, discounts }) {
      action = greedyAction(sampled);
      taken.fill(0).fill(1, action, action + 1);
      value = voltages[(begin + action) * lanes];
      tdError = Math.fround(errorOf(reward[0], discounts[0], voltages[(begin + greedyAction(sampledNext)) * lanes + 1], value)); // as kernels take it
      if (!Number.isFinite(tdError)) throw new DivergenceError(neuronName(topology, begin + action), 'TD error', tdError);
      inputNorm = topology.outputs.sources.reduce((sum, source) => sum + Math.abs(voltages[source * lanes]), 0);
    },
    learn(neuron, batch, update) {
      if (neuron.kind === 'input') return;
      const reach = traces.reachOf(neuron, batch, inputNorm);
      if (neuron.kind === 'output') learnOutputs(neuron, batch, reach, update);
      else learnHidden(neuron, batch, reach, update);
    },
    estimate(_neuron, _batch, estimates) {
      estimates[0] = value;
    },
  };
}
