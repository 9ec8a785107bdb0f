import type { CreateOptimiser } from './optimiser.js';
import { createSgd } from './sgd.js';

/** κ: a step removes at most 1/κ of its TD error. */
const KAPPA = 2;

/**
 * `bounded`: plain steps; those of rows along eligibility traces at η / max(1, κ η |e|_1 max(1, |δ|)).
 *
 * Source: Elsayed et al. 2024, ObGD. Differs: κ is 2 for all neurons.
 */
export const createBounded: CreateOptimiser = (kernels, constants) => {
  let rates = kernels.numbers(0); // as many as the most rows so far
  return {
    ...createSgd(kernels, constants),
    stepTraces({ values }, { rows, direction, reach, tdError }, rate) {
      const count = rows.end - rows.begin;
      if (rates.length < count) rates = kernels.numbers(count);
      const each = KAPPA * rate * Math.max(1, Math.abs(tdError));
      for (let row = 0; row < count; row += 1) rates[row] = rate / Math.max(1, each * reach[row]);
      kernels.sgdRows(values, direction, rates, rows);
    },
  };
};
