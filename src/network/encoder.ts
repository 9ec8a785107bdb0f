import { wrongValue } from '../check.js';
import type { BoxSpace } from '../environment/environment.js';
import { BIAS_NEURON } from './topology.js';

/** ε: writes an observation into the voltages of the input neurons, and 1 into the bias neuron's. */
export interface Encoder {
  /** v = (s - centre) · factor of each component of the observation; [observations] */
  readonly centre: Float64Array;
  readonly factor: Float64Array;
  encode(observation: ArrayLike<number>, voltages: Float32Array): void;
}

/**
 * The affine encoder v_i = (s_i - centre_i) / scale_i. Where `scale` is not given, a bounded component is mapped from its
 * bounds to [-1, 1] and an unbounded one is left as it is.
 *
 * @param scale divisors, one per component of the observation, all > 0; [observations]
 * @param further voltages after the observation that are not scaled, such as observation traces
 * @throws RangeError naming `network.observationScale` where their number is not the space's
 */
export function createEncoder(space: BoxSpace, scale?: readonly number[], further = 0): Encoder {
  const size = space.low.length;
  if (scale !== undefined && scale.length !== size) throw wrongValue('network.observationScale', `a list of ${size} divisors`, scale);
  const centre = new Float64Array(size);
  const factor = new Float64Array(size).fill(1);
  for (let i = 0; i < size; i += 1) {
    const [low, high] = [space.low[i], space.high[i]];
    if (scale !== undefined) factor[i] = 1 / scale[i];
    else if (Number.isFinite(low) && Number.isFinite(high) && high - low < LARGEST_SPAN) {
      centre[i] = (low + high) / 2;
      factor[i] = 2 / (high - low);
    }
  }
  return {
    centre,
    factor,
    encode(observation, voltages) {
      voltages[BIAS_NEURON] = 1;
      for (let i = 0; i < size; i += 1) voltages[BIAS_NEURON + 1 + i] = (observation[i] - centre[i]) * factor[i];
      for (let i = size; i < size + further; i += 1) voltages[BIAS_NEURON + 1 + i] = observation[i];
    },
  };
}

/** Gymnasium writes an unbounded float32 component as ±3.4e38 in places: it cannot be a scale. */
const LARGEST_SPAN = 1e30;
