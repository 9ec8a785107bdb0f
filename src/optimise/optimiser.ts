import type { Kernels, Rows } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';

/** The last for rules with eligibility traces alone. */
export const OPTIMISER_NAMES = ['adam', 'sgd', 'bounded'] as const;
export const REPLAY_OPTIMISERS = ['adam', 'sgd'] as const;
/** Those of rollouts; moments and step counter may be shared by all threads. */
export const ROLLOUT_OPTIMISERS = ['rmsprop', 'momentum', 'sgd', 'adam'] as const;
export type OptimiserName = (typeof OPTIMISER_NAMES)[number] | (typeof ROLLOUT_OPTIMISERS)[number];

/** Constants of optimisers, with their usual values. */
export interface OptimiserConstants {
  /** RMSProp's a: the fraction of the second moment that is kept. */
  readonly decay: number;
  /** RMSProp's ε, inside the root. */
  readonly epsilon: number;
  /** μ: the fraction of the last step that is taken again. */
  readonly momentum: number;
}

const USUAL: OptimiserConstants = { decay: 0.99, epsilon: 0.1, momentum: 0.9 };

/** A neuron's own local step up its gradient. */
export interface Optimiser {
  /**
   * values ← values + step(η, gradient).
   *
   * @param gradient direction of ascent; its first `values.length` numbers are used
   * @param update number of this step, from 1
   */
  step(parameter: Parameter, gradient: Float32Array, rate: number, update: number): void;
  /** values ← (1 - fraction) values: weight decay. */
  shrink(parameter: Parameter, fraction: number): void;
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
const unbounded = (kernels: Kernels, step: Optimiser['step']): Optimiser => ({
  step,
  shrink({ values }, fraction) {
    kernels.sgdStep(values, values, -fraction);
  },
  stepTraces(parameter, { direction }, rate, update) {
    step(parameter, direction, rate, update);
  },
});

const OPTIMISERS: Record<OptimiserName, (kernels: Kernels, constants: OptimiserConstants) => Optimiser> = {
  adam: (kernels) => unbounded(kernels, ({ values, first, second }, gradient, rate, update) => {
    kernels.adamStep(values, gradient, first, second, rate, update);
  }),
  sgd: (kernels) => unbounded(kernels, ({ values }, gradient, rate) => {
    kernels.sgdStep(values, gradient, rate);
  }),
  rmsprop: (kernels, { decay, epsilon }) => unbounded(kernels, ({ values, second }, gradient, rate) => {
    kernels.rmspropStep(values, gradient, second, rate, decay, epsilon); // values and moments may be shared, racy on purpose (Hogwild)
  }),
  momentum: (kernels, { momentum }) => unbounded(kernels, ({ values, first }, gradient, rate) => {
    kernels.momentumStep(values, gradient, first, rate, momentum);
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
    ...OPTIMISERS.sgd(kernels, USUAL),
    stepTraces({ values }, { rows, direction, reach, tdError }, rate) {
      const count = rows.end - rows.begin;
      if (rates.length < count) rates = kernels.numbers(count);
      const each = KAPPA * rate * Math.max(1, Math.abs(tdError));
      for (let row = 0; row < count; row += 1) rates[row] = rate / Math.max(1, each * reach[row]);
      kernels.sgdRows(values, direction, rates, rows);
    },
  };
}

export function createOptimiser(name: OptimiserName, kernels: Kernels, constants = USUAL): Optimiser {
  return OPTIMISERS[name](kernels, constants);
}

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

/** Share of the learning rates left at environment step `step`: 1 - (1 - finalRateFraction) · step / steps, and finalRateFraction past the last. */
export function rateFraction(finalRateFraction: number, step: number, steps: number): number {
  return 1 - (1 - finalRateFraction) * Math.min(1, step / steps);
}
