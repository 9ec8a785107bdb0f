import { InternalError } from '../errors.js';
import type { FloatArray, Kernels } from '../kernels/kernels.js';
import { rowsOf, type Board } from './dynamic.js';
import type { Topology } from './topology.js';

/** What `backpropagate` fills in; each [neurons, lanes], row-major, with as many lanes as the board. */
export interface Sensitivities<Numbers extends FloatArray = Float32Array> {
  /** ∂L/∂v of every neuron, everything downstream following its own weights. */
  readonly voltages: Numbers;
  /** ∂L/∂z of every neuron but the inputs. */
  readonly weightedInputs: Numbers;
}

/** Sensitivities for a board of so many lanes. */
export function createSensitivities<Numbers extends FloatArray>(kernels: Kernels<Numbers>, { neurons }: Topology, lanes: number): Sensitivities<Numbers> {
  return { voltages: kernels.numbers(neurons * lanes), weightedInputs: kernels.numbers(neurons * lanes) };
}

/**
 * Reverse-mode differentiation through a whole network: what no neuron of Ganglion does. It serves the opponents it is
 * compared with, and the oracle that its critics are checked against.
 *
 *   ∂L/∂z_n = ∂L/∂v_n σ'(z_n),   ∂L/∂v_m = Σ_{n reads m} K_{n,m} ∂L/∂z_n
 *
 * and ∂L/∂z_n = 0 where n is silenced: nothing passes through it.
 *
 * Source: Rumelhart, Hinton & Williams 1986. The gradient of row n is Σ_b ∂L/∂z_n[b] v[b]: `gradients`.
 *
 * Reads: `weights`, the board as `propagate` left it, and the outputs' rows of `sensitivities.voltages`, which hold ∂L/∂v of
 * the outputs. Writes: all other rows of `sensitivities`, lanes 0 up to `count`.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 * @param count lanes used
 */
export function backpropagate<Numbers extends FloatArray>(
  kernels: Kernels<Numbers>,
  topology: Topology,
  weights: Numbers,
  board: Board<Numbers>,
  sensitivities: Sensitivities<Numbers>,
  count: number,
): void {
  if (topology.cyclic) throw new InternalError('there is no way back through a graph with cycles');
  const { lanes, alive } = board;
  const { voltages: upon, weightedInputs: delta } = sensitivities;
  upon.fill(0, 0, topology.outputs.begin * lanes);
  for (const index of topology.ticks.flat().toReversed()) {
    const { begin, end, sources, activation } = topology.populations[index];
    if (sources.length === 0) continue;
    const own = delta.subarray(begin * lanes, end * lanes) as Numbers;
    own.set(upon.subarray(begin * lanes, end * lanes));
    kernels.multiplySlopes(activation, own, lanes, board.voltages, { begin, end, lanes, count }, 1);
    for (let neuron = begin; neuron < end; neuron += 1) {
      if (alive?.[neuron] === 0) delta.fill(0, neuron * lanes, neuron * lanes + count);
    }
    kernels.spreadBack(rowsOf(topology, weights, begin, end), sources, delta, upon, { begin, end, lanes, count });
  }
}
