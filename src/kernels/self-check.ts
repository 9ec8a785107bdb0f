import { createKernels } from './create.js';
import { iota, KERNEL_NAMES, type KernelName, type Kernels } from './kernels.js';
import { referenceKernels } from './reference.js';
import type { KernelMemory } from './vector.js';

const faults = new Map<KernelName, string | undefined>();

/**
 * Why kernels cannot be used on this machine: they are not there, or do not come to what the scalar reference comes to. Found out once
 * per thread.
 *
 * @returns undefined where they can
 */
export function kernelFault(name: KernelName): string | undefined {
  if (!faults.has(name)) faults.set(name, findFault(name));
  return faults.get(name);
}

/** The kernels that this machine has. */
export function availableKernels(): KernelName[] {
  return KERNEL_NAMES.filter((name) => kernelFault(name) === undefined);
}

function findFault(name: KernelName): string | undefined {
  if (name === 'simd' || name === 'reference') return undefined; // in every Node
  const expected = sample(referenceKernels);
  let actual: number[];
  try {
    actual = sample(createKernels(name, createMemory));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof TypeError ? `they were built for another version (${message}); npm run build:native builds them anew` : message;
  }
  if (name === 'revectorized' && sample(createKernels('simd', createMemory)).some((each, i) => !Object.is(actual[i], each))) return 'they do not come to the same bits as simd on this machine';
  const scale = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
  return expected.every((each, i) => Math.abs(actual[i] - each) <= 1e-5 * scale) ? undefined : 'they do not agree with the scalar reference on this machine';
}

const PAGES = 4;

/** One range of memory, allocated from its start. */
function createMemory(): KernelMemory {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 65536, shared: true });
  let next = 64; // 0: no list
  const take = (length: number) => (next += 4 * length) - 4 * length;
  return {
    memory,
    float32: (length) => new Float32Array(memory.buffer, take(length), length),
    int32: (length) => new Int32Array(memory.buffer, take(length), length),
  };
}

/** Seven rows of their own sources: none, one, more than eight. */
const SPARSE = { offset: Int32Array.of(0, 0, 1, 12, 12, 20, 23, 40), sources: iota(40).map((_, i) => (5 * i) % 13) };

/** A bit of everything, of sizes that fit no vector. */
function sample(kernels: Kernels): number[] {
  const [rows, inputs, lanes] = [7, 13, 21];
  const numbers = (length: number, seed: number) => {
    const list = kernels.numbers(length);
    for (let i = 0; i < length; i += 1) list[i] = Math.sin(seed + 1.7 * i);
    return list;
  };
  const sources = iota(inputs);
  const [weights, gradient, second] = [1, 2, 3].map((seed) => numbers(rows * inputs, seed));
  const [activations, z, coefficients] = [(inputs + rows) * lanes, (inputs + rows) * lanes, rows * lanes].map(numbers);
  const range = { begin: inputs, end: inputs + rows, lanes, laneBegin: 0, laneEnd: lanes };
  const [one, fewOfOne, few] = [rows, rows, (inputs + rows) * lanes].map((length) => kernels.numbers(length));
  second.forEach((value, i) => { second[i] = value * value; });
  kernels.weightedInputs(weights, sources, activations, z, range);
  kernels.activate('tanh', z, activations, range);
  kernels.weightedInputs(weights, sources, activations, one, { begin: 0, end: rows, lanes: 1, laneBegin: 0, laneEnd: 1 });
  kernels.sparseWeightedInputs(weights, SPARSE, inputs, activations, few, range);
  kernels.sparseWeightedInputs(weights, SPARSE, 0, activations, fewOfOne, { begin: 0, end: rows, lanes: 1, laneBegin: 0, laneEnd: 1 });
  kernels.multiplySlopes('tanh', coefficients, lanes, activations, { begin: inputs, end: inputs + rows, lanes, count: lanes }, 0.5);
  kernels.gradients(coefficients, lanes, rows, sources, activations, lanes, lanes, gradient);
  kernels.transposedProduct(weights, sources, z, activations, { begin: inputs, end: inputs + rows, lanes, count: lanes });
  kernels.ownErrors({
    rows, size: 10, stride: inputs, critic: weights, target: second, values: activations, sampled: z, next: coefficients, reward: activations, discounts: z, error: few, gradient,
  });
  const pairs = kernels.numbers(5 * 10);
  kernels.pairProducts(z, lanes, 1, 4, 5, pairs);
  const [blocks, ofBlocks] = [3 * 5 * 21, 3 * 5 * 4].map((length) => kernels.numbers(length));
  kernels.blockProducts({ blocks: 3, rows: 5, inputs: 4, count: 21, weights, weightStep: 20, rowStride: 4, columnStride: 1, voltages: z, voltageStep: 84, out: blocks, outStep: 105 });
  kernels.blockGradients({ blocks: 3, rows: 5, inputs: 4, count: 21, coefficients: blocks, coefficientStep: 105, voltages: z, voltageStep: 84, gradient: ofBlocks, gradientStep: 20, rowStride: 4 });
  const first = numbers(rows * inputs, 4);
  const [trace, direction, reach] = [40, 40, rows].map((length) => numbers(length, length));
  const followed = { offset: SPARSE.offset, begin: 0, end: rows };
  kernels.followTraces({ rows: followed, credit: coefficients, terms: weights, shared: false, kept: 0.5, tdError: -1.5, trace, direction, reach });
  kernels.sgdRows(trace, direction, coefficients, followed);
  kernels.adamStep(weights, gradient, first, second, 0.01, 1);
  kernels.rmspropStep(weights, gradient, second, 0.01, 0.9, 0.1);
  kernels.momentumStep(weights, gradient, first, 0.01, 0.9);
  kernels.softUpdate(weights, gradient, 0.3);
  kernels.gatherLanes(weights, 3, sources.subarray(0, 9), few, 10, 1);
  kernels.copy(gradient, 2, rows * inputs, first, 1);
  return [kernels.squareSum(weights), ...z, ...activations, ...one, ...few, ...fewOfOne, ...pairs, ...blocks, ...ofBlocks, ...coefficients, ...gradient, ...first, ...second, ...weights, ...trace, ...direction, ...reach];
}
