import type { KernelName, Kernels } from './kernels.js';
import { referenceKernels } from './reference.js';
import { createVectorKernels, type KernelMemory } from './vector.js';

/** @param memory where kernels that need it get memory of their own: asked for only then */
export function createKernels(name: KernelName, memory: () => KernelMemory): Kernels {
  return name === 'reference' ? referenceKernels : createVectorKernels(name, memory());
}
