import { withPlainTraces, type CreateOptimiser } from './optimiser.js';

/** `sgd`: values ← values + η gradient. */
export const createSgd: CreateOptimiser = (kernels) => withPlainTraces(kernels, ({ values }, gradient, rate) => { kernels.sgdStep(values, gradient, rate); });
