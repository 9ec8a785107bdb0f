/**
 * A process of its own, because the Vulkan loader is looked for when a process begins and a graphics driver is no guest for a test's
 * thread. Prints one JSON object: the adapter and the differences from the kernels, or why there is no adapter.
 */
import { openDevice } from '../../src/dense/device.js';
import { DENSE_RULES } from '../../src/dense/numbers.js';
import { isOptionError } from '../../src/errors.js';
import { compareWithKernels } from './agreement.js';

export type WebGpuFindings = { readonly missing: string } | { readonly adapter: string; readonly agreements: readonly (Awaited<ReturnType<typeof compareWithKernels>> & { readonly rule: string })[] };

async function findings(): Promise<WebGpuFindings> {
  try {
    const device = await openDevice('webgpu');
    const agreements = [];
    for (const rule of DENSE_RULES) agreements.push({ rule, ...(await compareWithKernels(device, { rule })) });
    return { adapter: device.adapter, agreements };
  } catch (error) {
    if (isOptionError(error)) return { missing: error.message };
    throw error;
  }
}

console.log(JSON.stringify(await findings()));
