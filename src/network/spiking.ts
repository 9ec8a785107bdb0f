import type { FloatArray, Kernels } from '../kernels/kernels.js';
import { ACTIVATIONS } from '../kernels/activation.js';
import type { Activations } from './activations.js';
import { weigh } from './recurrent.js';
import type { Topology } from './topology.js';

/** Threshold and refractory period of spiking neurons; ignored for input neurons. */
export interface SpikingParameters {
  /** Δt; > 0. */
  readonly timeStep: number;
  /** τ_n of the leak; > 0; [neurons] */
  readonly timeConstants: ArrayLike<number>;
  /** θ_n: the neuron fires above it; [neurons] */
  readonly thresholds: ArrayLike<number>;
  /** ρ_n: refractory period after a spike, in the unit of the time step; ≥ 0, rounded up to whole steps; [neurons] */
  readonly refractoryPeriods: ArrayLike<number>;
  /** An external current, per step; [neurons] */
  readonly current?: ArrayLike<number>;
}

/** Private state of a spiking neuron; others read only its spikes, its voltage in the activations. */
export interface SpikingState {
  /** V; [neurons] */
  readonly potentials: Float64Array;
  /** Refractory steps left; [neurons] */
  readonly resting: Int32Array;
}

export function createSpikingState({ neurons }: Pick<Topology, 'neurons'>): SpikingState {
  return { potentials: new Float64Array(neurons), resting: new Int32Array(neurons) };
}

/**
 * One step of leaky integrate-and-fire neurons, all at once, on the spikes of the step before:
 *
 *   V ← V e^{-Δt/τ} + Σ_{m that fired} w_m σ(V_m) + I
 *
 * A neuron with V > θ fires: it sends σ(V), falls back to V = 0 and is refractory for ρ, in which time V stays 0. A neuron that does not fire
 * sends 0. So its voltage in the activations is σ(V) in a step in which it fires, else 0. An input neuron sends its voltage in every step.
 *
 * Under a constant current I from V = 0, V after j steps is I (1 - a^j) / (1 - a) with a = e^{-Δt/τ}, so a neuron fires every
 * r + ⌊ln(1 - θ (1 - a) / I) / ln a⌋ + 1 steps, r = ⌈ρ/Δt⌉, where I > θ (1 - a), and else never. With small Δt and
 * Ī = I / (1 - a), the voltage that the current would hold, the rate tends to 1 / (ρ + τ ln(Ī / (Ī - θ))).
 *
 * Source: Guss, Zhong et al. 2016, the leaky neuron. Differs: the paper leaves open what firing does to V; here V becomes 0.
 *
 * Reads: `weights`, all voltages. Writes: `state`, and voltages and weighted inputs of all neurons but the inputs. One lane.
 *
 * @throws DivergenceError naming the neuron whose weighted input is not finite
 */
export function fire<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, activations: Activations<Numbers>, state: SpikingState, firing: SpikingParameters): void {
  weigh(kernels, topology, weights, activations);
  const { voltages, weightedInputs: z, alive } = activations;
  const { potentials, resting } = state;
  const { timeStep, timeConstants, thresholds, refractoryPeriods, current } = firing;
  for (const { kind, begin, end, activation } of topology.populations) {
    if (kind === 'input') continue;
    const { value } = ACTIVATIONS[activation];
    for (let neuron = begin; neuron < end; neuron += 1) {
      voltages[neuron] = 0;
      if (resting[neuron] > 0) {
        resting[neuron] -= 1;
        continue;
      }
      const kept = potentials[neuron] * Math.exp(-timeStep / timeConstants[neuron]);
      potentials[neuron] = kept + z[neuron] + (current?.[neuron] ?? 0);
      if (potentials[neuron] <= thresholds[neuron] || alive?.[neuron] === 0) continue;
      voltages[neuron] = value(potentials[neuron]);
      potentials[neuron] = 0;
      resting[neuron] = Math.ceil(refractoryPeriods[neuron] / timeStep - ROUNDING);
    }
  }
}

/** 0.3 / 0.1 is a little more than 3 in floating point: it must not round up to 4 steps. */
const ROUNDING = 1e-9;
