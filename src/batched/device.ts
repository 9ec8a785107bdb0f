import { checkName, wrongValue } from '../check.js';
import { BACKENDS, BackendError, type BackendName } from './backends.js';
import type { Tensor, TensorFlow } from './tensorflow.js';

/** Devices by name; `auto` takes the first of the others that pays. */
export const DEVICE_NAMES = ['auto', 'gpu', 'webgpu', 'wasm', 'cpu'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

/** What computes tensors, and how to compute with it. Code between two `await`s has to begin with `use`. */
export interface Device {
  readonly name: BackendName;
  /** What it computes on, in words. */
  readonly adapter: string;
  /** Why it was taken. */
  readonly reason: string;
  readonly tf: TensorFlow;
  /** Makes it the one that the library's functions compute on: several devices can be open in one process. */
  readonly use: () => void;
  /** [replicas, n, m] × [replicas, m, b], replica by replica. */
  readonly multiply: (a: Tensor, b: Tensor) => Tensor;
  /** Cuts a list of numbers into tensors of these shapes, one after another. */
  readonly cut: (numbers: Tensor, shapes: readonly number[][]) => Tensor[];
}

/**
 * Opens a device. A device that is named must be available; `auto` takes the fastest: TensorFlow's library, a hardware GPU through
 * WebGPU, WebAssembly, plain JavaScript.
 *
 * @throws RangeError naming `device` if it is missing, and what to install
 */
export async function openDevice(name: DeviceName): Promise<Device> {
  checkName('device', name, DEVICE_NAMES);
  return name === 'auto' ? openFastest() : openNamed(name);
}

async function openNamed(name: BackendName): Promise<Device> {
  try {
    return await open(name, false, 'as requested');
  } catch (error) {
    throw error instanceof BackendError ? wrongValue('device', 'a device that is there', name, `: ${error.message}`) : error;
  }
}

async function openFastest(): Promise<Device> {
  const passed: string[] = [];
  for (const name of DEVICE_NAMES) {
    if (name === 'auto') continue;
    try {
      return await open(name, true, passed.length === 0 ? 'the fastest that there is' : passed.join('; '));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      passed.push(`no ${name}: ${error.why}`);
    }
  }
  throw wrongValue('device', 'at least one device', 'auto', `: ${passed.join('; ')}`);
}

async function open(name: BackendName, onlyFast: boolean, reason: string): Promise<Device> {
  const { tf, adapter, backend, apart } = await BACKENDS[name](onlyFast);
  const use = () => {
    if (tf.getBackend() !== backend) void tf.setBackend(backend); // takes effect at once: it has been initialised
  };
  const device = { name, adapter, reason, tf, use };
  return apart
    ? { ...device, multiply: (a, b) => multiplyApart(tf, a, b), cut: (numbers, shapes) => cutApart(tf, numbers, shapes) }
    : { ...device, multiply: (a, b) => tf.matMul(a, b), cut: (numbers, shapes) => slice(tf, numbers, shapes) };
}

/** Multiply-adds of one product from which on it is worth a call of its own. */
const LARGE_PRODUCT = 24_000;

/**
 * The same product for a backend that is fast only at single products. The WebAssembly one reaches 2 GFLOP/s in a batch, and 12 (64×64
 * by 64 lanes) to 30 (256×256) one by one; taking the batch apart through JavaScript's memory costs about 10 µs a product, where the library's own
 * `unstack` copies the whole batch for each part.
 */
function multiplyApart(tf: TensorFlow, a: Tensor, b: Tensor): Tensor {
  const [replicas, n, m] = a.shape;
  const lanes = b.shape[2];
  if (replicas === 1 || n * m * lanes < LARGE_PRODUCT) return tf.matMul(a, b);
  return tf.tidy(() => {
    const right = takeApart(tf, b);
    return tf.stack(takeApart(tf, a).map((part, i) => tf.matMul(part, right[i])), 0);
  });
}

function takeApart(tf: TensorFlow, batch: Tensor): Tensor[] {
  const [replicas, rows, columns] = batch.shape;
  return cutApart(tf, batch, Array.from({ length: replicas }, () => [rows, columns]));
}

/** Through JavaScript's memory: a slice of the WebAssembly backend copies everything it is a slice of. */
function cutApart(tf: TensorFlow, numbers: Tensor, shapes: readonly number[][]): Tensor[] {
  const values = numbers.dataSync();
  if (!(values instanceof Float32Array)) throw new TypeError('a tensor of float32 was expected');
  let from = 0;
  return shapes.map((shape) => {
    const size = product(shape);
    from += size;
    return tf.tensor(values.subarray(from - size, from), shape);
  });
}

function slice(tf: TensorFlow, numbers: Tensor, shapes: readonly number[][]): Tensor[] {
  let from = 0;
  return shapes.map((shape) => {
    const size = product(shape);
    from += size;
    return tf.reshape(tf.slice(numbers, [from - size], [size]), shape);
  });
}

const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);
