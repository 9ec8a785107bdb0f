import { suggestion, wrongValue } from '../../check.js';
import { creditNamed } from '../../credit/registry.js';
import { cursorBlock } from '../../environment/cursor-records.js';
import { makeEnvironment } from '../../environment/registry.js';
import { checkBudget } from '../../memory/budget.js';
import { controlBlocks } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { parameterBlocks } from '../../memory/parameters.js';
import { workspaceBlock } from '../../memory/workspace.js';
import { createDecoder, type Decoder } from '../../network/decoder.js';
import type { Encoder } from '../../network/encoder.js';
import { explorationBlocks } from '../../explore/voltage-noise.js';
import { createInputEncoder, withObservationTraces } from '../../network/observation-traces.js';
import { layeredTopology, type Topology } from '../../network/topology.js';
import { replayBlocks, type RingShape } from '../../replay/ring.js';
import { creditShapes, networkShape } from '../../credit/trained-network.js';
import type { UpdatePlan } from './update-buffers.js';
import { demandsOf, type DdpgSettings } from './settings.js';
import { barrierBlocks } from './barrier.js';

/** What a run of DDPG is made of, derived from its settings alone. */
export interface DdpgLayout {
  /** Numbers in an observation, observation traces included. */
  readonly observations: number;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly ring: RingShape;
  readonly update: UpdatePlan;
  readonly blocks: readonly BlockRequest[];
}

/** @throws RangeError naming an option that does not fit the task or the network */
export function createDdpgLayout(settings: DdpgSettings): DdpgLayout {
  const { network, exploration, learning } = settings;
  const bare = makeEnvironment(settings.environment);
  const environment = withObservationTraces(bare, network);
  const observations = environment.observationSpace.low.length;
  const decoder = createDecoder(environment.actionSpace);
  checkBudget(demandsOf(settings, observations, decoder.outputs));
  const { actorTopology, criticTopology } = createTopologies(settings, observations, decoder.outputs);
  const firstStochastic = exploration.hidden > 0 ? actorTopology.inputs.end : actorTopology.outputs.begin;
  const ring = { capacity: learning.replay, inputs: actorTopology.inputs.end, stochasticNeurons: actorTopology.neurons - firstStochastic };
  const stateSize = environment.getState().length;
  const credit = creditNamed(settings.credit);
  const networks = [['actor', actorTopology], ['critic', criticTopology]] as const;
  environment.close();
  return {
    observations,
    encoder: createInputEncoder(bare.observationSpace, network, observations),
    decoder,
    ring,
    update: {
      actorTopology,
      criticTopology,
      firstStochastic,
      batch: learning.batch,
      kernels: settings.kernels,
      optimiser: learning.optimiser,
      credit: settings.credit,
      frozenLayers: frozenLayers(actorTopology, settings),
      targetRate: learning.targetRate,
    },
    blocks: [
      ...controlBlocks(1),
      workspaceBlock(settings.threads),
      ...parameterBlocks(networks.flatMap(([name, topology]) => [networkShape(name, topology), ...Object.values(creditShapes(name, topology, credit))])),
      ...replayBlocks(ring),
      cursorBlock(1, { observations }, stateSize),
      ...explorationBlocks(actorTopology),
      ...barrierBlocks(),
    ],
  };
}

function createTopologies({ network, credit }: DdpgSettings, observations: number, outputs: number) {
  const readOut = creditNamed(credit).outputs;
  return {
    actorTopology: layeredTopology({ ...network, readOut, observations, outputs }),
    criticTopology: layeredTopology({ ...network, readOut, observations: observations + outputs, outputs: 1, outputActivation: 'linear', prefix: 'critic.' }),
  };
}

function frozenLayers({ populations }: Topology, { learning }: DdpgSettings): readonly string[] {
  const names = populations.filter(({ kind }) => kind !== 'input').map(({ name }) => name);
  for (const name of learning.frozenLayers) {
    if (!names.includes(name)) throw wrongValue('learning.frozenLayers', `some of ${names.join(', ')}`, name, suggestion(name, names));
  }
  return learning.frozenLayers;
}
