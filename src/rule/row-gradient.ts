import type { Kernels } from '../kernels/kernels.js';
import type { ParameterShape } from '../memory/parameters.js';
import type { Activations } from '../network/activations.js';
import { followMembrane, type Membrane } from '../network/membrane.js';
import { multiplyTransferSlopes } from '../network/transfer.js';
import { rowLengths, type Topology } from '../network/topology.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';

const ELIGIBILITY = 'eligibility';

/** Eligibilities of the rows of neurons with a membrane, under an online rule; empty without membranes. */
export function eligibilityShapes({ neurons, rowOffset, populations }: Topology): ParameterShape[] {
  if (populations.every(({ membrane }) => membrane === undefined)) return [];
  const lengths = rowLengths({ neurons, rowOffset });
  for (const { begin, end, membrane } of populations) if (membrane === undefined) lengths.fill(0, begin, end);
  return [{ name: ELIGIBILITY, lengths, target: false, published: false, learned: false }];
}

/** What the gradients of some rows are made of: ∂v_r/∂K_{r,j} = slope[r] · terms[r, j]. */
export interface RowTerms {
  /** The same for all rows, or laid out as these. */
  readonly terms: Float32Array;
  readonly shared: boolean;
}

/**
 * credit[r] ← credit[r] · slope[r] for each row of a neuron or group, and the terms, of the current transition; what a membrane holds of the
 * steps before is in them.
 *
 * @param credit [rows]
 * @param means mean voltages, where the activations have others; laid out as its own
 */
export type GradeRows = (neuron: Neuron, batch: Batch, credit: Float32Array, means?: Float32Array) => RowTerms;

/** @param longest numbers of the longest group's rows */
export function createRowGradient(kernels: Kernels, longest: number): GradeRows {
  const read = kernels.numbers(longest);

  /** Voltages side by side, from place `at` on: in the activations they are a lane apart. @returns the next place */
  function gather({ voltages, lanes }: Activations, sources: Int32Array, at: number): number {
    for (let j = 0; j < sources.length; j += 1) read[at + j] = voltages[sources[j] * lanes];
    return at + sources.length;
  }

  return (neuron, batch, credit, means) => {
    const { index, count, population, sources, rows } = neuron;
    if (population.membrane !== undefined) return gradeMembranes(population.membrane, neuron, batch, credit);
    multiplyTransferSlopes(kernels, population, batch.activations, credit, 1, { begin: index, end: index + count, count: 1 }, 1, means);
    if (rows === undefined) gather(batch.activations, sources, 0);
    else rows.reduce((at, own) => gather(batch.activations, own, at), 0);
    return { terms: read, shared: rows === undefined };
  };
}

function gradeMembranes(membrane: Membrane, { index, count, population, sources, rows, parameters }: Neuron, { activations, episodeStart }: Batch, credit: Float32Array): RowTerms {
  const { values } = parameters[ELIGIBILITY];
  for (let row = 0, at = 0; row < count; row += 1) {
    const own = rows === undefined ? sources : rows[row];
    credit[row] *= followMembrane(membrane, population, activations, index + row, own, values, episodeStart, at);
    at += own.length;
  }
  return { terms: values, shared: false };
}
