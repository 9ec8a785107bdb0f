import { withPlainTraces, type CreateOptimiser } from './optimiser.js';

/** `momentum`: each step takes a fraction of the last one again. */
export const createMomentum: CreateOptimiser = (kernels, { momentum }) => withPlainTraces(kernels, ({ values, first }, gradient, rate) => {
  kernels.momentumStep(values, gradient, first, rate, momentum);
});
