import { ACTIVATIONS } from './activation.js';
import { ADAM, iota, LEAST_MOMENT, LEAST_TRACE, type TransposedProduct, type BlockGradients, type BlockProducts, type FloatArray, type Kernels, type OwnErrors, type RowRange, type TracedRows } from './kernels.js';
import { sparseWeightedInputs } from './sparse.js';

/**
 * Scalar arithmetic: sums in index order.
 *
 * Products are taken four sources at a time: one pass over the lanes then loads and stores each sum once for four products,
 * which is 2.5 times as fast as one by one (64 rows of 65 sources, 128 lanes, Node 20: 2.4 against 1.0 GFLOP/s).
 */
const scalar: Omit<Kernels<FloatArray>, 'numbers'> = {
  name: 'reference',
  weightedInputs,
  sparseWeightedInputs,
  readOut,
  gradients,
  transposedProduct: spreadBack,
  activate(activation, weightedInput, voltages, { begin, end, lanes, laneBegin, laneEnd }) {
    const { value } = ACTIVATIONS[activation];
    let bad = -1;
    for (let neuron = begin; neuron < end; neuron += 1) {
      let sum = 0;
      for (let i = neuron * lanes + laneBegin; i < neuron * lanes + laneEnd; i += 1) {
        sum += 0 * weightedInput[i];
        voltages[i] = value(weightedInput[i]);
      }
      if (sum !== 0 && bad < 0) bad = neuron;
    }
    return bad;
  },
  multiplySlopes(activation, coefficients, coefficientLanes, voltages, { begin, end, lanes, count }, scale, factors = coefficients) {
    const { slope } = ACTIVATIONS[activation];
    for (let neuron = begin; neuron < end; neuron += 1) {
      const row = (neuron - begin) * coefficientLanes;
      for (let b = 0; b < count; b += 1) coefficients[row + b] = factors[row + b] * (scale * slope(voltages[neuron * lanes + b]));
    }
  },
  ownErrors,
  gatherLanes(from, width, rows, to, lanes, lane) {
    rows.forEach((row, b) => {
      for (let j = 0; j < width; j += 1) to[j * lanes + lane + b] = from[row * width + j];
    });
  },
  followTraces,
  blockProducts,
  blockGradients,
  pairProducts(x, lanes, begin, end, count, products) {
    for (let i = begin, at = 0; i < end; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const share = j < i ? 1 : 0.5;
        for (let b = 0; b < count; b += 1, at += 1) products[at] = share * (x[i * lanes + b] * x[j * lanes + b]);
      }
    }
  },
  copy(from, begin, end, to, at) {
    to.set(from.subarray(begin, end), at);
  },
  addScaled(factor, voltages, offset, sum, count) {
    for (let b = 0; b < count; b += 1) sum[b] += factor * voltages[offset + b];
  },
  softUpdate(values, target, tau) {
    for (let i = 0; i < values.length; i += 1) target[i] += tau * (values[i] - target[i]);
  },
  sgdStep(values, gradient, rate) {
    for (let i = 0; i < values.length; i += 1) values[i] += rate * gradient[i];
  },
  sgdRows(values, gradient, rates, { offset, begin, end }) {
    for (let row = begin; row < end; row += 1) {
      for (let i = offset[row] - offset[begin]; i < offset[row + 1] - offset[begin]; i += 1) values[i] += rates[row - begin] * gradient[i];
    }
  },
  adamStep(values, gradient, first, second, rate, count) {
    const { beta1, beta2, epsilon } = ADAM;
    const scale = rate / (1 - beta1 ** count);
    const correction = 1 / (1 - beta2 ** count);
    for (let i = 0; i < values.length; i += 1) {
      const g = gradient[i];
      first[i] = flushed(first[i] + (1 - beta1) * (g - first[i]), LEAST_MOMENT.first);
      second[i] = flushed(second[i] + (1 - beta2) * (g * g - second[i]), LEAST_MOMENT.second);
      values[i] += (scale * first[i]) / (Math.sqrt(second[i] * correction) + epsilon);
    }
  },
  rmspropStep(values, gradient, second, rate, decay, epsilon) {
    for (let i = 0; i < values.length; i += 1) {
      const g = gradient[i];
      second[i] = flushed(second[i] + (1 - decay) * (g * g - second[i]), LEAST_MOMENT.second);
      values[i] += (rate * g) / Math.sqrt(second[i] + epsilon);
    }
  },
  momentumStep(values, gradient, first, rate, momentum) {
    for (let i = 0; i < values.length; i += 1) {
      first[i] = flushed(momentum * first[i] + gradient[i], LEAST_MOMENT.first);
      values[i] += rate * first[i];
    }
  },
  squareSum(numbers) {
    let sum = 0;
    for (const each of numbers) sum += each * each;
    return sum;
  },
};

/** The scalar reference of the kernels. */
export const referenceKernels: Kernels = { ...scalar, numbers: (length) => new Float32Array(length) };

/** The same, in double precision: for checks. */
export const doubleKernels: Kernels<Float64Array> = { ...scalar, numbers: (length) => new Float64Array(length) };

/** 0 where a number is smaller than `least`. */
function flushed(value: number, least: number): number {
  return Math.abs(value) < least ? 0 : value;
}

/** `Kernels.weightedInputs`, in either precision. */
export function weightedInputs(
  weights: FloatArray,
  sources: Int32Array,
  voltages: FloatArray,
  weightedInput: FloatArray,
  { begin, end, lanes, laneBegin, laneEnd }: RowRange,
  stride = sources.length,
): void {
  const inputs = sources.length;
  for (let neuron = begin; neuron < end; neuron += 1) {
    const row = (neuron - begin) * stride;
    const out = neuron * lanes;
    weightedInput.fill(0, out + laneBegin, out + laneEnd);
    let j = 0;
    for (; j + 4 <= inputs; j += 4) {
      const w0 = weights[row + j];
      const w1 = weights[row + j + 1];
      const w2 = weights[row + j + 2];
      const w3 = weights[row + j + 3];
      const s0 = sources[j] * lanes;
      const s1 = sources[j + 1] * lanes;
      const s2 = sources[j + 2] * lanes;
      const s3 = sources[j + 3] * lanes;
      for (let b = laneBegin; b < laneEnd; b += 1) {
        weightedInput[out + b] += w0 * voltages[s0 + b] + w1 * voltages[s1 + b] + w2 * voltages[s2 + b] + w3 * voltages[s3 + b];
      }
    }
    for (; j < inputs; j += 1) {
      const weight = weights[row + j];
      const source = sources[j] * lanes;
      for (let b = laneBegin; b < laneEnd; b += 1) weightedInput[out + b] += weight * voltages[source + b];
    }
  }
}

function ownErrors({ rows, size, stride, critic, target, values, sampled, next, reward, discounts, error, gradient }: OwnErrors<FloatArray>): number {
  let bad = -1;
  for (let row = 0; row < rows; row += 1) {
    const last = (row + 1) * stride - 1;
    const lane = 2 * row * size;
    let sum = 0;
    let nothing = 0;
    for (let b = 0; b < size; b += 1) {
      const action = sampled[row * size + b];
      const successor = values[lane + size + b] + target[last] * next[lane + size + b];
      const share = (reward[b] + discounts[b] * successor - values[lane + b] - critic[last] * action) / size;
      error[row * size + b] = share;
      sum += share * action;
      nothing += 0 * error[row * size + b];
    }
    gradient[last] = sum;
    if (nothing !== 0 && bad < 0) bad = row;
  }
  return bad;
}

function followTraces({ rows: { offset, begin, end }, credit, terms, shared, kept, tdError, trace, direction, reach }: TracedRows<FloatArray>): void {
  for (let row = begin; row < end; row += 1) {
    const from = offset[row] - offset[begin];
    const to = offset[row + 1] - offset[begin];
    let sum = 0;
    for (let i = from; i < to; i += 1) {
      trace[i] = flushed(kept * trace[i] + credit[row - begin] * terms[shared ? i - from : i], LEAST_TRACE);
      direction[i] = tdError * trace[i];
      sum += Math.abs(trace[i]);
    }
    reach[row - begin] = sum;
  }
}

function blockProducts({ blocks, rows, inputs, count, weights, weightStep, rowStride, columnStride, voltages, voltageStep, out, outStep, add = false }: BlockProducts<FloatArray>): void {
  for (let block = 0; block < blocks; block += 1) {
    for (let row = 0; row < rows; row += 1) {
      const to = block * outStep + row * count;
      if (!add) out.fill(0, to, to + count);
      for (let j = 0; j < inputs; j += 1) {
        const weight = weights[block * weightStep + row * rowStride + j * columnStride];
        const from = block * voltageStep + j * count;
        for (let b = 0; b < count; b += 1) out[to + b] += weight * voltages[from + b];
      }
    }
  }
}

function blockGradients({ blocks, rows, inputs, count, coefficients, coefficientStep, voltages, voltageStep, gradient, gradientStep, rowStride }: BlockGradients<FloatArray>): void {
  const sources = iota(inputs);
  for (let block = 0; block < blocks; block += 1) {
    gradients(coefficients.subarray(block * coefficientStep), count, rows, sources, voltages.subarray(block * voltageStep), count, count, gradient.subarray(block * gradientStep), rowStride);
  }
}

function readOut(parts: FloatArray, size: number, rows: number, voltages: FloatArray, { begin, end, lanes, laneBegin, laneEnd }: RowRange, out: FloatArray): void {
  const count = laneEnd - laneBegin;
  out.fill(0, 0, rows * count);
  for (let neuron = begin; neuron < end; neuron += 1) {
    for (let c = 0; c < rows; c += 1) {
      const part = parts[(neuron - begin) * size + c];
      const lane = neuron * lanes + laneBegin;
      for (let b = 0; b < count; b += 1) out[c * count + b] += part * voltages[lane + b];
    }
  }
}

function gradients(
  coefficients: FloatArray,
  coefficientLanes: number,
  rows: number,
  sources: Int32Array,
  voltages: FloatArray,
  lanes: number,
  count: number,
  gradient: FloatArray,
  stride = sources.length,
): void {
  for (let row = 0; row < rows; row += 1) rowGradient(coefficients, row * coefficientLanes, sources, voltages, lanes, count, gradient, row * stride);
}

function rowGradient(
  coefficients: FloatArray,
  from: number,
  sources: Int32Array,
  voltages: FloatArray,
  lanes: number,
  count: number,
  gradient: FloatArray,
  to: number,
): void {
  let j = 0;
  for (; j + 4 <= sources.length; j += 4) {
    const s0 = sources[j] * lanes;
    const s1 = sources[j + 1] * lanes;
    const s2 = sources[j + 2] * lanes;
    const s3 = sources[j + 3] * lanes;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let b = 0; b < count; b += 1) {
      const factor = coefficients[from + b];
      sum0 += factor * voltages[s0 + b];
      sum1 += factor * voltages[s1 + b];
      sum2 += factor * voltages[s2 + b];
      sum3 += factor * voltages[s3 + b];
    }
    gradient[to + j] = sum0;
    gradient[to + j + 1] = sum1;
    gradient[to + j + 2] = sum2;
    gradient[to + j + 3] = sum3;
  }
  for (; j < sources.length; j += 1) {
    let sum = 0;
    for (let b = 0; b < count; b += 1) sum += coefficients[from + b] * voltages[sources[j] * lanes + b];
    gradient[to + j] = sum;
  }
}

function spreadBack(
  weights: FloatArray,
  sources: Int32Array,
  delta: FloatArray,
  upon: FloatArray,
  { begin, end, lanes, count, sourceBegin = 0, sourceEnd = sources.length, replace = false }: TransposedProduct,
): void {
  const inputs = sources.length;
  for (let j = sourceBegin; replace && j < sourceEnd; j += 1) upon.fill(0, sources[j] * lanes, sources[j] * lanes + count);
  let neuron = begin;
  for (; neuron + 4 <= end; neuron += 4) {
    const row = (neuron - begin) * inputs;
    const d0 = neuron * lanes;
    const d1 = d0 + lanes;
    const d2 = d1 + lanes;
    const d3 = d2 + lanes;
    for (let j = sourceBegin; j < sourceEnd; j += 1) {
      const source = sources[j] * lanes;
      const w0 = weights[row + j];
      const w1 = weights[row + inputs + j];
      const w2 = weights[row + 2 * inputs + j];
      const w3 = weights[row + 3 * inputs + j];
      for (let b = 0; b < count; b += 1) {
        upon[source + b] += w0 * delta[d0 + b] + w1 * delta[d1 + b] + w2 * delta[d2 + b] + w3 * delta[d3 + b];
      }
    }
  }
  for (; neuron < end; neuron += 1) {
    const row = (neuron - begin) * inputs;
    for (let j = sourceBegin; j < sourceEnd; j += 1) {
      const source = sources[j] * lanes;
      const weight = weights[row + j];
      for (let b = 0; b < count; b += 1) upon[source + b] += weight * delta[neuron * lanes + b];
    }
  }
}
