import type { Activations } from '../../network/activations.js';
import type { Encoder } from '../../network/encoder.js';
import { BIAS_NEURON } from '../../network/topology.js';
import type { ReplayedBatch } from '../../objective/replayed.js';
import { lastRow, type Item, type ReadItem } from '../../replay/items.js';
import type { Segments } from '../../replay/segment.js';

/** Copies items out of a replay: what was done and what followed to the batch, observations to the input neurons. */
export interface ItemLoader {
  /**
   * Reads: the rows of the replay. Writes: actions, returns and discounts of the batch; input voltages of the activations, the states in lanes 0 up to size, the last
   * observations in lanes size up to 2·size.
   */
  load(rows: Int32Array, batch: Pick<ReplayedBatch, 'size' | 'actions' | 'returns' | 'discounts'>, activations: Activations): void;
}

export function createItemLoader(segments: Segments, read: ReadItem, { centre, factor }: Encoder): ItemLoader {
  const { observations, observation, action } = segments;
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
    load(rows, { size, actions, returns, discounts }, activations) {
      for (let lane = 0; lane < size; lane += 1) {
        const row = rows[lane];
        read(row, item);
        actions[lane] = action[row];
        returns[lane] = item.return;
        discounts[lane] = item.discount;
        show(row, activations, lane);
        show(lastRow(segments, row, item.span), activations, size + lane);
      }
    },
  };
}
