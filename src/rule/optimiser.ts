import { adamStep, sgdStep, softUpdate } from '../kernels/reference.js';
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

export const OPTIMISERS: Record<OptimiserName, Optimiser> = {
  adam: {
    step({ values, first, second }, gradient, rate, update) {
      adamStep(values, gradient, first, second, rate, update);
    },
  },
  sgd: {
    step({ values }, gradient, rate) {
      sgdStep(values, gradient, rate);
    },
  },
};

/** target ← τ values + (1 - τ) target. */
export function followTarget({ values, target }: Parameter, targetRate: number): void {
  softUpdate(values, target, targetRate);
}

/** Share of the learning rates left at environment step `step`: 1 - (1 - finalRate) · step / steps, and finalRate past the last. */
export function rateShare(finalRate: number, step: number, steps: number): number {
  return 1 - (1 - finalRate) * Math.min(1, step / steps);
}
