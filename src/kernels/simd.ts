import { readFileSync } from 'node:fs';

import { InternalError } from '../errors.js';
import type { ActivationName } from './activation.js';
import { ADAM, LEAST_MOMENT, type Kernels } from './kernels.js';
import { referenceKernels } from './reference.js';

/** What `assembly/` exports. Addresses are bytes from the start of the memory. */
interface Exports {
  product(
    weights: number, rowStride: number, columnStride: number, sources: number, inputs: number, voltages: number, lanes: number,
    out: number, targets: number, outLanes: number, rows: number, laneBegin: number, laneEnd: number, room: number, panels: number, add: number,
  ): void;
  productOfOne(weights: number, rowStride: number, sources: number, inputs: number, voltages: number, lanes: number, out: number, outLanes: number, rows: number, panel: number): void;
  gradients(coefficients: number, coefficientLanes: number, sources: number, inputs: number, voltages: number, lanes: number, count: number, gradient: number, rows: number, room: number): void;
  activate(kind: number, weightedInputs: number, voltages: number, rows: number, lanes: number, count: number): number;
  multiplySlopes(kind: number, coefficients: number, coefficientLanes: number, voltages: number, lanes: number, rows: number, count: number, scale: number): void;
  addScaled(factor: number, voltages: number, sum: number, count: number): void;
  softUpdate(values: number, target: number, count: number, tau: number): void;
  adam(
    values: number, gradient: number, first: number, second: number, count: number,
    beta1: number, beta2: number, epsilon: number, scale: number, correction: number, leastFirst: number, leastSecond: number,
  ): void;
}

/** Memory that nobody else uses, of the memory that the kernels work on. */
export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  float32(length: number): Float32Array;
  int32(length: number): Int32Array;
}

const BYTES = 4;

/** Lanes that are packed together, and rows that are. */
const PANEL_LANES = 8;
const BLOCK_ROWS = 4;

/** Numbers that may be packed at once: half of a second-level cache. */
const MOST_PACKED = 2 ** 17;

/** Numbers of the activations in `assembly/elementwise.ts`. */
const KIND: Record<ActivationName, number> = { tanh: 0, relu: 1, logistic: 2, linear: 3 };

let compiled: WebAssembly.Module | undefined;

/** Once per thread. */
function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('simd.wasm', import.meta.url)));
  return compiled;
}

/**
 * The kernels in WebAssembly with 128-bit SIMD, on the shared memory itself: nothing is copied between JavaScript and
 * WebAssembly. They agree with the scalar reference to 1e-5 of a sum's largest term, and with themselves bit for bit on every machine.
 */
export function createSimdKernels(workspace: KernelMemory): Kernels {
  const { exports } = new WebAssembly.Instance(compile(), { env: { memory: workspace.memory } });
  const kernels = exports as unknown as Exports;
  const reachable = new WeakMap<Int32Array, number>();
  let room = workspace.float32(0);

  /** Where a list of neurons lies; it is copied to the memory once. */
  function list(neurons: Int32Array): number {
    const known = reachable.get(neurons);
    if (known !== undefined) return known;
    const copy = workspace.int32(neurons.length);
    copy.set(neurons);
    reachable.set(neurons, copy.byteOffset);
    return copy.byteOffset;
  }

  /** Where so many numbers can be packed. */
  function roomFor(length: number): number {
    if (room.length < length) room = workspace.float32(length);
    return room.byteOffset;
  }

  /** Takes as many lanes at a time as the cache has room for. */
  function multiply(weights: number, rowStride: number, columnStride: number, sources: number, inputs: number, voltages: number, lanes: number, out: number, targets: number, outLanes: number, rows: number, laneBegin: number, laneEnd: number, add: number): void {
    const panels = Math.max(1, Math.min(Math.ceil((laneEnd - laneBegin) / PANEL_LANES), Math.floor(MOST_PACKED / (PANEL_LANES * inputs))));
    const packed = roomFor((BLOCK_ROWS + panels * PANEL_LANES) * inputs);
    kernels.product(weights, rowStride, columnStride, sources, inputs, voltages, lanes, out, targets, outLanes, rows, laneBegin, laneEnd, packed, panels, add);
  }

  return {
    name: 'simd',
    numbers: (length) => workspace.float32(length),
    weightedInputs(weights, sources, voltages, weightedInput, { begin, end, lanes, laneBegin, laneEnd }) {
      const inputs = sources.length;
      const out = address(weightedInput) + begin * lanes * BYTES;
      if (laneEnd - laneBegin === 1) {
        const lane = laneBegin * BYTES;
        kernels.productOfOne(address(weights), inputs, list(sources), inputs, address(voltages) + lane, lanes, out + lane, lanes, end - begin, roomFor(inputs));
      } else {
        multiply(address(weights), inputs, 1, list(sources), inputs, address(voltages), lanes, out, 0, lanes, end - begin, laneBegin, laneEnd, 0);
      }
    },
    readOut(parts, size, rows, voltages, { begin, end, lanes, laneBegin, laneEnd }, out) {
      const count = laneEnd - laneBegin;
      const from = address(voltages) + (begin * lanes + laneBegin) * BYTES;
      multiply(address(parts), 1, size, 0, end - begin, from, lanes, address(out), 0, count, rows, 0, count, 0);
    },
    gradients(coefficients, coefficientLanes, rows, sources, voltages, lanes, count, gradient) {
      const inputs = sources.length;
      const packed = roomFor(Math.max(inputs, (BLOCK_ROWS * Math.ceil(rows / BLOCK_ROWS) + PANEL_LANES) * count));
      kernels.gradients(address(coefficients), coefficientLanes, list(sources), inputs, address(voltages), lanes, count, address(gradient), rows, packed);
    },
    spreadBack(weights, sources, delta, upon, { begin, end, lanes, count }) {
      const inputs = sources.length;
      const from = address(delta) + begin * lanes * BYTES;
      multiply(address(weights), 1, inputs, 0, end - begin, from, lanes, address(upon), list(sources), lanes, inputs, 0, count, 1);
    },
    activate(activation, weightedInputs, voltages, range) {
      if (activation === 'logistic') return referenceKernels.activate(activation, weightedInputs, voltages, range); // needs an exponential: rare enough
      const { begin, end, lanes, laneBegin, laneEnd } = range;
      const first = (begin * lanes + laneBegin) * BYTES;
      const bad = kernels.activate(KIND[activation], address(weightedInputs) + first, address(voltages) + first, end - begin, lanes, laneEnd - laneBegin);
      return bad < 0 ? bad : begin + bad;
    },
    multiplySlopes(activation, coefficients, coefficientLanes, voltages, { begin, end, lanes, count }, scale) {
      kernels.multiplySlopes(KIND[activation], address(coefficients), coefficientLanes, address(voltages) + begin * lanes * BYTES, lanes, end - begin, count, scale);
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
    adamStep(values, gradient, first, second, rate, count) {
      const { beta1, beta2, epsilon } = ADAM;
      kernels.adam(
        address(values), address(gradient), address(first), address(second), values.length,
        beta1, beta2, epsilon, rate / (1 - beta1 ** count), 1 / (1 - beta2 ** count), LEAST_MOMENT.first, LEAST_MOMENT.second,
      );
    },
  };
}

/** @throws InternalError where the numbers lie where kernels cannot reach them */
function address({ buffer, byteOffset }: Float32Array): number {
  if (!(buffer instanceof SharedArrayBuffer)) throw new InternalError('kernels were given numbers outside the shared memory');
  return byteOffset;
}
