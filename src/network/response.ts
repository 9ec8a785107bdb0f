import type { FloatArray, Kernels } from '../kernels/kernels.js';
import { ACTIVATIONS } from '../kernels/activation.js';
import type { Board } from './dynamic.js';
import { inhibitionSlope } from './inhibition.js';
import { membraneSlope, membraneValue } from './membrane.js';
import { poolOf } from './pools.js';
import type { Population } from './topology.js';

/** Some neurons of a population, and how many lanes of them. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly count: number;
}

/** True where v = σ(K v) and nothing more: then a voltage says what its slope is, and whose weighted input it came of does not matter. */
export function isPlain({ membrane, inhibition }: Pick<Population, 'membrane' | 'inhibition'>): boolean {
  return membrane === undefined && inhibition === undefined;
}

/** The mean voltage of one neuron in one lane, by its weighted input. Reads: weighted inputs, and what the neuron keeps. */
export function responseValue(population: Population, board: Board<FloatArray>, neuron: number, lane: number): number {
  const { activation, membrane } = population;
  const activated = ACTIVATIONS[activation].value(board.weightedInputs[neuron * board.lanes + lane]);
  return membrane === undefined ? activated : membraneValue(membrane, population, board, neuron, lane, activated);
}

/**
 * ∂v/∂z of one neuron in one lane, z = K v its own weighted input: σ'(z), times what membrane and inhibition make of it.
 *
 * Reads: the board as `tick` left it; of a plain population its voltages, else also weighted inputs.
 *
 * @param voltage its mean voltage, where the board has another
 */
export function responseSlope(population: Population, board: Board<FloatArray>, neuron: number, lane: number, voltage = board.voltages[neuron * board.lanes + lane]): number {
  const { activation, membrane, inhibition } = population;
  const { lanes, weightedInputs: z } = board;
  const at = neuron * lanes + lane;
  const { value, slope } = ACTIVATIONS[activation];
  if (isPlain(population)) return slope(voltage);
  const own = membrane === undefined ? slope(value(z[at])) : membraneSlope(membrane, population, board, neuron, lane);
  if (inhibition === undefined) return own;
  const pool = poolOf(population, neuron);
  return own * inhibitionSlope(inhibition, z, neuron, pool.begin, pool.end, lanes, lane);
}

/**
 * coefficients[r, b] ← scale · ∂v/∂z · coefficients[r, b] of neuron begin + r in lane b.
 *
 * @param coefficients [rows, coefficientLanes], row-major
 */
export function multiplyResponses<Numbers extends FloatArray>(kernels: Kernels<Numbers>, population: Population, board: Board<Numbers>, coefficients: Numbers, coefficientLanes: number, { begin, end, count }: Stretch, scale: number): void {
  if (isPlain(population)) {
    kernels.multiplySlopes(population.activation, coefficients, coefficientLanes, board.voltages, { begin, end, lanes: board.lanes, count }, scale);
    return;
  }
  for (let neuron = begin; neuron < end; neuron += 1) {
    const row = (neuron - begin) * coefficientLanes;
    for (let b = 0; b < count; b += 1) coefficients[row + b] *= scale * responseSlope(population, board, neuron, b);
  }
}
