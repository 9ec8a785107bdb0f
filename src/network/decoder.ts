import type { Space } from '../environment/environment.js';

/** δ: turns the voltages of the output neurons into an action. */
export interface Decoder {
  /** The space of its actions. */
  readonly space: Space;
  /** Output neurons this action space needs. */
  readonly outputs: number;
  /** The returned array is the decoder's own and is overwritten by the next call. */
  readonly decode: (outputVoltages: Float32Array) => number | Float64Array;
}

/**
 * The decoder of an action space. Discrete: the action whose output voltage is highest, the first of several. Box: the
 * voltage range [-1, 1] is stretched over the bounds and clipped there; an unbounded component is the voltage itself.
 */
export function createDecoder(space: Space): Decoder {
  if (space.kind === 'discrete') return { space, outputs: space.count, decode: (voltages) => indexOfHighest(voltages) };
  const size = space.low.length;
  const action = new Float64Array(size);
  return {
    space,
    outputs: size,
    decode(outputVoltages) {
      for (let i = 0; i < size; i += 1) action[i] = stretch(outputVoltages[i], space.low[i], space.high[i]);
      return action;
    },
  };
}

/** The first of the highest among the first `count` voltages, all of them unless given. */
export function indexOfHighest(voltages: Float32Array, count = voltages.length): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) if (voltages[i] > voltages[best]) best = i;
  return best;
}

function stretch(voltage: number, low: number, high: number): number {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return voltage;
  return Math.min(high, Math.max(low, (low + high) / 2 + (voltage * (high - low)) / 2));
}
