import type { Kernels, Rows } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';

/** Constants of optimisers, with their usual values. */
export interface OptimiserConstants {
  /** RMSProp's a: the fraction of the second moment that is kept. */
  readonly decay: number;
  /** RMSProp's ε, inside the root. */
  readonly epsilon: number;
  /** μ: the fraction of the last step that is taken again. */
  readonly momentum: number;
}

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

/** The step of rows that follow eligibility traces. */
export interface TraceStep {
  readonly rows: Rows;
  /** δ · trace, row after row. */
  readonly direction: Float32Array;
  /** |e|_1 of all traces that step together with each row's; [rows] */
  readonly reach: Float32Array;
  readonly tdError: number;
}

/** An optimiser of one kind: one file, one line in the registry. */
export type CreateOptimiser = (kernels: Kernels, constants: OptimiserConstants) => Optimiser;

/** An optimiser whose step along traces is its plain step. */
export const withPlainTraces = (kernels: Kernels, step: Optimiser['step']): Optimiser => ({
  step,
  shrink({ values }, fraction) {
    kernels.sgdStep(values, values, -fraction);
  },
  stepTraces(parameter, { direction }, rate, update) {
    step(parameter, direction, rate, update);
  },
});
