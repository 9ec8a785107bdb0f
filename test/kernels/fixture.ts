import { createKernels } from '../../src/kernels/create.js';
import type { KernelName, Kernels } from '../../src/kernels/kernels.js';
import { createArena } from '../../src/memory/arena.js';
import { createWorkspace, workspaceBlock } from '../../src/memory/workspace.js';

/** Kernels on a memory of their own. */
export function kernelsOf(name: KernelName = 'simd'): Kernels {
  return createKernels(name, () => createWorkspace(createArena([workspaceBlock(1)]), 0));
}
