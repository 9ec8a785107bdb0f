import type { Activations } from '../../network/activations.js';
import type { Encoder } from '../../network/encoder.js';
import { BIAS_NEURON } from '../../network/topology.js';
import { lastRow, type Item, type ReadItem } from '../../replay/items.js';
import type { Segments } from '../../replay/segment.js';

/** What items hold besides observations. */
export interface LoadedItems {
  readonly size: number;
  /** What was done in the first state; [components, size], row-major */
  readonly acted: Float32Array;
  /** R and Γ; [size], both */
  readonly returns: Float64Array;
  readonly discounts: Float64Array;
}

export function createLoadedItems({ components }: Pick<Segments, 'components'>, size: number): LoadedItems {
  return { size, acted: new Float32Array(components * size), returns: new Float64Array(size), discounts: new Float64Array(size) };
}

/** Copies items out of a replay: what was done and what followed, and observations to the input neurons. */
export interface ItemLoader {
  /**
   * Reads: the rows of the replay. Writes: the items; input voltages of the activations, the states in lanes 0 up to size, the last
   * observations in lanes size up to 2·size.
   */
  load(rows: Int32Array, items: LoadedItems, activations: Activations): void;
}

export function createItemLoader(segments: Segments, read: ReadItem, { centre, factor }: Encoder): ItemLoader {
  const { observations, observation, action, components } = segments;
  const item: Item = { span: 0, return: 0, discount: 0 };
  const [centres, factors] = [new Float64Array(observations), new Float64Array(observations).fill(1)]; // observation traces are voltages already
  centres.set(centre);
  factors.set(factor);

  function show(row: number, { voltages, lanes }: Activations, lane: number): void {
    voltages[BIAS_NEURON * lanes + lane] = 1;
    const at = row * observations;
    for (let i = 0; i < observations; i += 1) voltages[(BIAS_NEURON + 1 + i) * lanes + lane] = (observation[at + i] - centres[i]) * factors[i];
  }

  return {
    load(rows, { size, acted, returns, discounts }, activations) {
      for (let lane = 0; lane < size; lane += 1) {
        const row = rows[lane];
        read(row, item);
        for (let k = 0; k < components; k += 1) acted[k * size + lane] = action[row * components + k];
        returns[lane] = item.return;
        discounts[lane] = item.discount;
        show(row, activations, lane);
        show(lastRow(segments, row, item.span), activations, size + lane);
      }
    },
  };
}
