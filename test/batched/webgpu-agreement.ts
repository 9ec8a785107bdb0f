/**
 * A process of its own, because the Vulkan loader is looked for when a process begins and a graphics driver is no guest for a test's
 * thread. Prints one JSON object: the adapter and the differences from the kernels, or why there is no adapter.
 */
import { openDevice } from '../../src/batched/device.js';
import { isOptionError } from '../../src/errors.js';
import { compareWithKernels, type DenseCase } from './agreement.js';

export type WebGpuFindings = { readonly missing: string } | { readonly adapter: string; readonly agreements: readonly (Awaited<ReturnType<typeof compareWithKernels>> & { readonly rule: string; readonly updates: number })[] };

/**
 * An emulated GPU takes 0.1 s for an update, and much longer where products have few numbers, which a GPU computes in another way: so
 * there are many replicas.
 */
const CASES: readonly (DenseCase & { readonly updates: number })[] = [
  { rule: 'broadcast', replicas: 16, size: 10, updates: 100 },
  { rule: 'three-factor', replicas: 16, size: 10, updates: 25 },
];

async function findings(): Promise<WebGpuFindings> {
  try {
    const device = await openDevice('webgpu');
    const agreements = [];
    for (const each of CASES) agreements.push({ ...each, ...(await compareWithKernels(device, each)) });
    return { adapter: device.adapter, agreements };
  } catch (error) {
    if (isOptionError(error)) return { missing: error.message };
    throw error;
  }
}

console.log(JSON.stringify(await findings()));
