import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';

/** What `assembly/` and `native/` export. Addresses are bytes from the start of the memory. */
export interface VectorFunctions {
  product(
    weights: number, rowStride: number, columnStride: number, sources: number, inputs: number, voltages: number, lanes: number,
    out: number, targets: number, outLanes: number, rows: number, laneBegin: number, laneEnd: number, room: number, panels: number, add: number,
  ): void;
  productOfOne(weights: number, rowStride: number, sources: number, inputs: number, voltages: number, lanes: number, out: number, outLanes: number, rows: number, panel: number): void;
  sparseProduct(weights: number, offset: number, sources: number, voltages: number, out: number, rows: number, lanes: number, count: number): void;
  wideSparseProduct(weights: number, offset: number, sources: number, voltages: number, out: number, rows: number, lanes: number, count: number): void;
  sparseProductOfOne(weights: number, offset: number, sources: number, voltages: number, out: number, rows: number): void;
  wideSparseProductOfOne(weights: number, offset: number, sources: number, voltages: number, out: number, rows: number): void;
  gradients(coefficients: number, coefficientLanes: number, sources: number, inputs: number, voltages: number, lanes: number, count: number, gradient: number, stride: number, rows: number, room: number): void;
  activate(kind: number, weightedInputs: number, voltages: number, rows: number, lanes: number, count: number): number;
  multiplySlopes(kind: number, factors: number, coefficients: number, coefficientLanes: number, voltages: number, lanes: number, rows: number, count: number, scale: number): void;
  ownErrors(
    rows: number, size: number, stride: number, critic: number, target: number, values: number, sampled: number, next: number,
    reward: number, discounts: number, error: number, gradient: number,
  ): number;
  gatherLanes(from: number, width: number, rows: number, count: number, to: number, lanes: number): void;
  followTraces(
    offset: number, rows: number, credit: number, terms: number, shared: number, kept: number, tdError: number, least: number,
    trace: number, direction: number, reach: number,
  ): void;
  blockProducts(
    blocks: number, rows: number, inputs: number, count: number, weights: number, weightStep: number, rowStride: number, columnStride: number,
    voltages: number, voltageStep: number, out: number, outStep: number, add: number, room: number,
  ): void;
  blockGradients(
    blocks: number, rows: number, inputs: number, count: number, coefficients: number, coefficientStep: number,
    voltages: number, voltageStep: number, gradient: number, gradientStep: number, rowStride: number, room: number,
  ): void;
  pairProducts(x: number, lanes: number, begin: number, end: number, count: number, products: number): void;
  copy(from: number, to: number, count: number): void;
  addScaled(factor: number, voltages: number, sum: number, count: number): void;
  addScaledRows(offset: number, rows: number, factors: number, numbers: number, sum: number): void;
  softUpdate(values: number, target: number, count: number, tau: number): void;
  adam(
    values: number, gradient: number, first: number, second: number, count: number,
    beta1: number, beta2: number, epsilon: number, scale: number, correction: number, leastFirst: number, leastSecond: number,
  ): void;
  rmsprop(values: number, gradient: number, second: number, count: number, rate: number, decay: number, epsilon: number, least: number): void;
  momentum(values: number, gradient: number, first: number, count: number, rate: number, kept: number, least: number): void;
  squareSum(numbers: number, count: number): number;
}

/** Functions on one memory, and how many lanes they pack together. */
export interface VectorUnit {
  readonly panelLanes: number;
  readonly functions: VectorFunctions;
}

/** The kernels that work on vectors, and where they come from. */
export type VectorName = 'simd' | 'relaxed' | 'revectorized' | 'native';

const LANES: Record<VectorName, number> = { simd: 8, relaxed: 8, revectorized: 8, native: 16 };

/** Whose code each is; `revectorized` runs that of `simd`, compiled otherwise. */
const BUILDS: Record<Exclude<VectorName, 'native'>, string> = { simd: 'simd', relaxed: 'relaxed', revectorized: 'simd' };

/** The first V8 whose revectorizer is worth its name: Node 24's. */
const REVECTORIZING_V8 = 13;

const compiled = new Map<string, WebAssembly.Module>();

/** Once per thread. @throws Error naming what is missing */
function compile(name: Exclude<VectorName, 'native'>): WebAssembly.Module {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const bytes = readFileSync(new URL(`${BUILDS[name]}.wasm`, import.meta.url));
  if (name === 'relaxed' && !hasRelaxed(bytes)) throw new Error('this Node has no relaxed SIMD');
  const module = name === 'revectorized' ? revectorize(bytes) : new WebAssembly.Module(bytes);
  compiled.set(name, module);
  return module;
}

/** Node 20 has it behind a flag, which may be set as long as nothing that needs it is compiled. */
function hasRelaxed(bytes: Uint8Array): boolean {
  if (WebAssembly.validate(bytes)) return true;
  if (!process.version.startsWith('v20.')) return false;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(bytes);
}

/** V8's flags for revectorization: at once, and with the optimising compiler. */
const REVECTORIZING = ['--experimental-wasm-revectorize', '--no-liftoff', '--no-wasm-lazy-compilation'];
const AFTERWARDS = ['--no-experimental-wasm-revectorize', '--liftoff', '--wasm-lazy-compilation'];

/**
 * V8 joins pairs of 128-bit operations into 256-bit ones. It rounds nothing otherwise.
 *
 * @throws Error where this V8 does not
 */
function revectorize(bytes: Uint8Array): WebAssembly.Module {
  const [major] = process.versions.v8.split('.');
  if (Number(major) < REVECTORIZING_V8) throw new Error(`V8's revectorizer comes with Node 24, and this is Node ${process.versions.node}`);
  REVECTORIZING.forEach((flag) => { setFlagsFromString(flag); });
  try {
    return new WebAssembly.Module(marked(bytes));
  } finally {
    AFTERWARDS.forEach((flag) => { setFlagsFromString(flag); });
  }
}

/** The same module with an empty custom section: of equal bytes V8 would give the code that it has compiled before. */
function marked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode('revectorized');
  return Uint8Array.of(...bytes, 0, name.length + 1, name.length, ...name);
}

/** @throws Error naming what is missing */
function attachNative(memory: WebAssembly.Memory): VectorFunctions {
  const require = createRequire(import.meta.url);
  let native: { attach(bytes: Uint8Array): VectorFunctions };
  try {
    native = require('./native.node') as typeof native;
  } catch {
    throw new Error('it is not built: run "npm run build:native"');
  }
  return native.attach(new Uint8Array(memory.buffer));
}

/** @throws Error naming what is missing */
export function openVectorUnit(name: VectorName, memory: WebAssembly.Memory): VectorUnit {
  if (name === 'native') return { panelLanes: LANES[name], functions: attachNative(memory) };
  const { exports } = new WebAssembly.Instance(compile(name), { env: { memory } });
  return { panelLanes: LANES[name], functions: exports as unknown as VectorFunctions };
}
