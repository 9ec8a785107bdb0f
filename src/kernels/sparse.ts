import type { FloatArray, RowRange } from './kernels.js';

/**
 * Weighted input of neurons `begin..end` that each read neurons of their own: z[n, b] = Σ_j weights[n, j] · voltages[sources[n, j], b].
 * The sparse sibling of `weightedInputs`; sums run in the order of each row, in four strands where there is one lane.
 *
 * Reads: weights of these rows, voltages of their sources. Writes: `weightedInput` of these rows.
 *
 * @param weights rows one after another, as long as their sources; starts with the first row of `offset`
 * @param offset where each row lies in `weights` and `sources`; [rows + 1]
 * @param sources the neurons that each row reads; [connections]
 * @param voltages [neurons, lanes], row-major
 * @param weightedInput [neurons, lanes], row-major
 * @param first the neuron whose row `offset` starts with
 */
export function sparseWeightedInputs(
  weights: FloatArray,
  { offset, sources }: { readonly offset: Int32Array; readonly sources: Int32Array },
  voltages: FloatArray,
  weightedInput: FloatArray,
  first: number,
  { begin, end, lanes, laneBegin, laneEnd }: RowRange,
): void {
  for (let neuron = begin; neuron < end; neuron += 1) {
    const [from, to] = [offset[neuron - first], offset[neuron - first + 1]];
    if (lanes === 1) {
      weightedInput[neuron] = gather(weights, sources, voltages, from, to);
      continue;
    }
    const out = neuron * lanes;
    weightedInput.fill(0, out + laneBegin, out + laneEnd);
    for (let j = from; j < to; j += 1) {
      const weight = weights[j];
      const source = sources[j] * lanes;
      for (let b = laneBegin; b < laneEnd; b += 1) weightedInput[out + b] += weight * voltages[source + b];
    }
  }
}

/** Four sums at a time: a single one would wait for itself at every addition. */
function gather(weights: FloatArray, sources: Int32Array, voltages: FloatArray, from: number, to: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let j = from;
  for (; j + 4 <= to; j += 4) {
    sum0 += weights[j] * voltages[sources[j]];
    sum1 += weights[j + 1] * voltages[sources[j + 1]];
    sum2 += weights[j + 2] * voltages[sources[j + 2]];
    sum3 += weights[j + 3] * voltages[sources[j + 3]];
  }
  for (; j < to; j += 1) sum0 += weights[j] * voltages[sources[j]];
  return sum0 + sum1 + (sum2 + sum3);
}
