import { wrongValue } from '../check.js';
import type { Incoming, Layer } from './edges.js';
import { BIAS_NEURON } from './topology.js';

/**
 * Checks that every layer lies on a path from the input to the output, recurrent connections included. A layer that no observation
 * reaches is constant, and one that no output reads has no effect.
 *
 * @param option that errors name
 * @throws RangeError naming the layer at fault
 */
export function checkJoined(option: string, layers: readonly Layer[], incoming: readonly Incoming[]): void {
  const reads = layers.map((_, index) => layersRead(layers, incoming[index]));
  const output = layers.length - 1;
  const reached = closure(0, (layer) => layers.flatMap((_, reader) => (reads[reader].has(layer) ? [reader] : [])));
  const useful = closure(output, (layer) => [...reads[layer]]);
  const fault = (layer: number, why: string) => wrongValue(option, 'every layer on a path from input to output', layers[layer].name, `, ${why}`);
  for (const layer of layers.keys()) {
    if (!reached.has(layer)) throw fault(layer, 'without a path from the input; add a block or an edge, or more density');
    if (!useful.has(layer)) throw fault(layer, 'without a path to the output; add a block or an edge, or more density');
  }
}

/** The layers, by index, of which a neuron is read; the bias neuron belongs to none. */
function layersRead(layers: readonly Layer[], { forward, back }: Incoming): Set<number> {
  const found = new Set<number>();
  const add = (neuron: number) => found.add(layers.findIndex(({ end }) => neuron < end));
  for (const { whole, single: { ends, count } } of [forward, back]) {
    for (const { begin } of whole) if (begin !== BIAS_NEURON) add(begin);
    for (let i = 0; i < 2 * count; i += 2) if (ends[i] !== BIAS_NEURON) add(ends[i]);
  }
  return found;
}

/** All layers that can be reached from some, these included. */
function closure(begin: number, next: (layer: number) => readonly number[]): Set<number> {
  const found = new Set([begin]);
  for (const layer of found) for (const other of next(layer)) found.add(other); // iteration includes entries added meanwhile
  return found;
}
