import { withPlainTraces, type CreateOptimiser } from './optimiser.js';

/**
 * `rmsprop`: G ← a G + (1 - a) g²,  values ← values + η g / √(G + ε): uncentred, ε inside the root. Moments may be shared by threads.
 *
 * Source: Tieleman & Hinton 2012; shared moments as in Mnih et al. 2016.
 */
export const createRmsprop: CreateOptimiser = (kernels, { decay, epsilon }) => withPlainTraces(kernels, ({ values, second }, gradient, rate) => {
  kernels.rmspropStep(values, gradient, second, rate, decay, epsilon); // values and moments may be shared, racy on purpose (Hogwild)
});
