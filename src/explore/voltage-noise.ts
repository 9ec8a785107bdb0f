import type { Arena } from '../memory/arena.js';
import type { BlockRequest } from '../memory/layout.js';
import { createStream, type Stream } from '../random/stream.js';
import type { ExplorationScale } from './options.js';
import { neuronName, populationOf, type Topology } from '../network/topology.js';

/**
 * A neuron's exploration: a = μ + ξ, with ξ_t = ρ ξ_{t-1} + s √(1 - ρ²) ε_t of standard deviation s, the Ornstein-Uhlenbeck
 * process in discrete time. ε comes from the neuron's own stream, entered at the environment step. ξ starts at 0, moves once
 * in each step, however often it is read in it, and continues across episodes.
 *
 * Source: Uhlenbeck & Ornstein 1930; as exploration Lillicrap et al. 2015, where it starts again with each episode.
 */
export interface Exploration {
  /** The voltage neuron `neuron` acts with at step `step` of an environment, the first unless given, given its mean voltage. */
  readonly explore: (neuron: number, mean: number, step: number, warmingUp: boolean, environment?: number) => number;
}

/**
 * State of the noise. A neuron's noise has two places, and the word `moved` selects the valid one: a thread that is terminated
 * while a noise moves leaves it either where it was or moved, and the thread that continues moves it once.
 */
export interface ExplorationState {
  /** ξ / s, in one of its two places the present one; [environments, neurons, 2], row-major */
  readonly noise: Float64Array;
  /** 2 (step of the last move + 1) + the place of the present noise; 0 before the first move; [environments, neurons] */
  readonly moved: Float64Array;
}

/** @param environments that a neuron acts in, with a noise of its own in each */
export function explorationBlocks({ neurons }: Pick<Topology, 'neurons'>, environments = 1): BlockRequest[] {
  const owner = 'each partition its own neurons';
  return [
    { name: 'exploration/noise', type: 'float64', shape: [environments * neurons, 2], owner },
    { name: 'exploration/moved', type: 'float64', shape: [environments * neurons], owner },
  ];
}

export function attachExplorationState(arena: Arena): ExplorationState {
  return { noise: arena.float64('exploration/noise'), moved: arena.float64('exploration/moved') };
}

/** State outside the arena, for runs that are not resumed. */
export function createExplorationState({ neurons }: Pick<Topology, 'neurons'>): ExplorationState {
  return { noise: new Float64Array(2 * neurons), moved: new Float64Array(neurons) };
}

/**
 * @param neurons the neurons that this thread owns: others' streams are not created
 * @param state in the arena, for a run that can be resumed
 * @param steps that each environment takes in the whole run
 */
export function createExploration(
  topology: Topology,
  seed: number,
  scale: ExplorationScale,
  neurons: readonly number[],
  { noise, moved }: ExplorationState = createExplorationState(topology),
  steps = Infinity,
): Exploration {
  const streams = new Array<(Stream | undefined)[] | undefined>(topology.neurons).fill(undefined); // by neuron, then environment
  const deviations = new Float64Array(topology.neurons);
  for (const neuron of neurons) {
    const { kind } = populationOf(topology, neuron);
    deviations[neuron] = kind === 'output' ? scale.output : kind === 'hidden' ? scale.hidden : 0;
    if (kind !== 'input') streams[neuron] = [createStream(seed, streamName(topology, neuron))];
  }
  const { outputs } = topology;
  const { correlation, finalFraction } = scale;
  const left = (step: number) => 1 - (1 - finalFraction) * Math.min(1, step / steps);
  const innovation = Math.sqrt(1 - correlation * correlation);
  return {
    explore(neuron, mean, step, warmingUp, environment = 0) {
      const deviation = warmingUp && neuron >= outputs.begin ? scale.warmup : left(step) * deviations[neuron];
      const own = streams[neuron];
      if (deviation === 0 || own === undefined) return mean;
      const at = environment * topology.neurons + neuron;
      const place = moved[at] & 1; // 1 ns, where % 2 of a floating-point number takes 9
      const present = noise[2 * at + place];
      if (moved[at] === 2 * (step + 1) + place) return mean + deviation * present; // the observation is shown again
      const stream = (own[environment] ??= createStream(seed, streamName(topology, neuron, environment)));
      stream.position = step;
      const next = correlation * present + innovation * stream.gaussian();
      noise[2 * at + 1 - place] = next;
      moved[at] = 2 * (step + 1) + 1 - place;
      return mean + deviation * next;
    },
  };
}

/** The first environment's has no number, so that it is the same with others and without. */
function streamName(topology: Topology, neuron: number, environment = 0): string {
  return `exploration/${neuronName(topology, neuron)}${environment === 0 ? '' : `/environment${environment}`}`;
}
