import type { Kernels } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';

/**
 * Scales a gradient down to a Euclidean norm of at most `longest`.
 *
 * Source: Pascanu et al. 2013, Algorithm 1. Writes: `gradient`.
 *
 * @returns its norm before
 */
export function clipNorm(kernels: Kernels, gradient: Float32Array, longest: number): number {
  const norm = Math.sqrt(kernels.squareSum(gradient));
  if (norm > longest) kernels.addScaled(longest / norm - 1, gradient, 0, gradient, gradient.length);
  return norm;
}

/** target ← τ values + (1 - τ) target. */
export function polyakUpdate(kernels: Kernels, { values, target }: Parameter, targetRate: number): void {
  kernels.softUpdate(values, target, targetRate);
}

/** Fraction of the learning rates left at environment step `step`: 1 - (1 - finalRateFraction) · step / steps, and finalRateFraction past the last. */
export function rateFraction(finalRateFraction: number, step: number, steps: number): number {
  return 1 - (1 - finalRateFraction) * Math.min(1, step / steps);
}
