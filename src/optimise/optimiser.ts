import type { Kernels, Rows } from '../kernels/kernels.js';
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
  /** A step of rows along their eligibility traces, which `bounded` keeps from overshooting. */
  stepTraces(parameter: Parameter, along: TraceStep, rate: number, update: number): void;
}

/** Where rows are to go that follow eligibility traces. */
export interface TraceStep {
  readonly rows: Rows;
  /** δ · trace, row after row. */
  readonly direction: Float32Array;
  /** |e|_1 of all traces that step together with each row's; [rows] */
  readonly reach: Float32Array;
  readonly tdError: number;
}

/** κ: a step takes at most 1/κ of its TD error away. */
const KAPPA = 2;

/** An optimiser whose rates do not ask how much of the traces there is. */
const unbounded = (step: Optimiser['step']): Optimiser => ({
  step,
  stepTraces(parameter, { direction }, rate, update) {
    step(parameter, direction, rate, update);
  },
});

const OPTIMISERS: Record<OptimiserName, (kernels: Kernels) => Optimiser> = {
  adam: (kernels) => unbounded(({ values, first, second }, gradient, rate, update) => {
    kernels.adamStep(values, gradient, first, second, rate, update);
  }),
  sgd: (kernels) => unbounded(({ values }, gradient, rate) => {
    kernels.sgdStep(values, gradient, rate);
  }),
  bounded: createBounded,
};

/**
 * Plain steps; those of rows along eligibility traces at η / max(1, κ η |e|_1 max(1, |δ|)).
 *
 * Source: Elsayed et al. 2024, ObGD. Differs: κ is 2 for everybody.
 */
function createBounded(kernels: Kernels): Optimiser {
  let rates = kernels.numbers(0); // as many as the most rows so far
  return {
    ...OPTIMISERS.sgd(kernels),
    stepTraces({ values }, { rows, direction, reach, tdError }, rate) {
      const count = rows.end - rows.begin;
      if (rates.length < count) rates = kernels.numbers(count);
      const each = KAPPA * rate * Math.max(1, Math.abs(tdError));
      for (let row = 0; row < count; row += 1) rates[row] = rate / Math.max(1, each * reach[row]);
      kernels.sgdRows(values, direction, rates, rows);
    },
  };
}

export function createOptimiser(name: OptimiserName, kernels: Kernels): Optimiser {
  return OPTIMISERS[name](kernels);
}

/** target ← τ values + (1 - τ) target. */
export function polyakUpdate(kernels: Kernels, { values, target }: Parameter, targetRate: number): void {
  kernels.softUpdate(values, target, targetRate);
}

/** Share of the learning rates left at environment step `step`: 1 - (1 - finalRate) · step / steps, and finalRate past the last. */
export function rateFraction(finalRate: number, step: number, steps: number): number {
  return 1 - (1 - finalRate) * Math.min(1, step / steps);
}
