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
  const squares = kernels.squareSum(gradient);
  const norm = Math.sqrt(Number.isFinite(squares) ? squares : gradient.reduce((sum, x) => sum + x * x, 0)); // float32 overflows before float64
  const factor = longest / norm;
  if (factor < LEAST_ADDED) gradient.forEach((x, i) => { gradient[i] = factor * x; });
  else if (norm > longest) kernels.addScaled(factor - 1, gradient, 0, gradient, gradient.length);
  return norm;
}

/** Smallest factor that is applied as 1 + (factor - 1), for which there is a kernel: in float32 that sum loses the digits of a smaller one. */
const LEAST_ADDED = 1e-3;

/** target ← τ values + (1 - τ) target. */
export function polyakUpdate(kernels: Kernels, { values, target }: Parameter, targetRate: number): void {
  kernels.softUpdate(values, target, targetRate);
}

/** Fraction of the learning rates left at environment step `step`: 1 - (1 - finalRateFraction) · step / steps, and finalRateFraction past the last. */
export function rateFraction(finalRateFraction: number, step: number, steps: number): number {
  return 1 - (1 - finalRateFraction) * Math.min(1, step / steps);
}
