import { wrongValue } from '../check.js';
import { oneOf, refine } from '../options/kind.js';
import { option } from '../options/row.js';
import { KERNEL_NAMES } from './kernels.js';
import { availableKernels, kernelFault } from './self-check.js';

const usableKernels = refine(oneOf(KERNEL_NAMES), (path, name) => {
  const fault = kernelFault(name);
  if (fault !== undefined) throw wrongValue(path, `one of ${availableKernels().join(', ')} on this machine`, name, `: ${fault}`);
  return name;
});

export const KERNELS = option('kernels', usableKernels, { default: 'simd', flag: '--kernels', help: `implementation of the arithmetic: ${KERNEL_NAMES.join(', ')}`, group: 'Run' });
