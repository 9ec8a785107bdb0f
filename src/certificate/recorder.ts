import { InternalError } from '../errors.js';
import type { Optimiser } from '../rule/optimiser.js';
import type { Neuron } from '../rule/rule.js';

/**
 * An optimiser that lets critics learn and writes down what would have been done to the weights: a rule at work on it is used
 * as it is, and the network that it is tried on stays as it is.
 */
export interface Recorder extends Optimiser {
  /** While true critics are not stepped either. */
  holding: boolean;
  /** What the rule last wanted to add to the neuron's row, before any step size; [sources]. Overwritten by the next. */
  gradientOf(neuron: Neuron): Float32Array;
}

/**
 * @param real how critics are stepped
 * @param live the network's weights, in a memory that no critic lies in: what lies there is recorded, all else is stepped
 * @param neurons whose rows may be stepped
 */
export function createRecorder(real: Optimiser, live: Float32Array, neurons: readonly Neuron[]): Recorder {
  const rows = neurons.map(({ weights: { values } }) => values).filter(({ length }) => length > 0);
  const gradients = new Map(rows.map(({ byteOffset, length }) => [byteOffset, new Float32Array(length)]));

  function rowAt(offset: number): Float32Array {
    const row = gradients.get(offset);
    if (row === undefined) throw new InternalError(`no row of weights begins at byte ${offset}`);
    return row;
  }

  return {
    holding: false,
    gradientOf: ({ weights }) => rowAt(weights.values.byteOffset),
    step(parameter, gradient, rate, update) {
      const { values } = parameter;
      if (values.buffer === live.buffer) rowAt(values.byteOffset).set(gradient.subarray(0, values.length));
      else if (!this.holding) real.step(parameter, gradient, rate, update);
    },
  };
}
