import { suggestion, wrongValue } from '../../check.js';
import { creditNamed } from '../../credit/registry.js';
import { attachCursorStore } from '../../environment/cursor-store.js';
import { makeEnvironment } from '../../environment/registry.js';
import { DivergenceError } from '../../errors.js';
import { createKernels } from '../../kernels/create.js';
import type { Kernels } from '../../kernels/kernels.js';
import { createArena, type Snapshot } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import { createWorkspace } from '../../memory/workspace.js';
import { attachExplorationState, createExploration } from '../../explore/voltage-noise.js';
import { initialiseWeights } from '../../network/initialise.js';
import { withObservationTraces } from '../../network/observation-traces.js';
import { neuronName, readOutsOf, type Topology } from '../../network/topology.js';
import { createStream } from '../../random/stream.js';
import { loadMinibatch, type Transitions } from '../../replay/minibatch.js';
import { attachReplay, type ReplayRing } from '../../replay/ring.js';
import { createSampler } from '../../replay/sampler.js';
import { createOptimiser } from '../../optimise/registry.js';
import { rateFraction } from '../../optimise/update.js';
import type { Agent } from '../../placement/agent.js';
import { createDdpgProgram, type DdpgProgram } from './program.js';
import type { TrainedNetwork } from '../../credit/trained-network.js';
import { createEvaluationPlay, createPolicy, createTrainingPlay } from './play.js';
import { createDataParallelUpdate } from './data-parallel.js';
import { createDdpgLayout } from './layout.js';
import { allocateBuffers, recordAllocations } from './update-buffers.js';
import type { DdpgSettings } from './settings.js';
import { UPDATE_THREADS } from './barrier.js';

/** DDPG at work. After an update, `actor` and `transitions` hold its minibatch and its gradients. */
export interface DdpgAgent extends Agent {
  readonly kernels: Kernels;
  readonly actor: TrainedNetwork;
  readonly critic: TrainedNetwork;
  readonly transitions: Transitions;
  readonly replay: ReplayRing;
  /** The first neuron that explores: `transitions.sampled` starts with its row. */
  readonly firstStochastic: number;
  readonly program: DdpgProgram;
  /** Threads that share the next update: as many as requested, once they have started. */
  readonly threads: number;
}

/**
 * @param checkpoint of the same settings, to continue from
 * @throws RangeError naming an option that does not fit the task or the network; CheckpointError where the checkpoint is of other settings
 */
export function createDdpgAgent(settings: DdpgSettings, checkpoint?: Snapshot): DdpgAgent {
  const { network, exploration, learning, seed } = settings;
  const { observations, encoder, decoder, ring, update: plan, blocks } = createDdpgLayout(settings);
  const { actorTopology, firstStochastic } = plan;
  const credit = creditNamed(settings.credit);
  const environment = withObservationTraces(makeEnvironment(settings.environment, { seed }), network);
  checkpoint?.check(blocks);
  const arena = createArena(blocks);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, 0));
  const offsets: number[] = [];
  const buffers = allocateBuffers(recordAllocations(kernels, offsets), arena, plan);
  const { actor, critic, transitions } = buffers;
  for (const trained of [actor, critic]) {
    const { topology, weights } = trained;
    initialiseWeights(topology, seed, network, weights.values);
    weights.target.set(weights.values);
    credit.initialise?.(topology, trained.credit, seed);
  }
  checkpoint?.restore(arena);

  const replay = attachReplay(arena, ring);
  const rates = { ...learning }; // decay during the run
  const program = createDdpgProgram({ kernels, ...buffers, firstStochastic, rates, optimiser: createOptimiser(learning.optimiser, kernels), credit, frozenLayers: plan.frozenLayers, delay: learning.gradientDelay });
  const dataParallel = settings.threads > 1 ? createDataParallelUpdate(kernels, buffers, program, rates, { arena, plan, offsets }) : undefined;
  const sampler = createSampler(replay, createStream(seed, 'replay'));
  const slots = new Int32Array(learning.batch);
  const policyContext = { kernels, topology: actorTopology, weights: actor.weights.values, encoder, decoder };
  const play = createTrainingPlay({
    policy: createPolicy(policyContext),
    exploration: createExploration(actorTopology, seed, exploration, stochasticNeurons(actorTopology, settings), attachExplorationState(arena), settings.steps),
    environment,
    replay,
    store: attachCursorStore(arena, [{ begin: 0, end: 1 }], observations),
    firstStochastic,
    warmup: learning.warmup,
  });
  const { version } = attachControl(arena);

  return {
    arena,
    kernels,
    networks: [actor, critic],
    actor,
    critic,
    transitions,
    replay,
    firstStochastic,
    program,
    get steps() {
      return play.steps;
    },
    get updates() {
      return version.get(0);
    },
    get threads() {
      return dataParallel?.isComplete() === true ? UPDATE_THREADS : 1;
    },
    step: () => play.step(),
    update() {
      const updates = version.get(0);
      const share = rateFraction(learning.finalRateFraction, play.steps, settings.steps);
      rates.actorRate = share * learning.actorRate;
      rates.criticRate = share * learning.criticRate;
      sampler.draw(updates, slots);
      loadMinibatch(kernels, replay, slots, learning, actor.activations, transitions);
      if (dataParallel?.learn(updates + 1) !== true) program.learn(updates + 1);
      version.set(0, updates + 1);
    },
    evaluation: () => createEvaluationPlay(createPolicy(policyContext), withObservationTraces(makeEnvironment(settings.environment), network, environment.getState())),
    acting: () => ({ topology: actorTopology, encoder, decoder, encoding: network, trained: environment.getState() }),
    examine() {
      for (const each of [actor, critic]) checkFinite(each);
    },
    close() {
      dataParallel?.close();
      environment.close();
    },
  };
}

/** The neurons that explore: the outputs, and the hidden neurons that were named. */
function stochasticNeurons(topology: Topology, { exploration: { hidden, hiddenNeurons } }: DdpgSettings): number[] {
  const names = new Map(Array.from({ length: readOutsOf(topology)[0].begin - topology.inputs.end }, (_, i) => [neuronName(topology, topology.inputs.end + i), topology.inputs.end + i]));
  const chosen = (hiddenNeurons ?? [...names.keys()]).map((name) => {
    const neuron = names.get(name);
    if (neuron !== undefined) return neuron;
    throw wrongValue('exploration.hiddenNeurons', 'names of hidden neurons, for example hidden1[0]', name, suggestion(name, [...names.keys()]));
  });
  const outputs = Array.from({ length: topology.neurons - topology.outputs.begin }, (_, i) => topology.outputs.begin + i);
  return hidden > 0 ? [...chosen, ...outputs] : outputs;
}

function checkFinite({ topology, weights }: TrainedNetwork): void {
  for (let neuron = topology.inputs.end; neuron < topology.neurons; neuron += 1) {
    const { values, target } = weights.of(neuron);
    const bad = [...values, ...target].find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), 'weights', bad);
  }
}
