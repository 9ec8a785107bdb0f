import { isRecord } from '../check.js';
import { isTensorFlow, type TensorFlow } from './tensorflow.js';
import { offerWebGpu } from './webgpu.js';

export type BackendName = 'gpu' | 'webgpu' | 'wasm' | 'cpu';

/** A backend of TensorFlow.js, loaded and ready. */
export interface Backend {
  readonly tf: TensorFlow;
  /** The library's name for it. */
  readonly backend: string;
  readonly adapter: string;
  /** True where products of a batch are faster one by one, and a detour through JavaScript's memory is faster than a slice. */
  readonly apart: boolean;
}

/** A backend that is not available: the reason and the remedy, in one line. */
export class BackendError extends Error {
  constructor(readonly why: string, readonly remedy: string) {
    super(`${why}; ${remedy}`);
  }
}

/** @param onlyFast refuse one that is slower than what else there is: a GPU that is emulated in software */
export const BACKENDS: Readonly<Record<BackendName, (onlyFast: boolean) => Promise<Backend>>> = { gpu: openLibrary, webgpu: openWebGpu, wasm: openWasm, cpu: openCpu };

const CORE = '@tensorflow/tfjs-core';
const WEBGPU = '@tensorflow/tfjs-backend-webgpu';
const WASM = '@tensorflow/tfjs-backend-wasm';
const CPU = '@tensorflow/tfjs-backend-cpu';

/** TensorFlow's own library: with CUDA where the package has it, or else with the processor's vector instructions. */
async function openLibrary(): Promise<Backend> {
  const failures: string[] = [];
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    try {
      const module: unknown = await import(name);
      const tf = await loadCore();
      const ready = await start(tf, 'tensorflow', name);
      return { ...ready, adapter: describeLibrary(name, module, tf.backend()), apart: false };
    } catch (error) {
      failures.push(error instanceof BackendError ? error.why : `${name} ${missing(error)}`);
    }
  }
  throw new BackendError(failures.join(', '), 'npm install @tensorflow/tfjs-node-gpu (CUDA) or @tensorflow/tfjs-node, which fetch a library of TensorFlow');
}

function describeLibrary(name: string, module: unknown, backend: unknown): string {
  const version: unknown = isRecord(module) && isRecord(module.version) ? module.version['tfjs-node'] : undefined;
  const onGpu = typeof backend === 'object' && backend !== null && 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
  return `TensorFlow's library through ${name}${typeof version === 'string' ? ` ${version}` : ''}, on ${onGpu ? 'a CUDA GPU' : 'the processor'}`;
}

async function openWebGpu(onlyFast: boolean): Promise<Backend> {
  const adapter = await offerWebGpu().catch((error: unknown) => {
    throw new BackendError(`webgpu ${missing(error)}`, `npm install webgpu ${WEBGPU}`);
  });
  if (adapter === undefined) throw new BackendError('webgpu finds no graphics adapter', 'it needs a Vulkan driver and loader (on Debian: apt install libvulkan1 mesa-vulkan-drivers)');
  const { description, isSoftware } = adapter;
  if (onlyFast && isSoftware) throw new BackendError(`the only adapter is emulated in software (${description})`, 'name it to use it');
  const tf = await loadCore();
  await load(WEBGPU);
  return { ...(await start(tf, 'webgpu', WEBGPU)), adapter: description, apart: false };
}

async function openWasm(): Promise<Backend> {
  const tf = await loadCore();
  await load(WASM);
  return { ...(await start(tf, 'wasm', WASM)), adapter: 'WebAssembly SIMD on one thread', apart: true };
}

async function openCpu(): Promise<Backend> {
  const tf = await loadCore();
  await load(CPU);
  return { ...(await start(tf, 'cpu', CPU)), adapter: 'plain JavaScript on one thread', apart: false };
}

async function loadCore(): Promise<TensorFlow> {
  const module = await load(CORE);
  if (!isTensorFlow(module)) throw new BackendError(`${CORE} is not a version that is known`, `npm install ${CORE}@4.22.0`);
  module.enableProdMode(); // else the plain backend advertises another package
  return module;
}

/** @throws BackendError naming what to install */
async function load(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    throw new BackendError(`${name} ${missing(error)}`, `npm install ${name === CORE ? CORE : `${CORE} ${name}`}`);
  }
}

async function start(tf: TensorFlow, backend: string, name: string): Promise<Pick<Backend, 'tf' | 'backend'>> {
  const started = await tf.setBackend(backend).catch((error: unknown) => {
    throw new BackendError(`${name} does not start (${firstLine(error)})`, 'try another device');
  });
  if (!started) throw new BackendError(`${name} does not start`, 'try another device');
  return { tf, backend };
}

/** Why the import of a package failed. */
function missing(error: unknown): string {
  const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return isAbsent ? 'is not installed' : `does not load (${firstLine(error)})`;
}

/** Without the paths of this machine. */
const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0].replace(/ at path:.*/, '');
