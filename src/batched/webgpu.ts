/** A graphics adapter as `webgpu` finds it. */
export interface WebGpuAdapter {
  /** Vendor, architecture and driver. */
  readonly description: string;
  /** True where the processor emulates it. */
  readonly isSoftware: boolean;
}

let offered: Promise<WebGpuAdapter | undefined> | undefined;

/**
 * Gives this process the `navigator.gpu` that TensorFlow.js looks for, as a browser would, once and for good.
 *
 * @returns the adapter; undefined where there is none
 * @throws Error where the package `webgpu` cannot be loaded
 */
export function offerWebGpu(): Promise<WebGpuAdapter | undefined> {
  offered ??= findAdapter().catch((error: unknown) => {
    offered = undefined;
    throw error;
  });
  return offered;
}

async function findAdapter(): Promise<WebGpuAdapter | undefined> {
  const name = 'webgpu'; // optional: not resolved at compile time
  const module: unknown = await import(name);
  if (!hasLoader()) return undefined;
  const gpu: unknown = isMaker(module) ? module.create([]) : undefined;
  if (!isGpu(gpu)) throw new Error('not a version that is known: 0.6 is');
  const adapter = await gpu.requestAdapter();
  if (!isRecordOf(adapter, 'info')) return undefined;
  if (isRecordOf(module, 'globals')) Object.assign(globalThis, module.globals);
  offer(gpu);
  return describe(adapter.info);
}

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

const isRecordOf = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> => typeof value === 'object' && value !== null && key in value;

function isMaker(value: unknown): value is { create(options: readonly string[]): unknown } {
  return isRecordOf(value, 'create') && typeof value.create === 'function';
}

function isGpu(value: unknown): value is Gpu {
  return isRecordOf(value, 'requestAdapter') && typeof value.requestAdapter === 'function';
}

/**
 * False where the loader of graphics drivers is missing. The library checks this too, but prints to stderr outside JavaScript, where the user has not
 * asked for a graphics card.
 */
function hasLoader(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    return error instanceof Error && error.message.includes('self-register'); // it is there, and no module of Node's
  }
}

/** Node 21 and later have a navigator of their own, without a GPU. */
function offer(gpu: Gpu): void {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  if (typeof navigator === 'object' && navigator !== null) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true, writable: true });
}

function describe(info: unknown): WebGpuAdapter {
  const text = (key: string) => (isRecordOf(info, key) && typeof info[key] === 'string' ? info[key] : '');
  const words = ['vendor', 'architecture', 'description'].map(text).filter((word) => word !== '');
  const isSoftware = (isRecordOf(info, 'isFallbackAdapter') && info.isFallbackAdapter === true) || /swiftshader|llvmpipe/i.test(words.join(' '));
  return { description: words.join(' ') || 'an adapter without a name', isSoftware };
}
