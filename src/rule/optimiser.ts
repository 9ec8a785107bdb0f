import type { Kernels } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';

export const OPTIMISER_NAMES = ['adam', 'sgd'] as const;
export type OptimiserName = (typeof OPTIMISER_NAMES)[number];

/** A neuron's own local step up its gradient. */
export interface Optimiser {
  /**
   * values ← values + step(η, gradient).
   *
   * @param gradient direction of ascent; its first `values.length` numbers are used
   * @param update number of this step, from 1
   */
  step(parameter: Parameter, gradient: Float32Array, rate: number, update: number): void;
}

const OPTIMISERS: Record<OptimiserName, (kernels: Kernels) => Optimiser> = {
  adam: (kernels) => ({
    step({ values, first, second }, gradient, rate, update) {
      kernels.adamStep(values, gradient, first, second, rate, update);
    },
  }),
  sgd: (kernels) => ({
    step({ values }, gradient, rate) {
      kernels.sgdStep(values, gradient, rate);
    },
  }),
};

export function createOptimiser(name: OptimiserName, kernels: Kernels): Optimiser {
  return OPTIMISERS[name](kernels);
}

/** target ← τ values + (1 - τ) target. */
export function followTarget(kernels: Kernels, { values, target }: Parameter, targetRate: number): void {
  kernels.softUpdate(values, target, targetRate);
}

/** Share of the learning rates left at environment step `step`: 1 - (1 - finalRate) · step / steps, and finalRate past the last. */
export function rateShare(finalRate: number, step: number, steps: number): number {
  return 1 - (1 - finalRate) * Math.min(1, step / steps);
}
