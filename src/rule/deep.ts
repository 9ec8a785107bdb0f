import { DivergenceError, InternalError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { backpropagate, createSensitivities, type Sensitivities } from '../network/backpropagation.js';
import { createBoard, propagate, type Board } from '../network/dynamic.js';
import { layeredTopology, neuronName, sourceLists, sourcesOf, type Topology } from '../network/topology.js';
import { createStream } from '../random/stream.js';
import { createActor } from './actor.js';
import { followTarget } from './optimiser.js';
import { checkTdError, createTargetAction, observeSituation, ownCriticShape, situationSize } from './own-critic.js';
import { CRITIC, type Batch, type Neuron, type Rule, type RuleContext, type RuleProgram } from './rule.js';

/** Neurons in the hidden layers of each neuron's critic. Two of 16 more than halve the speed: about 24 updates a second of 64 hidden neurons, not 57. */
const CRITIC_LAYERS = [8, 8];

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
 * Each layer of the critic has a bias. ∂Q/∂θ and ∂Q/∂a are backpropagation inside this one neuron: it crosses to no other.
 *
 * Source: Guss, Zhong et al. 2016, Experiment 1, with the errata (γ in the target, the prime of the target update). Differs: v
 * holds the neuron's own sources, not all voltages. Its own voltage and those downstream do not belong to the state in which it
 * acts: they follow from the sources and the policy. The rest of its layer, and layers further back, are left out for speed:
 * with all inputs and hidden voltages it makes about 21 updates a second, not 57.
 */
export const deep: Rule = {
  name: 'deep',
  summary: 'a small three-layer network as each neuron\'s own critic of the voltages it reads and its action',
  locality: 'only the reward is broadcast; a neuron uses the voltages of its sources, its own weights and its own critic. It backpropagates '
    + 'inside its own private critic, and nothing of that leaves the neuron',
  defaults: { rule: { criticRate: 1e-3, hiddenRate: 1e-4 } },
  experience: 'replay',
  hiddenExplores: true,
  targetWeights: true,
  reads: 'sources',
  parameters: (topology) => [ownCriticShape(topology, (sources) => {
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
  const observations = situationSize(sources) - 1;
  return layeredTopology({ observations, hidden: CRITIC_LAYERS, outputs: 1, bias: true, activation: 'tanh', outputActivation: 'linear' });
}

/** Draws a critic's first weights from the neuron's own stream. */
function drawCritic({ populations, rowOffset }: Topology, seed: number, name: string, weights: Float32Array): void {
  const stream = createStream(seed, `critic/${name}`);
  for (const { kind, begin, end, sources } of populations) {
    const bound = (kind === 'output' ? OUTPUT_GAIN : HIDDEN_GAIN) * Math.sqrt(3 / sources.length);
    for (let i = rowOffset[begin]; i < rowOffset[end]; i += 1) weights[i] = stream.uniformBetween(-bound, bound);
  }
}

/** Room to evaluate and differentiate one critic at a time. */
interface Workbench {
  readonly topology: Topology;
  /** Its first rows are the situation. */
  readonly board: Board;
  readonly sensitivities: Sensitivities;
  readonly gradient: Float32Array;
}

function createWorkbench(kernels: Kernels, sources: Int32Array, lanes: number): Workbench {
  const topology = criticTopology(sources);
  const gradient = kernels.numbers(topology.rowOffset[topology.neurons]);
  return { topology, board: createBoard(kernels, topology, lanes), sensitivities: createSensitivities(kernels, topology, lanes), gradient };
}

/** One workbench for each number of sources: critics of one size take turns on it. */
function createWorkbenches(kernels: Kernels, topology: Topology, lanes: number): (neuron: Neuron) => Workbench {
  const benches = new Map<number, Workbench>();
  for (const sources of sourceLists(topology)) {
    const size = situationSize(sources);
    if (!benches.has(size)) benches.set(size, createWorkbench(kernels, sources, lanes));
  }
  return ({ name, sources }) => {
    const bench = benches.get(situationSize(sources));
    if (bench === undefined) throw new InternalError(`no workbench for the critic of ${name}`);
    return bench;
  };
}

/** Q(v, a), Q(v, μ(v)) and Q'(v', μ'(v')), in the lanes of the situation. @throws DivergenceError naming the neuron that owns the critic */
function evaluate(kernels: Kernels, neuron: Neuron, { topology, board }: Workbench, size: number): void {
  const { values, target } = neuron.parameters[CRITIC];
  try {
    propagate(kernels, topology, values, board, 0, 2 * size);
    propagate(kernels, topology, target, board, 2 * size, 3 * size);
  } catch (error) {
    if (error instanceof DivergenceError) throw new DivergenceError(neuron.name, `critic's ${error.quantity}`, error.value);
    throw error;
  }
}

function createProgram(context: RuleContext): RuleProgram {
  const { kernels, topology, batchSize, rates, optimiser } = context;
  const actor = createActor(context);
  const lanes = 3 * batchSize;
  const benchOf = createWorkbenches(kernels, topology, lanes);
  const targetAction = createTargetAction(context);
  const error = kernels.numbers(batchSize);
  const credit = kernels.numbers(batchSize);

  function observeError({ topology: { outputs }, board: { voltages } }: Workbench, { reward, continuation }: Batch): void {
    const value = outputs.begin * lanes;
    for (let b = 0; b < batchSize; b += 1) {
      error[b] = reward[b] + continuation[b] * voltages[value + 2 * batchSize + b] - voltages[value + b];
    }
  }

  /** The sensitivities of Q(v, a) and of Q(v, μ(v)); credit = ∂Q/∂a of the latter. */
  function differentiate({ topology: { inputs, outputs }, topology: critic, board, sensitivities }: Workbench, weights: Float32Array): void {
    sensitivities.voltages.fill(1, outputs.begin * lanes, outputs.begin * lanes + 2 * batchSize);
    backpropagate(kernels, critic, weights, board, sensitivities, 2 * batchSize);
    const action = (inputs.end - 1) * lanes + batchSize; // the last row of the situation
    for (let b = 0; b < batchSize; b += 1) credit[b] = sensitivities.voltages[action + b];
  }

  /** gradient = mean(D ∂Q/∂θ). */
  function accumulate({ topology: { populations, rowOffset }, board, sensitivities: { weightedInputs }, gradient }: Workbench): void {
    for (const { begin, end, sources } of populations) {
      if (sources.length === 0) continue;
      for (let neuron = begin; neuron < end; neuron += 1) {
        for (let at = neuron * lanes, b = 0; b < batchSize; b += 1) weightedInputs[at + b] *= error[b] / batchSize;
      }
      const coefficients = weightedInputs.subarray(begin * lanes, end * lanes);
      kernels.gradients(coefficients, lanes, end - begin, sources, board.voltages, lanes, batchSize, gradient.subarray(rowOffset[begin], rowOffset[end]));
    }
  }

  return {
    learn(neuron: Neuron, batch: Batch, update: number) {
      if (neuron.kind === 'input') return;
      const critic = neuron.parameters[CRITIC];
      const bench = benchOf(neuron);
      observeSituation(neuron, batch, targetAction(neuron, batch), bench.board.voltages);
      evaluate(kernels, neuron, bench, batchSize);
      observeError(bench, batch);
      checkTdError(topology, neuron, error, batchSize);

      differentiate(bench, critic.values);
      accumulate(bench);
      actor.learnRow(neuron, batch, credit, update);
      optimiser.step(critic, bench.gradient, rates.criticRate, update);
      followTarget(kernels, critic, rates.targetRate);
    },
    estimate(neuron: Neuron, batch: Batch, value: Float32Array) {
      const bench = benchOf(neuron);
      observeSituation(neuron, batch, targetAction(neuron, batch), bench.board.voltages);
      evaluate(kernels, neuron, bench, batchSize);
      const first = bench.topology.outputs.begin * lanes;
      value.set(bench.board.voltages.subarray(first, first + batchSize));
    },
  };
}
