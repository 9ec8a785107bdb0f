import type { CreditProgram } from '../credit/credit.js';
import type { Activations } from '../network/activations.js';
import { multiplyTransferSlopes } from '../network/transfer.js';
import { polyakUpdate } from '../optimise/update.js';
import type { Batch } from '../objective/batch.js';
import type { Neuron } from '../network/neuron.js';
import type { RuleContext } from './rule.js';

/** The policy step of a neuron or block, given ∂Q/∂a: the same for every rule. */
export interface RowUpdate {
  /**
   * K^n += η_A mean(credit · σ'(z) · v). If the rule keeps K', K' follows.
   *
   * Reads: voltages of the neuron's sources. Writes: the neuron's own row; `credit` is overwritten.
   *
   * @param credit ∂Q/∂a of each transition, or what the rule has in its place; [count, size], row-major
   */
  ascend(neuron: Neuron, batch: Batch, credit: Float32Array, update: number): void;
  /**
   * K^n += η_A direction, for a rule that computes its row's direction itself. If the rule keeps K', K' follows.
   *
   * Writes: the neuron's own row.
   *
   * @param direction laid out as the row, or rows
   */
  step(neuron: Neuron, direction: Float32Array, update: number): void;
}

/**
 * Builds the step for one partition. Rows of neurons whose rate is 0 are left alone.
 *
 * @param learnCredit called after each step; for credit that learns
 */
export function createRowUpdate({ kernels, rates, optimiser, longest }: RuleContext, learnCredit?: CreditProgram['learn']): RowUpdate {
  const gradient = kernels.numbers(longest);
  const rateOf = ({ kind }: Neuron) => (kind === 'output' ? rates.outputRate : rates.hiddenRate);

  function stepRow(neuron: Neuron, direction: Float32Array, update: number): void {
    const rate = rateOf(neuron);
    if (rate === 0) return;
    optimiser.step(neuron.weights, direction, rate, update);
    learnCredit?.(neuron, direction, rate, update);
    if (neuron.weights.target.length > 0) polyakUpdate(kernels, neuron.weights, rates.targetRate);
  }

  /** gradient = Σ_b credit v, row after row. */
  function rowGradients({ count, sources, rows }: Neuron, { voltages, lanes }: Activations, credit: Float32Array, size: number): void {
    if (rows === undefined) kernels.gradients(credit, size, count, sources, voltages, lanes, size, gradient);
    else rows.reduce((at, own, row) => {
      kernels.gradients(credit.subarray(row * size), size, 1, own, voltages, lanes, size, gradient.subarray(at));
      return at + own.length;
    }, 0);
  }

  return {
    step: stepRow,
    ascend(neuron, { activations, size }, credit, update) {
      if (rateOf(neuron) === 0) return;
      const { index, count, population } = neuron;
      multiplyTransferSlopes(kernels, population, activations, credit, size, { begin: index, end: index + count, count: size }, 1 / size);
      rowGradients(neuron, activations, credit, size);
      stepRow(neuron, gradient, update);
    },
  };
}
