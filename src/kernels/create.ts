import type { KernelName, Kernels } from './kernels.js';
import { referenceKernels } from './reference.js';
import { createVectorKernels, type KernelMemory } from './vector.js';

/** @param memory allocates memory for kernels that need it; called only then */
export function createKernels(name: KernelName, memory: () => KernelMemory): Kernels {
  return name === 'reference' ? referenceKernels : createVectorKernels(name, memory());
}
