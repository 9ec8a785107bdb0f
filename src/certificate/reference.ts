import type { DdpgAgent } from '../algorithm/ddpg/agent.js';
import { createDdpgProgram } from '../algorithm/ddpg/program.js';
import { withBuffers } from '../credit/trained-network.js';
import type { DdpgSettings } from '../algorithm/ddpg/settings.js';
import { populationOf } from '../network/topology.js';
import { createTransitions, loadMinibatch } from '../replay/minibatch.js';
import { createSampler } from '../replay/sampler.js';
import { createStream } from '../random/stream.js';
import { createOptimiser } from '../optimise/registry.js';
import type { Batch } from '../objective/batch.js';
import { createFiniteDifferences, type FiniteDifference } from './finite-difference.js';

/** The network's own policy gradient on a minibatch, computed without disturbing the training. */
export interface Reference {
  /** The current minibatch, as rules read it: states at the weights, their successors at the target copies. */
  readonly batch: Batch;
  /** Mean of Q^μ(s, μ(s)) over it. */
  readonly value: number;
  /** (∇_K Q^μ)^n, the mean over it; [sources] */
  gradientOf(neuron: number): Float32Array;
  /** mean |∂Q/∂z_n| |v|: the gradient if nothing cancelled; added to `sum`, [sources]. */
  addMagnitudes(neuron: number, sum: Float64Array): void;
  /** Draws minibatch number `index` of the certificate's own and differentiates on it. */
  draw(index: number): void;
  /** Compares the gradient with finite differences, on the current minibatch. */
  check(neuron: number): FiniteDifference;
}

export function createReference(agent: DdpgAgent, settings: DdpgSettings): Reference {
  const { learning, seed } = settings;
  const size = learning.batch;
  const { kernels } = agent;
  const actor = withBuffers(kernels, agent.actor, size);
  const critic = withBuffers(kernels, agent.critic, size);
  const transitions = createTransitions(kernels, agent.replay, size);
  const program = createDdpgProgram({ kernels, actor, critic, transitions, firstStochastic: agent.firstStochastic, rates: learning, optimiser: createOptimiser('sgd', kernels) });
  const sampler = createSampler(agent.replay, createStream(seed, 'certificate'));
  const slots = new Int32Array(size);
  const values = new Float32Array(size);
  const batch: Batch = { ...transitions, activations: actor.activations, firstStochastic: agent.firstStochastic, episodeStart: false };
  let value = NaN;

  return {
    batch,
    get value() {
      return value;
    },
    gradientOf: (neuron) => actor.gradientOf[neuron],
    addMagnitudes(neuron, sum) {
      const { sources } = populationOf(actor.topology, neuron);
      const { voltages, lanes } = actor.activations;
      sources.forEach((source, j) => {
        for (let b = 0; b < size; b += 1) sum[j] += Math.abs(actor.deltaOf[neuron][b] * voltages[source * lanes + b]);
      });
    },
    draw(index) {
      sampler.draw(index, slots);
      loadMinibatch(kernels, agent.replay, slots, learning, actor.activations, transitions);
      program.observe(values);
      value = values.reduce((sum, each) => sum + each, 0) / size;
    },
    check: createFiniteDifferences(actor, critic, size),
  };
}
