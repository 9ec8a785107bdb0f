import { InternalError } from '../errors.js';
import type { ActivationName } from './activation.js';
import { ADAM, LEAST_MOMENT, LEAST_TRACE, type Kernels } from './kernels.js';
import { referenceKernels } from './reference.js';
import { openVectorUnit, type VectorName } from './vector-functions.js';

/** Memory for one user, within the memory that the kernels work on. */
export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  float32(length: number): Float32Array;
  int32(length: number): Int32Array;
}

const BYTES = 4;

/** Rows that are packed together. */
const BLOCK_ROWS = 4;

/** Sources that the sparse product may read before the first. */
const SPARE = 8;

/** A list of sources in the memory. */
interface SparseList {
  readonly address: number;
  /** True where they are 32-bit numbers. */
  readonly wide: boolean;
}

/** Numbers that may be packed at once: half of a second-level cache. */
const MOST_PACKED = 2 ** 17;

/** Numbers of the activations in `assembly/elementwise.ts`. */
const KIND: Record<ActivationName, number> = { tanh: 0, relu: 1, logistic: 2, linear: 3 };

/**
 * Kernels that work on vectors of numbers, on the shared memory itself: nothing is copied. They agree with the scalar reference to 1e-5 of a
 * sum's largest term.
 *
 *   simd     WebAssembly with 128-bit SIMD: the same bits on every machine
 *   relaxed  the same with multiply-adds that are rounded once, where the processor has them
 *   revectorized  those of `simd`, whose operations V8 joins to 256 bits: the same bits
 *   native   C, compiled for the machine at hand
 *
 * @throws Error where they cannot be had here
 */
export function createVectorKernels(name: VectorName, workspace: KernelMemory): Kernels {
  const { panelLanes, functions: kernels } = openVectorUnit(name, workspace.memory);
  const reachable = new WeakMap<Int32Array, number>();
  const sparseLists = new WeakMap<Int32Array, SparseList>();
  let room = workspace.float32(0);
  let named = workspace.int32(0);
  let [adamCount, bias1, bias2] = [0, 0, 0]; // of the last step: the parameters of one update share it, and powers are slow

  /** Address of a list of neurons; it is copied to the memory once. */
  function list(neurons: Int32Array): number {
    const known = reachable.get(neurons);
    if (known !== undefined) return known;
    const copy = workspace.int32(neurons.length);
    copy.set(neurons);
    reachable.set(neurons, copy.byteOffset);
    return copy.byteOffset;
  }

  /** Address of sparse sources, after eight zeros: copied to the memory once, as 16-bit numbers where these are enough. */
  function sparseList(sources: Int32Array): SparseList {
    const known = sparseLists.get(sources);
    if (known !== undefined) return known;
    const wide = sources.some((source) => source >= 2 ** 16);
    const room = workspace.int32(wide ? SPARE + sources.length : (SPARE + sources.length + 1) >> 1);
    const copy = wide ? room : new Uint16Array(room.buffer, room.byteOffset, SPARE + sources.length);
    copy.set(sources, SPARE);
    const found = { address: room.byteOffset + SPARE * copy.BYTES_PER_ELEMENT, wide };
    sparseLists.set(sources, found);
    return found;
  }

  /** Where so many numbers can be packed. */
  function roomFor(length: number): number {
    if (room.length < length) room = workspace.float32(length);
    return room.byteOffset;
  }

  /** Where the numbers of some rows lie, for the call at hand. */
  function naming(rows: Int32Array): number {
    if (named.length < rows.length) named = workspace.int32(rows.length);
    named.set(rows);
    return named.byteOffset;
  }

  /** Takes as many lanes at a time as the cache has room for. */
  function multiply(weights: number, rowStride: number, columnStride: number, sources: number, inputs: number, voltages: number, lanes: number, out: number, targets: number, outLanes: number, rows: number, laneBegin: number, laneEnd: number, add: number): void {
    const panels = Math.max(1, Math.min(Math.ceil((laneEnd - laneBegin) / panelLanes), Math.floor(MOST_PACKED / (panelLanes * inputs))));
    const packed = roomFor((BLOCK_ROWS + panels * panelLanes) * inputs);
    kernels.product(weights, rowStride, columnStride, sources, inputs, voltages, lanes, out, targets, outLanes, rows, laneBegin, laneEnd, packed, panels, add);
  }

  return {
    name,
    numbers: (length) => workspace.float32(length),
    weightedInputs(weights, sources, voltages, weightedInput, { begin, end, lanes, laneBegin, laneEnd }, stride = sources.length) {
      const inputs = sources.length;
      const out = address(weightedInput) + begin * lanes * BYTES;
      if (laneEnd - laneBegin === 1) {
        const lane = laneBegin * BYTES;
        kernels.productOfOne(address(weights), stride, list(sources), inputs, address(voltages) + lane, lanes, out + lane, lanes, end - begin, roomFor(inputs));
      } else {
        multiply(address(weights), stride, 1, list(sources), inputs, address(voltages), lanes, out, 0, lanes, end - begin, laneBegin, laneEnd, 0);
      }
    },
    sparseWeightedInputs(weights, { offset, sources }, first, voltages, weightedInput, { begin, end, lanes, laneBegin, laneEnd }) {
      const { address: from, wide } = sparseList(sources);
      const rows = list(offset) + (begin - first) * BYTES;
      if (lanes === 1) {
        kernels[wide ? 'wideSparseProductOfOne' : 'sparseProductOfOne'](address(weights), rows, from, address(voltages), address(weightedInput) + begin * BYTES, end - begin);
      } else {
        const lane = laneBegin * BYTES;
        const out = address(weightedInput) + begin * lanes * BYTES + lane;
        kernels[wide ? 'wideSparseProduct' : 'sparseProduct'](address(weights), rows, from, address(voltages) + lane, out, end - begin, lanes, laneEnd - laneBegin);
      }
    },
    readOut(parts, size, rows, voltages, { begin, end, lanes, laneBegin, laneEnd }, out) {
      const count = laneEnd - laneBegin;
      const from = address(voltages) + (begin * lanes + laneBegin) * BYTES;
      multiply(address(parts), 1, size, 0, end - begin, from, lanes, address(out), 0, count, rows, 0, count, 0);
    },
    gradients(coefficients, coefficientLanes, rows, sources, voltages, lanes, count, gradient, stride = sources.length) {
      const inputs = sources.length;
      const packed = roomFor(Math.max(inputs, (BLOCK_ROWS * Math.ceil(rows / BLOCK_ROWS) + panelLanes) * count));
      kernels.gradients(address(coefficients), coefficientLanes, list(sources), inputs, address(voltages), lanes, count, address(gradient), stride, rows, packed);
    },
    transposedProduct(weights, sources, delta, upon, { begin, end, lanes, count, sourceBegin = 0, sourceEnd = sources.length, replace = false }) {
      const inputs = sources.length;
      const from = address(delta) + begin * lanes * BYTES;
      const skipped = sourceBegin * BYTES;
      multiply(address(weights) + skipped, 1, inputs, 0, end - begin, from, lanes, address(upon), list(sources) + skipped, lanes, sourceEnd - sourceBegin, 0, count, replace ? 0 : 1);
    },
    activate(activation, weightedInputs, voltages, range) {
      if (activation === 'logistic') return referenceKernels.activate(activation, weightedInputs, voltages, range); // needs an exponential: rare enough
      const { begin, end, lanes, laneBegin, laneEnd } = range;
      const first = (begin * lanes + laneBegin) * BYTES;
      const activateRows = (rows: number, stride: number, count: number) => kernels.activate(KIND[activation], address(weightedInputs) + first, address(voltages) + first, rows, stride, count);
      if (lanes === 1 && activateRows(1, end - begin, end - begin) < 0) return -1; // neurons side by side: ten times as fast
      const bad = activateRows(end - begin, lanes, laneEnd - laneBegin);
      return bad < 0 ? bad : begin + bad;
    },
    multiplySlopes(activation, coefficients, coefficientLanes, voltages, { begin, end, lanes, count }, scale, factors = coefficients) {
      kernels.multiplySlopes(KIND[activation], address(factors), address(coefficients), coefficientLanes, address(voltages) + begin * lanes * BYTES, lanes, end - begin, count, scale);
    },
    ownErrors({ rows, size, stride, critic, target, values, sampled, next, reward, discounts, error, gradient }) {
      return kernels.ownErrors(
        rows, size, stride, address(critic), address(target), address(values), address(sampled), address(next), address(reward), address(discounts), address(error), address(gradient),
      );
    },
    gatherLanes(from, width, rows, to, lanes, lane) {
      kernels.gatherLanes(address(from), width, naming(rows), rows.length, address(to) + lane * BYTES, lanes);
    },
    followTraces({ rows: { offset, begin, end }, credit, terms, shared, kept, tdError, trace, direction, reach }) {
      const first = list(offset) + begin * BYTES;
      kernels.followTraces(first, end - begin, address(credit), address(terms), shared ? 1 : 0, kept, tdError, LEAST_TRACE, address(trace), address(direction), address(reach));
    },
    blockProducts({ blocks, rows, inputs, count, weights, weightStep, rowStride, columnStride, voltages, voltageStep, out, outStep, add = false }) {
      kernels.blockProducts(
        blocks, rows, inputs, count, address(weights), weightStep, rowStride, columnStride, address(voltages), voltageStep, address(out), outStep, add ? 1 : 0, roomFor(BLOCK_ROWS * inputs),
      );
    },
    blockGradients({ blocks, rows, inputs, count, coefficients, coefficientStep, voltages, voltageStep, gradient, gradientStep, rowStride }) {
      const packed = roomFor(Math.max(inputs, (BLOCK_ROWS * Math.ceil(rows / BLOCK_ROWS) + panelLanes) * count));
      kernels.blockGradients(
        blocks, rows, inputs, count, address(coefficients), coefficientStep, address(voltages), voltageStep, address(gradient), gradientStep, rowStride, packed,
      );
    },
    pairProducts(x, lanes, begin, end, count, products) {
      kernels.pairProducts(address(x), lanes, begin, end, count, address(products));
    },
    copy(from, begin, end, to, at) {
      kernels.copy(address(from) + begin * BYTES, address(to) + at * BYTES, end - begin);
    },
    addScaled(factor, voltages, offset, sum, count) {
      kernels.addScaled(factor, address(voltages) + offset * BYTES, address(sum), count);
    },
    softUpdate(values, target, tau) {
      kernels.softUpdate(address(values), address(target), values.length, tau);
    },
    sgdStep(values, gradient, rate) {
      kernels.addScaled(rate, address(gradient), address(values), values.length);
    },
    sgdRows(values, gradient, rates, { offset, begin, end }) {
      kernels.addScaledRows(list(offset) + begin * BYTES, end - begin, address(rates), address(gradient), address(values));
    },
    adamStep(values, gradient, first, second, rate, count) {
      const { beta1, beta2, epsilon } = ADAM;
      if (count !== adamCount) [adamCount, bias1, bias2] = [count, 1 - beta1 ** count, 1 - beta2 ** count];
      kernels.adam(
        address(values), address(gradient), address(first), address(second), values.length,
        beta1, beta2, epsilon, rate / bias1, 1 / bias2, LEAST_MOMENT.first, LEAST_MOMENT.second,
      );
    },
    rmspropStep(values, gradient, second, rate, decay, epsilon) {
      kernels.rmsprop(address(values), address(gradient), address(second), values.length, rate, decay, epsilon, LEAST_MOMENT.second);
    },
    momentumStep(values, gradient, first, rate, momentum) {
      kernels.momentum(address(values), address(gradient), address(first), values.length, rate, momentum, LEAST_MOMENT.first);
    },
    squareSum: (numbers) => kernels.squareSum(address(numbers), numbers.length),
  };
}

/**
 * The control words lie at the start of the shared memory, so that nothing there is for kernels: an address of 0 is that of an array with a
 * buffer of its own.
 *
 * @throws InternalError where the numbers lie where kernels cannot reach them
 */
function address({ byteOffset, length }: Float32Array): number {
  if (byteOffset === 0 && length > 0) throw new InternalError('kernels were given numbers outside the shared memory');
  return byteOffset;
}
