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
  /** True where products of a batch are faster one by one. */
  readonly productsApart: boolean;
}

/** A backend that is not there; the message is one line that says why, and what to install. */
export class BackendError extends Error {}

/** @param onlyFast refuse one that is slower than what else there is: a GPU that is emulated in software */
export const BACKENDS: Readonly<Record<BackendName, (onlyFast: boolean) => Promise<Backend>>> = { gpu: openLibrary, webgpu: openWebGpu, wasm: openWasm, cpu: openCpu };

const CORE = '@tensorflow/tfjs-core';

/** TensorFlow's own library: with CUDA where the package has it, or else with the processor's vector instructions. */
async function openLibrary(): Promise<Backend> {
  const failures: string[] = [];
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    try {
      const module: unknown = await import(name);
      const tf = await loadCore();
      const ready = await start(tf, 'tensorflow', `${name} has registered no backend`);
      return { ...ready, adapter: describeLibrary(name, module, tf.backend()), productsApart: false };
    } catch (error) {
      failures.push(`${name} ${isMissing(error) ? 'is not installed' : `does not load (${firstLine(error)})`}`);
    }
  }
  throw new BackendError(`${failures.join(', ')}; npm install @tensorflow/tfjs-node-gpu (CUDA) or @tensorflow/tfjs-node, which fetch a library of TensorFlow`);
}

function describeLibrary(name: string, module: unknown, backend: unknown): string {
  const version: unknown = isRecord(module) && isRecord(module.version) ? module.version['tfjs-node'] : undefined;
  const onGpu = typeof backend === 'object' && backend !== null && 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
  return `TensorFlow's library through ${name}${typeof version === 'string' ? ` ${version}` : ''}, on ${onGpu ? 'a CUDA GPU' : 'the processor'}`;
}

async function openWebGpu(onlyFast: boolean): Promise<Backend> {
  const { description, isSoftware } = await offerWebGpu().catch((error: unknown) => {
    throw new BackendError(isMissing(error) ? 'the package webgpu is not installed; npm install webgpu @tensorflow/tfjs-backend-webgpu' : firstLine(error));
  });
  if (onlyFast && isSoftware) throw new BackendError(`the only adapter is emulated in software (${description}): slower than WebAssembly`);
  const tf = await loadCore();
  await load('@tensorflow/tfjs-backend-webgpu');
  return { ...(await start(tf, 'webgpu', 'the adapter gives no device')), adapter: description, productsApart: false };
}

async function openWasm(): Promise<Backend> {
  const tf = await loadCore();
  await load('@tensorflow/tfjs-backend-wasm');
  return { ...(await start(tf, 'wasm', 'WebAssembly does not start')), adapter: 'WebAssembly SIMD on one thread', productsApart: true };
}

async function openCpu(): Promise<Backend> {
  const tf = await loadCore();
  await load('@tensorflow/tfjs-backend-cpu');
  return { ...(await start(tf, 'cpu', 'it has registered no backend')), adapter: 'plain JavaScript on one thread', productsApart: false };
}

async function loadCore(): Promise<TensorFlow> {
  const module = await load(CORE);
  if (!isTensorFlow(module)) throw new BackendError(`${CORE} is not a version that is known; npm install ${CORE}@4.22.0`);
  module.enableProdMode(); // else the plain backend advertises another package
  return module;
}

/** @throws BackendError saying what to install */
async function load(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    const both = name === CORE ? CORE : `${CORE} ${name}`;
    throw new BackendError(`${name} ${isMissing(error) ? 'is not installed' : `does not load (${firstLine(error)})`}; npm install ${both}`);
  }
}

async function start(tf: TensorFlow, backend: string, failure: string): Promise<Pick<Backend, 'tf' | 'backend'>> {
  const started = await tf.setBackend(backend).catch((error: unknown) => {
    throw new BackendError(`${failure} (${firstLine(error)})`);
  });
  if (!started) throw new BackendError(failure);
  return { tf, backend };
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];
