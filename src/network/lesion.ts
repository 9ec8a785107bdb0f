import { createStream } from '../random/stream.js';
import { populationOf, type Topology } from './topology.js';

/**
 * Draws the hidden neurons to lesion, from a stream of the seed that nothing else draws from: the first of a random order of all
 * hidden neurons, so that those of a smaller fraction are among those of a larger.
 *
 * @param share fraction of the hidden neurons, rounded to whole neurons, but at least one where it is > 0; 0 to 1
 * @returns the neurons in order
 */
export function drawLesioned(topology: Topology, seed: number, share: number): number[] {
  const order = hiddenNeurons(topology);
  const count = share === 0 ? 0 : Math.max(1, Math.round(share * order.length));
  const stream = createStream(seed, 'death');
  for (let i = 0; i < count; i += 1) { // Fisher and Yates's shuffle, as far as it is needed
    const j = i + stream.integer(order.length - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, count).toSorted((a, b) => a - b);
}

function hiddenNeurons(topology: Topology): number[] {
  const { inputs, neurons } = topology;
  const others = Array.from({ length: neurons - inputs.end }, (_, i) => inputs.end + i);
  return others.filter((neuron) => populationOf(topology, neuron).kind === 'hidden');
}
