import { attachParameter } from '../memory/parameters.js';
import { actorsOf } from '../placement/actor-learners/actor.js';
import { trainedState } from '../placement/actor-learners/evaluation.js';
import { attachCredit, weightShape } from '../placement/actor-learners/layout.js';
import type { ActorLearnerSettings } from '../placement/actor-learners/settings.js';
import type { ActorLearnerSupervisor } from '../placement/actor-learners/supervisor.js';
import { joinStaleness } from '../placement/partitioned/staleness.js';
import { encodeSafetensors } from '../telemetry/safetensors.js';
import { describePolicy } from './policy.js';
import type { RunReport } from './training.js';
import { weightNorms, weightTensors } from './weights.js';

/** The learned numbers of actor-learners as a safetensors file. The first output neurons determine the action; under a policy the value follows them. */
export function encodeActorWeights({ environment, algorithm, seed, network: encoding }: ActorLearnerSettings, { layout, arena }: ActorLearnerSupervisor, step: number): Uint8Array {
  const { networks, encoder, decoder, credit } = layout;
  const [{ topology, recurrent }] = networks;
  const { tensors, description } = describePolicy({ topology, encoder, decoder, encoding, trained: trainedState(layout, arena), ...(recurrent && { context: recurrent }) });
  const { values, shape } = attachParameter(arena, weightShape(networks));
  const own = networks.map((network) => {
    const part = values.subarray(network.offset);
    const table = { ...attachParameter(arena, weightShape(networks)), shape, values: part, offset: network.topology.rowOffset };
    return weightTensors(network.topology, { weights: table, ...attachCredit(arena, network, credit) });
  });
  const metadata = { format: 'ganglion', environment, rule: algorithm, seed: String(seed), step: String(step), policy: description };
  return encodeSafetensors(Object.assign({}, tensors, ...own) as typeof tensors, metadata);
}

/** Euclidean norm of each population's weights. */
export function actorWeightNorms({ layout: { networks }, arena }: ActorLearnerSupervisor): Record<string, number> {
  const { values } = attachParameter(arena, weightShape(networks));
  return Object.assign({}, ...networks.map(({ topology, offset }) => weightNorms(topology, values.subarray(offset)))) as Record<string, number>;
}

/** What a report says of workers and actors. */
export function reportActors(settings: ActorLearnerSettings, supervisor: ActorLearnerSupervisor): Pick<RunReport, 'staleness' | 'partitions' | 'actors'> {
  const neurons = supervisor.layout.networks.reduce((sum, { topology }) => sum + topology.neurons - topology.inputs.end, 0);
  const partitions = supervisor.staleness();
  const waits = supervisor.waits();
  return {
    staleness: joinStaleness(partitions),
    partitions: partitions.map((each, partition) => ({ partition, neurons, updates: each.weights.reads, ...each })),
    actors: { count: settings.actors, ofWorkers: partitions.map((_, worker) => actorsOf(settings, worker).length), lostUpdates: supervisor.lostUpdates(), ...(waits !== undefined && { waits }) },
  };
}
