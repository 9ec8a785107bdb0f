import { createStream, type Stream } from '../random/stream.js';
import { neuronName, populationOf, type Topology } from './topology.js';

export interface ExplorationScale {
  /** Standard deviation ξ of the noise on output voltages; ≥ 0. */
  readonly output: number;
  /** The same for hidden voltages; 0 where only the outputs explore. */
  readonly hidden: number;
  /** Standard deviation on output voltages during the warm-up, before learning starts. */
  readonly warmup: number;
  /** ρ of successive ξ of one neuron; 0: white noise; ≥ 0, < 1. */
  readonly correlation: number;
}

/**
 * A neuron's exploration: a = μ + ξ, with ξ_t = ρ ξ_{t-1} + s √(1 - ρ²) ε_t of standard deviation s, the Ornstein-Uhlenbeck
 * process in discrete time. ε comes from the neuron's own stream, entered at the environment step. ξ starts at 0, moves once
 * in each step, however often the neuron is asked in it, and runs on from episode to episode.
 *
 * Source: Uhlenbeck & Ornstein 1930; as exploration Lillicrap et al. 2015, where it starts again with each episode.
 */
export interface Exploration {
  /** The voltage neuron `neuron` acts with at environment step `step`, given its mean voltage. */
  readonly explore: (neuron: number, mean: number, step: number, warmingUp: boolean) => number;
}

/** @param neurons the neurons that this thread owns: others' streams are not created */
export function createExploration(topology: Topology, seed: number, scale: ExplorationScale, neurons: readonly number[]): Exploration {
  const streams = new Map<number, Stream>();
  const deviations = new Float64Array(topology.neurons);
  for (const neuron of neurons) {
    const { kind } = populationOf(topology, neuron);
    deviations[neuron] = kind === 'output' ? scale.output : kind === 'hidden' ? scale.hidden : 0;
    if (kind !== 'input') streams.set(neuron, createStream(seed, `exploration/${neuronName(topology, neuron)}`));
  }
  const { outputs } = topology;
  const { correlation } = scale;
  const innovation = Math.sqrt(1 - correlation * correlation);
  const noise = new Float64Array(topology.neurons); // ξ / s
  const movedAt = new Float64Array(topology.neurons).fill(-1); // the step of it: an observation may be shown again
  return {
    explore(neuron, mean, step, warmingUp) {
      const deviation = warmingUp && neuron >= outputs.begin ? scale.warmup : deviations[neuron];
      const stream = streams.get(neuron);
      if (deviation === 0 || stream === undefined) return mean;
      if (movedAt[neuron] !== step) {
        stream.position = step;
        noise[neuron] = correlation * noise[neuron] + innovation * stream.gaussian();
        movedAt[neuron] = step;
      }
      return mean + deviation * noise[neuron];
    },
  };
}
