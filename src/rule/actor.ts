import { rowGradient } from '../kernels/reference.js';
import { followTarget } from './optimiser.js';
import type { Batch, Neuron, RuleContext } from './rule.js';

/** The neuron's own policy step, the same for every rule once it knows ∂Q/∂a. */
export interface Actor {
  /**
   * K^n += η_A mean(credit · σ'(z) · v). Where the rule keeps K', it follows.
   *
   * Reads: voltages of the neuron's sources. Writes: the neuron's own row; `credit` is overwritten.
   *
   * @param credit ∂Q/∂a of each transition, or what the rule has in its place; [size]
   */
  learnRow(neuron: Neuron, batch: Batch, credit: Float32Array, update: number): void;
  /**
   * K^n += η_A direction, for a rule that knows which way its row is to go. Where the rule keeps K', it follows.
   *
   * Writes: the neuron's own row.
   *
   * @param direction [sources]
   */
  stepRow(neuron: Neuron, direction: Float32Array, update: number): void;
}

/** Builds the step for one partition. Rows of neurons whose rate is 0 are left alone. */
export function createActor({ rates, optimiser, longest }: RuleContext): Actor {
  const gradient = new Float32Array(longest);
  const rateOf = ({ kind }: Neuron) => (kind === 'output' ? rates.outputRate : rates.hiddenRate);

  function stepRow(neuron: Neuron, direction: Float32Array, update: number): void {
    const rate = rateOf(neuron);
    if (rate === 0) return;
    optimiser.step(neuron.weights, direction, rate, update);
    if (neuron.weights.target.length > 0) followTarget(neuron.weights, rates.targetRate);
  }

  return {
    stepRow,
    learnRow(neuron, { board, size }, credit, update) {
      if (rateOf(neuron) === 0) return;
      const { voltages, weightedInputs, lanes } = board;
      const { slope } = neuron.activation;
      const lane = neuron.index * lanes;
      for (let b = 0; b < size; b += 1) credit[b] *= slope(weightedInputs[lane + b], voltages[lane + b]) / size;
      rowGradient(credit, neuron.sources, voltages, lanes, size, gradient);
      stepRow(neuron, gradient, update);
    },
  };
}
