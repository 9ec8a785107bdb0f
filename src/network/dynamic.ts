import { DivergenceError, InternalError } from '../errors.js';
import type { FloatArray, Kernels } from '../kernels/kernels.js';
import type { Activations, TickRange } from './activations.js';
import { inhibitionOf } from './inhibition.js';
import { eachPool } from './pools.js';
import { applyTransfer } from './transfer.js';
import { neuronName, type Population, type Topology } from './topology.js';

/** Activations of its own, outside the arena's blocks. */
export function createActivations<Numbers extends FloatArray>(kernels: Kernels<Numbers>, { neurons }: Topology, lanes: number): Activations<Numbers> {
  return { lanes, voltages: kernels.numbers(neurons * lanes), weightedInputs: kernels.numbers(neurons * lanes) };
}

/**
 * Θ K v of neurons `begin..end` of one population; where they inhibit one another these are whole pools.
 *
 * Reads: `weights` of these rows, voltages of their sources, `alive`. Writes: weighted inputs of these rows. A lesioned neuron counts as 0
 * in its pool.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 */
export function weighRows<Numbers extends FloatArray>(
  kernels: Kernels<Numbers>,
  topology: Topology,
  population: Population,
  weights: Numbers,
  { lanes, voltages, weightedInputs: z, alive }: Activations<Numbers>,
  { begin, end, laneBegin, laneEnd }: TickRange,
): void {
  const { sources, rows, inhibition } = population;
  const range = { begin, end, lanes, laneBegin, laneEnd };
  if (rows === undefined) kernels.weightedInputs(rowsOf(topology, weights, begin, end), sources, voltages, z, range);
  else kernels.sparseWeightedInputs(rowsOf(topology, weights, population.begin, population.end), rows, population.begin, voltages, z, range);
  if (inhibition === undefined) return;
  for (let neuron = begin; alive !== undefined && neuron < end; neuron += 1) if (alive[neuron] === 0) z.fill(0, neuron * lanes + laneBegin, neuron * lanes + laneEnd);
  const inhibit = inhibitionOf(inhibition);
  eachPool(population, begin, end, (first, last) => { inhibit(z, { ...range, begin: first, end: last }); });
}

/**
 * The voltage dynamic D of neurons `begin..end` of one population: v ← σ(Θ K v), or the output of their membranes, for lanes `laneBegin..laneEnd`. Input
 * neurons have no row: the encoder holds their voltages, which is the v_in of v_{t+1} = σ(Θ K v_t) + v_in. A silenced
 * neuron's voltage is 0, whatever its weights.
 *
 * Source: Guss, Zhong et al. 2016, the voltage dynamic.
 *
 * Reads: `weights` of these rows, voltages of their sources, `alive`. Writes: voltages and weighted inputs of these rows.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 * @throws DivergenceError naming the neuron whose weighted input is not finite. It is checked before σ, because a
 *   bounded activation hides an infinity.
 */
export function tick<Numbers extends FloatArray>(
  kernels: Kernels<Numbers>,
  topology: Topology,
  population: Population,
  weights: Numbers,
  activations: Activations<Numbers>,
  { begin, end, laneBegin, laneEnd }: TickRange,
): void {
  if (begin === end) return;
  const { lanes, voltages, weightedInputs: z, alive } = activations;
  const range = { begin, end, lanes, laneBegin, laneEnd };
  weighRows(kernels, topology, population, weights, activations, range);
  const bad = applyTransfer(kernels, population, activations, range, voltages);
  if (bad >= 0) throw new DivergenceError(neuronName(topology, bad), 'weighted input', worst(z.subarray(bad * lanes + laneBegin, bad * lanes + laneEnd)));
  if (alive === undefined) return;
  for (let neuron = begin; neuron < end; neuron += 1) {
    if (alive[neuron] === 0) voltages.fill(0, neuron * lanes + laneBegin, neuron * lanes + laneEnd);
  }
}

/** The rows of neurons `begin..end`, out of all of them by `topology.rowOffset`. */
export function rowsOf<Numbers extends FloatArray>({ rowOffset }: Topology, weights: Numbers, begin: number, end: number): Numbers {
  return weights.subarray(rowOffset[begin], rowOffset[end]) as Numbers;
}

/** The first number that is not finite. */
function worst(numbers: FloatArray): number {
  return [...numbers].find((number) => !Number.isFinite(number)) ?? 0;
}

/**
 * All ticks, one after another: the whole network on the observations in its input voltages.
 *
 * Reads: `weights`, input voltages. Writes: voltages and weighted inputs of all other neurons in lanes `laneBegin..laneEnd`.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 * @throws DivergenceError as `tick`
 */
export function propagate<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, activations: Activations<Numbers>, laneBegin: number, laneEnd: number): void {
  if (topology.cyclic) throw new InternalError('propagate() expected a graph without cycles; settle() updates all neurons at once');
  for (const populations of topology.ticks) {
    for (const index of populations) {
      const { begin, end } = topology.populations[index];
      tick(kernels, topology, topology.populations[index], weights, activations, { begin, end, laneBegin, laneEnd });
    }
  }
}
