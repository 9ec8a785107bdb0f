import { createDdpgProgram } from '../algorithm/ddpg/program.js';
import { networkShape, withBuffers, type TrainedNetwork } from '../credit/trained-network.js';
import type { Kernels } from '../kernels/kernels.js';
import { parametersIn, type ParameterTable } from '../memory/parameters.js';
import { initialiseWeights, type InitialWeights } from '../network/initialise.js';
import type { Topology } from '../network/topology.js';
import { createTransitions } from '../replay/minibatch.js';
import type { Optimiser } from '../optimise/optimiser.js';
import type { Batch } from '../objective/batch.js';
import { createDivergenceLatch } from './divergence-latch.js';
import type { GradientEstimator } from './estimator.js';

/** The name of this kind, which is no rule. */
export const TWIN = 'twin';

export const CONTROL_LOCALITY = 'none: the control. Backpropagation from a second critic of the whole network, trained as DDPG\'s own but from other initial weights: '
  + 'it shows how much two critics differ';

export interface ControlCriticContext {
  /** Those of the network: the twin lies in its memory. */
  readonly kernels: Kernels;
  readonly actor: TrainedNetwork;
  /** DDPG's. */
  readonly critic: TrainedNetwork;
  readonly firstStochastic: number;
  readonly optimiser: Optimiser;
  readonly batchSize: number;
  readonly seed: number;
  readonly gains: InitialWeights;
}

/**
 * The reference from a critic with other initial weights: a ceiling for the agreement of the other estimators. It learns as DDPG's critic
 * does, from the same minibatches, and does not change the actor.
 */
export function createControlCritic(context: ControlCriticContext): GradientEstimator & { readonly critic: TrainedNetwork } {
  const { kernels, firstStochastic, optimiser, batchSize: size } = context;
  const { topology, weights } = context.actor;
  const actor = withBuffers(kernels, { topology, weights: withOwnTarget(kernels, weights), credit: {} }, size);
  const critic = createCritic(context);
  const transitions = createTransitions(kernels, { stochasticNeurons: topology.neurons - firstStochastic }, size);
  const rates = { actorRate: 0, criticRate: 0, targetRate: 0 };
  const frozenLayers = topology.populations.map(({ name }) => name);
  const program = createDdpgProgram({ kernels, actor, critic, transitions, firstStochastic, rates, optimiser, frozenLayers });
  const values = new Float32Array(size);
  const guard = createDivergenceLatch();

  function show({ activations, reward, discounts, sampled }: Batch): void {
    actor.activations.voltages.set(activations.voltages.subarray(0, topology.inputs.end * activations.lanes));
    transitions.reward.set(reward);
    transitions.discounts.set(discounts);
    transitions.sampled.set(sampled);
  }

  return {
    name: TWIN,
    critic,
    get failure() {
      return guard.failure;
    },
    learn(batch, kindRates, update) {
      Object.assign(rates, kindRates);
      show(batch);
      guard.run(update, () => { program.learn(update); });
    },
    probe(batch) {
      show(batch);
      guard.run(0, () => { program.observe(values); });
      if (guard.failure !== null) for (const each of [actor.gradient, values]) each.fill(NaN);
    },
    gradientOf: (neuron) => actor.gradientOf[neuron],
    valueOf: () => values.reduce((sum, each) => sum + each, 0) / size,
  };
}

/** A critic of the same shape as DDPG's, with initial weights from streams of other names. */
function createCritic({ kernels, critic: { topology: original }, batchSize, seed, gains }: ControlCriticContext): TrainedNetwork {
  const populations = original.populations.map((population) => ({ ...population, name: `${TWIN}.${population.name}` }));
  const find = (kind: 'input' | 'output') => populations.find((population) => population.kind === kind) ?? original.inputs;
  const topology: Topology = { ...original, populations, inputs: find('input'), outputs: find('output') };
  const shape = networkShape(TWIN, topology);
  const critic = withBuffers(kernels, { topology, weights: parametersIn(kernels, shape), credit: {} }, batchSize);
  initialiseWeights(topology, seed, gains, critic.weights.values);
  critic.weights.target.set(critic.weights.values);
  return critic;
}

/** The live weights, with a target copy of its own, so that DDPG's target does not change. */
function withOwnTarget(kernels: Kernels, weights: ParameterTable): ParameterTable {
  const target = kernels.numbers(weights.values.length);
  target.set(weights.values);
  const { values, offset } = weights;
  const none = new Float32Array(0);
  return {
    ...weights,
    target,
    of: (neuron, count = 1) => {
      const part = (numbers: Float32Array) => numbers.subarray(offset[neuron], offset[neuron + count]);
      return { values: part(values), target: part(target), first: none, second: none };
    },
  };
}
