import { InternalError } from '../errors.js';
import type { Optimiser } from '../optimise/optimiser.js';
import type { Neuron } from '../network/neuron.js';

/**
 * An optimiser that steps critics and records the steps of weights without taking them: the rule is the shipped one, and the network
 * does not change.
 */
export interface Recorder extends Optimiser {
  /** While true critics are not stepped either. */
  holding: boolean;
  /** The rule's last gradient of the neuron's row, before the step size; [sources]. Overwritten by the next. */
  gradientOf(neuron: Neuron): Float32Array;
}

/**
 * @param real how critics are stepped
 * @param live the network's weights, which are never stepped
 * @param neurons steps of whose rows are recorded; all else is stepped
 */
export function createRecorder(real: Optimiser, live: Float32Array, neurons: readonly Neuron[]): Recorder {
  const rows = neurons.map(({ weights: { values } }) => values).filter(({ length }) => length > 0);
  const gradients = new Map(rows.map((row) => [row, new Float32Array(row.length)]));

  return {
    holding: false,
    gradientOf({ name, weights }) {
      const gradient = gradients.get(weights.values);
      if (gradient === undefined) throw new InternalError(`no row of ${name} is recorded`);
      return gradient;
    },
    step(parameter, gradient, rate, update) {
      const { values } = parameter;
      const recorded = gradients.get(values);
      if (recorded !== undefined) recorded.set(gradient.subarray(0, values.length));
      else if (liesIn(live, values)) throw new InternalError(`no row of weights at byte ${values.byteOffset} is recorded`);
      else if (!this.holding) real.step(parameter, gradient, rate, update);
    },
    shrink(parameter, fraction) {
      if (!this.holding && !liesIn(live, parameter.values)) real.shrink(parameter, fraction);
    },
    stepTraces(parameter, { direction }, rate, update) {
      this.step(parameter, direction, rate, update);
    },
  };
}

function liesIn(whole: Float32Array, part: Float32Array): boolean {
  return part.buffer === whole.buffer && part.byteOffset >= whole.byteOffset && part.byteOffset < whole.byteOffset + whole.byteLength;
}
