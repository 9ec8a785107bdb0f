import { createStream } from '../random/stream.js';
import { isFixed, neuronName, type Population, type Topology } from './topology.js';

export interface InitialWeights {
  /** Gain of hidden neurons: weights are uniform with standard deviation gain / √inputs. */
  readonly hiddenGain: number;
  /** Gain of output neurons; small, so that every policy starts near the middle of its actions. */
  readonly outputGain: number;
}

/**
 * Draws every neuron's first weights from the neuron's own stream; outputs that are the mean of heads weigh these alike.
 *
 * Writes: `weights`, rows by `topology.rowOffset`.
 */
export function initialiseWeights(topology: Topology, seed: number, gains: InitialWeights, weights: Float32Array): void {
  for (const population of topology.populations) {
    if (isFixed(population, topology)) {
      averageHeads(population, topology, weights);
      continue;
    }
    const gain = population.kind === 'hidden' ? gains.hiddenGain : gains.outputGain;
    for (let neuron = population.begin; neuron < population.end; neuron += 1) {
      const inputs = topology.rowOffset[neuron + 1] - topology.rowOffset[neuron];
      const bound = gain * Math.sqrt(3 / inputs); // uniform on ±b has standard deviation b / √3
      const stream = createStream(seed, `initialisation/${neuronName(topology, neuron)}`);
      for (let i = topology.rowOffset[neuron]; i < topology.rowOffset[neuron + 1]; i += 1) {
        weights[i] = stream.uniformBetween(-bound, bound);
      }
    }
  }
}

function averageHeads({ begin, end, sources }: Population, { rowOffset }: Topology, weights: Float32Array): void {
  const outputs = end - begin;
  for (let k = 0; k < outputs; k += 1) {
    for (let j = 0; j < sources.length; j += 1) weights[rowOffset[begin + k] + j] = j % outputs === k ? outputs / sources.length : 0;
  }
}
