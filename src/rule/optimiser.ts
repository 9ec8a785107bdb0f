import type { Kernels } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';

/** The last for rules with eligibility traces alone. */
export const OPTIMISER_NAMES = ['adam', 'sgd', 'bounded'] as const;
export const REPLAY_OPTIMISERS = ['adam', 'sgd'] as const;
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
  /**
   * The rate of a step along eligibility traces, which `bounded` keeps from overshooting: η / max(1, κ η |e|_1 max(1, |δ|)).
   *
   * Source: Elsayed et al. 2024, ObGD. Differs: κ is 2 for everybody.
   *
   * @param reach |e|_1 of all traces that step together
   * @param tdError δ
   */
  bounded(rate: number, reach: number, tdError: number): number;
}

/** κ: a step takes at most 1/κ of its TD error away. */
const KAPPA = 2;

const unbounded = (rate: number) => rate;

const OPTIMISERS: Record<OptimiserName, (kernels: Kernels) => Optimiser> = {
  adam: (kernels) => ({
    step({ values, first, second }, gradient, rate, update) {
      kernels.adamStep(values, gradient, first, second, rate, update);
    },
    bounded: unbounded,
  }),
  sgd: (kernels) => ({
    step({ values }, gradient, rate) {
      kernels.sgdStep(values, gradient, rate);
    },
    bounded: unbounded,
  }),
  bounded: (kernels) => ({
    step({ values }, gradient, rate) {
      kernels.sgdStep(values, gradient, rate);
    },
    bounded: (rate, reach, tdError) => rate / Math.max(1, KAPPA * rate * reach * Math.max(1, Math.abs(tdError))),
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
