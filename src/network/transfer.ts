import type { FloatArray, Kernels } from '../kernels/kernels.js';
import { ACTIVATIONS } from '../kernels/activation.js';
import type { Activations, TickRange } from './activations.js';
import { inhibitionSlope } from './inhibition.js';
import { membraneSlope, respond } from './membrane.js';
import { poolOf } from './pools.js';
import type { Population } from './topology.js';

/** Some neurons of a population, and how many lanes of them. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly count: number;
}

/** True if v = σ(K v) and nothing more: then the slope follows from the voltage alone. */
export function isPlain({ membrane, inhibition }: Pick<Population, 'membrane' | 'inhibition'>): boolean {
  return membrane === undefined && inhibition === undefined;
}

/**
 * The mean voltages of neurons `begin..end`, by their weighted inputs.
 *
 * Reads: weighted inputs and membrane states. Writes: `voltages`, laid out as the activations'.
 *
 * @returns the first neuron one of whose weighted inputs is not finite, or -1
 */
export function applyTransfer<Numbers extends FloatArray>(kernels: Kernels<Numbers>, population: Population, activations: Activations<Numbers>, { begin, end, laneBegin, laneEnd }: TickRange, voltages: Numbers): number {
  const bad = kernels.activate(population.activation, activations.weightedInputs, voltages, { begin, end, lanes: activations.lanes, laneBegin, laneEnd });
  if (population.membrane !== undefined) respond(population.membrane, population, activations, { begin, end, laneBegin, laneEnd }, voltages);
  return bad;
}

/**
 * ∂v/∂z of one neuron in one lane, z = K v its own weighted input: σ'(z), times the derivatives of membrane and inhibition.
 *
 * Reads: the activations as `tick` left it; of a plain population its voltages, else also weighted inputs.
 */
export function transferSlope(population: Population, activations: Activations<FloatArray>, neuron: number, lane: number): number {
  const { activation, membrane, inhibition } = population;
  const { lanes, voltages, weightedInputs: z } = activations;
  const at = neuron * lanes + lane;
  const { value, slope } = ACTIVATIONS[activation];
  if (isPlain(population)) return slope(voltages[at]);
  const own = membrane === undefined ? slope(value(z[at])) : membraneSlope(membrane, population, activations, neuron, lane);
  if (inhibition === undefined) return own;
  const pool = poolOf(population, neuron);
  return own * inhibitionSlope(inhibition, z, neuron, pool.begin, pool.end, lanes, lane);
}

/**
 * coefficients[r, b] ← scale · ∂v/∂z · coefficients[r, b] of neuron begin + r in lane b.
 *
 * @param coefficients [rows, coefficientLanes], row-major
 * @param voltages what a plain population's mean voltages are, where the activations have others; laid out as its own
 */
export function multiplyTransferSlopes<Numbers extends FloatArray>(kernels: Kernels<Numbers>, population: Population, activations: Activations<Numbers>, coefficients: Numbers, coefficientLanes: number, { begin, end, count }: Stretch, scale: number, voltages = activations.voltages): void {
  if (isPlain(population)) {
    kernels.multiplySlopes(population.activation, coefficients, coefficientLanes, voltages, { begin, end, lanes: activations.lanes, count }, scale);
    return;
  }
  for (let neuron = begin; neuron < end; neuron += 1) {
    const row = (neuron - begin) * coefficientLanes;
    for (let b = 0; b < count; b += 1) coefficients[row + b] *= scale * transferSlope(population, activations, neuron, b);
  }
}
