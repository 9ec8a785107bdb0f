import type { FloatArray, RowRange, SparseSources } from './kernels.js';

/** `Kernels.sparseWeightedInputs`, in either precision: sums run in the order of each row, in four strands where there is one lane. */
export function sparseWeightedInputs(
  weights: FloatArray,
  { offset, sources }: SparseSources,
  first: number,
  voltages: FloatArray,
  weightedInput: FloatArray,
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
