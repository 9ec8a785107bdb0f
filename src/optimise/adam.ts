import { withPlainTraces, type CreateOptimiser } from './optimiser.js';

/** `adam`: steps by bias-corrected moments of each number's own gradients. Source: Kingma & Ba 2015, Algorithm 1. */
export const createAdam: CreateOptimiser = (kernels) => withPlainTraces(kernels, ({ values, first, second }, gradient, rate, update) => {
  kernels.adamStep(values, gradient, first, second, rate, update);
});
