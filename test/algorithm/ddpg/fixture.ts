import { createDdpgProgram, type DdpgProgram } from '../../../src/algorithm/ddpg/program.js';
import { createTrainedNetwork, creditShapes, networkShape, type TrainedNetwork } from '../../../src/credit/trained-network.js';
import type { DdpgRates } from '../../../src/algorithm/ddpg/settings.js';
import { CREDITS, type OpenCreditName } from '../../../src/credit/registry.js';
import { createKernels } from '../../../src/kernels/create.js';
import type { KernelName } from '../../../src/kernels/kernels.js';
import { createArena } from '../../../src/memory/arena.js';
import { parameterBlocks } from '../../../src/memory/parameters.js';
import { createWorkspace, workspaceBlock } from '../../../src/memory/workspace.js';
import { layeredTopology, type LayeredNetwork } from '../../../src/network/topology.js';
import { createTransitions, type Transitions } from '../../../src/replay/minibatch.js';
import { createOptimiser, type OptimiserName } from '../../../src/optimise/registry.js';

/** DDPG on one minibatch, without replay or environment. The critic has the actor's hidden layers. */
export interface DdpgFixture {
  readonly program: DdpgProgram;
  readonly actor: TrainedNetwork;
  readonly critic: TrainedNetwork;
  readonly transitions: Transitions;
  /** Shows the actor the states and their successors, one list of observations each. */
  show(states: readonly (readonly number[])[], successors: readonly (readonly number[])[]): void;
}

export function createDdpgFixture(network: LayeredNetwork, size: number, rates: DdpgRates, optimiser: OptimiserName = 'sgd', delay = 0, kernelName: KernelName = 'simd', creditName: OpenCreditName = 'backprop'): DdpgFixture {
  const topologies = [
    layeredTopology(network),
    layeredTopology({ ...network, observations: network.observations + network.outputs, outputs: 1, outputActivation: 'linear', prefix: 'critic.' }),
  ];
  const credit = CREDITS[creditName];
  const shapes = topologies.flatMap((topology, i) => [networkShape(`network${i}`, topology), ...Object.values(creditShapes(`network${i}`, topology, credit))]);
  const arena = createArena([workspaceBlock(1), ...parameterBlocks(shapes)]);
  const kernels = createKernels(kernelName, () => createWorkspace(arena, 0));
  const [actor, critic] = topologies.map((topology, i) => createTrainedNetwork(kernels, arena, `network${i}`, topology, credit, size));
  const transitions = createTransitions(kernels, { stochasticNeurons: network.outputs }, size);
  const firstStochastic = actor.topology.outputs.begin;
  return {
    program: createDdpgProgram({ kernels, actor, critic, transitions, firstStochastic, rates, optimiser: createOptimiser(optimiser, kernels), credit, delay }),
    actor,
    critic,
    transitions,
    show(states, successors) {
      const { lanes, voltages } = actor.activations;
      [...states, ...successors].forEach((observation, lane) => {
        [1, ...observation].forEach((value, neuron) => (voltages[neuron * lanes + lane] = value));
      });
    },
  };
}
