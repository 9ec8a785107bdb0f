/** The SIMD kernels, compiled by AssemblyScript. Arguments are byte addresses in the shared memory; `../vector.ts` calls them. */
export { blockGradients, blockProducts, gradients, product, productOfOne } from './product';
export { activate, adam, addScaled, addScaledRows, copy, momentum, multiplySlopes, pairProducts, rmsprop, softUpdate, squareSum } from './elementwise';
export { ownErrors } from './errors';
export { gatherLanes } from './gather';
export { followTraces } from './traces';
export { sparseProduct, sparseProductOfOne, wideSparseProduct, wideSparseProductOfOne } from './sparse';

