import { layeredTopology, neuronName, sourcesOf, type Topology } from '../network/topology.js';
import { createStream } from '../random/stream.js';
import { createRowUpdate } from './row-update.js';
import { polyakUpdate } from '../optimise/update.js';
import { checkTdError, createTargetAction, largestPopulation, localCriticShape, criticInputSize } from './local-critic.js';
import { createLocalMlpCritics, CRITICS_PER_BLOCK } from './local-mlp-critic.js';
import { CRITIC } from '../objective/objective.js';
import { tdError } from '../objective/targets.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { Rule, RuleContext, RuleProgram } from './rule.js';

/** Neurons in the hidden layers of each neuron's critic. With two of 16 learning takes twice as long: 1.2 ms an update of 64 hidden neurons, not 0.5. */
const CRITIC_LAYERS = [8, 8] as const;

/** Gain of a critic's first weights, as `initialiseWeights` means it; small at the end, so that no critic starts with an opinion. */
const [HIDDEN_GAIN, OUTPUT_GAIN] = [1, 0.1];

/**
 * `deep`: each neuron's own critic is a network of three layers over what it reads and what it does, with a lag copy, and
 * a lag copy of the weights too:
 *
 *   Q^n = w·tanh(B tanh(A x)),  x = (1, v, a),   D = r + γ Q'(v', σ(K'^n v')) - Q(v, a)
 *   θ += η_Q mean(D ∂Q/∂θ),   K^n += η_A mean((∂Q/∂a) σ'(z) v),  ∂Q/∂a at a = μ(v)
 *   θ' ← τθ + (1-τ)θ',  K' ← τK + (1-τ)K'
 *
 * Each layer of the critic has a bias. ∂Q/∂θ and ∂Q/∂a are backpropagation inside this one neuron: it crosses to no other. That critics
 * of neurons that read the same are computed side by side changes no bit of what each comes to.
 *
 * Source: Guss, Zhong et al. 2016, Experiment 1, with the errata (γ in the target, the prime of the target update). Differs: v
 * holds the neuron's own sources, not all voltages. Its own voltage and those downstream do not belong to the state in which it
 * acts: they follow from the sources and the policy. The rest of its layer, and layers further back, are left out for speed: the first
 * layer of each critic has a weight for whatever is read, and would have to learn them all.
 */
export const deep: Rule = {
  name: 'deep',
  summary: 'a small three-layer network as each neuron\'s own critic of the voltages it reads and its action',
  locality: 'reward',
  localityNote: 'only the reward is broadcast; a neuron uses the voltages of its sources, its own weights and its own critic. It backpropagates '
    + 'inside its own private critic, and nothing of that leaves the neuron',
  defaults: { rule: { criticRate: 1e-3, hiddenRate: 1e-4 } },
  data: 'replay',
  hiddenIsStochastic: true,
  targetWeights: true,
  reads: 'sources',
  batching: 'same-sources',
  parameters: (topology) => [localCriticShape(topology, (sources) => {
    const { neurons, rowOffset } = criticTopology(sources);
    return rowOffset[neurons];
  })],
  initialise(topology, tables, seed) {
    for (const population of topology.populations) {
      const { kind, begin, end, rows } = population;
      if (kind === 'input') continue;
      const common = rows === undefined ? criticTopology(population.sources) : undefined;
      for (let neuron = begin; neuron < end; neuron += 1) drawCritic(common ?? criticTopology(sourcesOf(population, neuron)), seed, neuronName(topology, neuron), tables[CRITIC].of(neuron).values);
    }
  },
  create: createProgram,
};

/** The critic of a neuron that reads these sources: its bias neuron is the 1 of x, its observations are v and a. */
function criticTopology(sources: Int32Array): Topology {
  const observations = criticInputSize(sources) - 1;
  return layeredTopology({ observations, hidden: [...CRITIC_LAYERS], outputs: 1, bias: true, activation: 'tanh', outputActivation: 'linear' });
}

/** Draws a critic's first weights from the neuron's own stream. */
function drawCritic({ populations, rowOffset }: Topology, seed: number, name: string, weights: Float32Array): void {
  const stream = createStream(seed, `critic/${name}`);
  for (const { kind, begin, end, sources } of populations) {
    const bound = (kind === 'output' ? OUTPUT_GAIN : HIDDEN_GAIN) * Math.sqrt(3 / sources.length);
    for (let i = rowOffset[begin]; i < rowOffset[end]; i += 1) weights[i] = stream.uniformBetween(-bound, bound);
  }
}

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, batchSize: size, rates, optimiser, longest } = context;
  const rowUpdate = createRowUpdate(context);
  const targetAction = createTargetAction(context);
  const critics = createLocalMlpCritics(context, CRITIC_LAYERS);
  const [error, credit] = [1, 2].map(() => kernels.numbers(largestPopulation(topology) * size));
  const gradient = kernels.numbers(longest);

  /** error = D / size of the current critics, the first of which is neuron number `first` of the block. */
  function observeErrors({ reward, discounts }: Batch, first: number, count: number): void {
    const { values, successors } = critics;
    for (let row = 0; row < count; row += 1) {
      for (let b = 0, at = row * size, to = (first + row) * size; b < size; b += 1, at += 1, to += 1) error[to] = tdError(reward[b], discounts[b], successors[at], values[at]) / size;
    }
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      const situation = critics.observe(neuron, batch, targetAction(neuron, batch));
      for (let first = 0; first < neuron.count; first += CRITICS_PER_BLOCK) {
        const count = Math.min(CRITICS_PER_BLOCK, neuron.count - first);
        critics.evaluate(situation, first, count);
        observeErrors(batch, first, count);
        critics.differentiate(situation, first, count, error, gradient, credit);
      }
      checkTdError(topology, neuron, error, size);

      rowUpdate.ascend(neuron, batch, credit, update);
      optimiser.step(critic, gradient, rates.criticRate, update);
      polyakUpdate(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      critics.evaluate(critics.observe(neuron, batch, targetAction(neuron, batch)), 0, 1);
      value.set(critics.values.subarray(0, size));
    },
  };
}
