import { playEpisode } from '../environment/loop.js';
import { makeEnvironment } from '../environment/registry.js';
import { createKernels } from '../kernels/create.js';
import { createArena, type Arena } from '../memory/arena.js';
import { createWorkspace, workspaceBlock } from '../memory/workspace.js';
import { createActivations, propagate } from '../network/dynamic.js';
import { keptBy } from '../network/membrane.js';
import { withRecurrentInputs } from '../network/recurrent-inputs.js';
import { withObservationTraces } from '../network/observation-traces.js';
import { BIAS_NEURON, neuronName, populationOf, sourcesOf } from '../network/topology.js';
import { trainedState } from '../placement/partitioned/environment-task.js';
import { ALIVE, WEIGHTS, type RunLayout } from '../placement/partitioned/run-layout.js';
import { attachTables } from '../placement/partitioned/partition-context.js';

/** A neuron of a network that is looked at from inside. */
export interface RecordedNeuron {
  readonly name: string;
  /** `context`: an input with a leaky trace of a neuron's voltage. `kept`: one with the state of a neuron's membrane. */
  readonly kind: 'bias' | 'observation' | 'memory' | 'context' | 'kept' | 'hidden' | 'head' | 'output';
  /** Of a context neuron: index of the neuron that it copies, and τ in environment steps. Of a kept number: its neuron. */
  readonly source?: number;
  readonly timeConstant?: number;
}

/** One episode of a network, exploration off, seen from inside: plain data. */
export interface EpisodeRecording {
  readonly neurons: readonly RecordedNeuron[];
  /** K: weight by reader and by neuron that is read; null where there is no connection; [neurons][neurons] */
  readonly connections: readonly (readonly (number | null)[])[];
  /** After the outputs were computed, for each recorded step; [steps][neurons] */
  readonly voltages: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  /** Of the whole episode, and how many steps it had. */
  readonly return: number;
  readonly steps: number;
}

/**
 * Plays one episode as an evaluation does, to the bit, and writes down every voltage. Nothing that a run depends on is written.
 *
 * Reads: weights and memory of the arena, while no partition runs.
 *
 * @param seed of the episode
 * @param most steps whose voltages are kept
 */
export function recordEpisode(layout: RunLayout, arena: Arena, seed: number, most: number): EpisodeRecording {
  const { settings, topology, context, encoder, decoder } = layout;
  const own = createArena([workspaceBlock(1)]); // not the arena's own workspaces: those are the partitions'
  const kernels = createKernels(settings.kernels, () => createWorkspace(own, 0));
  const { values } = attachTables(layout, arena)[WEIGHTS];
  const weights = kernels.numbers(values.length);
  weights.set(values);
  const activations = { ...createActivations(kernels, topology, 1), alive: arena.int32(ALIVE) };
  const trained = trainedState({ layout, arena });
  const environment = withRecurrentInputs(withObservationTraces(makeEnvironment(settings.environment), settings.network, trained), context, activations, 0);
  const voltages: number[][] = [];
  const rewards: number[] = [];
  const outputs = activations.voltages.subarray(topology.outputs.begin, topology.outputs.end);
  const answer = (observation: ArrayLike<number>) => {
    encoder.encode(observation, activations.voltages);
    propagate(kernels, topology, weights, activations, 0, 1);
    if (voltages.length < most) voltages.push(Array.from(activations.voltages));
    return decoder.decode(outputs);
  };
  const { episodeReturn, steps } = playEpisode(environment, seed, answer, { onStep({ reward }, cursor) { if (cursor.steps < most) rewards.push(reward); } });
  environment.close();
  return { neurons: describeNeurons(layout), connections: connectionsOf(layout, values), voltages, rewards, return: episodeReturn, steps };
}

function describeNeurons(plan: RunLayout): RecordedNeuron[] {
  const { topology, context: { begin, sources: heard, shares, membranes } } = plan;
  const owners = membranes.flatMap(({ begin: first, end, membrane }) => Array.from({ length: (end - first) * keptBy(membrane) }, (_, i) => first + Math.floor(i / keptBy(membrane))));
  const bare = makeEnvironment(plan.settings.environment);
  const seen = bare.observationSpace.low.length;
  bare.close();
  return Array.from({ length: topology.neurons }, (_, neuron): RecordedNeuron => {
    const name = neuronName(topology, neuron);
    if (neuron === BIAS_NEURON) return { name, kind: 'bias' };
    const { kind } = populationOf(topology, neuron);
    if (kind !== 'input') return { name, kind };
    if (neuron < begin) return { name, kind: neuron <= seen ? 'observation' : 'memory' };
    if (neuron >= begin + heard.length) return { name, kind: 'kept', source: owners[neuron - begin - heard.length] };
    return { name, kind: 'context', source: heard[neuron - begin], timeConstant: 1 / shares[neuron - begin] };
  });
}

function connectionsOf({ topology }: RunLayout, values: Float32Array): (number | null)[][] {
  const { neurons, rowOffset } = topology;
  return Array.from({ length: neurons }, (_, reader) => {
    const row = new Array<number | null>(neurons).fill(null);
    sourcesOf(populationOf(topology, reader), reader).forEach((source, i) => (row[source] = values[rowOffset[reader] + i]));
    return row;
  });
}
