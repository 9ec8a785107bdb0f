import type { Space } from '../environment/environment.js';
import type { Stream } from '../random/stream.js';
import { indexOfHighest } from './decoder.js';

/**
 * A distribution of actions that output neurons describe. Voltages lie as [outputs, size], row-major, in the lane named; one state's alone are the
 * case of `size` 1. Actions lie as [components, size + 1].
 */
export interface ActionDistribution {
  /** Output neurons that it needs. */
  readonly outputs: number;
  /** Numbers in an action: one for a discrete space, its number. */
  readonly components: number;
  /** Draws an action from one state's voltages. Writes: `action`, [components]. */
  sample(voltages: Float32Array, stream: Stream, action: Float32Array): void;
  /** The most probable action. Writes: `action`, [components]. */
  mode(voltages: Float32Array, action: Float32Array): void;
  /** H of one state's voltages, in nats. */
  entropy(voltages: Float32Array): number;
  /** gradient[k, lane] = A ∂log π(a)/∂v_k + β ∂H/∂v_k. Writes: `gradient`, [outputs, size]. */
  differentiate(voltages: Float32Array, actions: Float32Array, size: number, lane: number, advantage: number, entropyWeight: number, gradient: Float32Array): void;
}

/** The distribution for an action space: softmax for a discrete one, Gaussian for a box. */
export function createActionDistribution(space: Space): ActionDistribution {
  return space.kind === 'discrete' ? createSoftmax(space.count) : createGaussian(space.low.length);
}

/**
 * Softmax: π(a) = exp v_a / Σ_k exp v_k.
 *
 *   ∂log π(a)/∂v_k = [k = a] - π(k),   ∂H/∂v_k = -π(k) (log π(k) + H)
 */
export function createSoftmax(count: number): ActionDistribution {
  const logs = new Float64Array(count); // log π

  /** Writes: `logs`. */
  function evaluate(voltages: Float32Array, size: number, lane: number): void {
    let largest = -Infinity;
    for (let k = 0; k < count; k += 1) largest = Math.max(largest, voltages[k * size + lane]);
    let sum = 0;
    for (let k = 0; k < count; k += 1) sum += Math.exp(voltages[k * size + lane] - largest);
    const logSum = largest + Math.log(sum);
    for (let k = 0; k < count; k += 1) logs[k] = voltages[k * size + lane] - logSum;
  }

  function entropyOfLogs(): number {
    let entropy = 0;
    for (let k = 0; k < count; k += 1) if (logs[k] > -Infinity) entropy -= Math.exp(logs[k]) * logs[k];
    return entropy;
  }

  return {
    outputs: count,
    components: 1,
    sample(voltages, stream, action) {
      evaluate(voltages, 1, 0);
      let left = stream.uniform();
      let chosen = 0;
      while (chosen < count - 1 && (left -= Math.exp(logs[chosen])) >= 0) chosen += 1;
      action[0] = chosen;
    },
    mode(voltages, action) {
      action[0] = indexOfHighest(voltages, count);
    },
    entropy(voltages) {
      evaluate(voltages, 1, 0);
      return entropyOfLogs();
    },
    differentiate(voltages, actions, size, lane, advantage, entropyWeight, gradient) {
      evaluate(voltages, size, lane);
      const entropy = entropyOfLogs();
      for (let k = 0; k < count; k += 1) {
        const probability = Math.exp(logs[k]);
        const bonus = probability > 0 ? -probability * (logs[k] + entropy) : 0;
        gradient[k * size + lane] = advantage * ((actions[lane] === k ? 1 : 0) - probability) + entropyWeight * bonus;
      }
    },
  };
}

/** σ² of the Gaussian never falls below this, so that log π stays finite. */
const LEAST_VARIANCE = 1e-4;

/**
 * Independent Gaussians: output k is the mean m_k of component k, output n + k the input of its variance σ_k² = softplus(v_{n+k}) + 10⁻⁴.
 *
 *   ∂log π(a)/∂m = (a - m) / σ²,   ∂log π(a)/∂σ² = ((a - m)² / σ² - 1) / 2σ²,   H = Σ (log 2πσ² + 1) / 2,   ∂H/∂σ² = 1 / 2σ²
 *
 * Source: Mnih et al. 2016, section 9. Differs: a least variance; mean and variance have one trunk unless trunks are separate.
 */
export function createGaussian(components: number): ActionDistribution {
  const variance = (voltage: number) => LEAST_VARIANCE + softplus(voltage);
  return {
    outputs: 2 * components,
    components,
    sample(voltages, stream, action) {
      for (let k = 0; k < components; k += 1) action[k] = voltages[k] + Math.sqrt(variance(voltages[components + k])) * stream.gaussian();
    },
    mode(voltages, action) {
      for (let k = 0; k < components; k += 1) action[k] = voltages[k];
    },
    entropy(voltages) {
      let entropy = 0;
      for (let k = 0; k < components; k += 1) entropy += (Math.log(2 * Math.PI * variance(voltages[components + k])) + 1) / 2;
      return entropy;
    },
    differentiate(voltages, actions, size, lane, advantage, entropyWeight, gradient) {
      for (let k = 0; k < components; k += 1) {
        const raw = voltages[(components + k) * size + lane];
        const spread = variance(raw);
        const deviation = actions[k * (size + 1) + lane] - voltages[k * size + lane];
        const slope = (advantage * ((deviation * deviation) / spread - 1) + entropyWeight) / (2 * spread);
        gradient[k * size + lane] = (advantage * deviation) / spread;
        gradient[(components + k) * size + lane] = slope * logistic(raw);
      }
    },
  };
}

/** log(1 + e^x), also where e^x is too large. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Its slope. */
function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
