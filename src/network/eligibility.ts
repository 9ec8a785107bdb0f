import type { FloatArray } from '../kernels/kernels.js';

/** State of a leaky neuron's last step. */
export interface LeakyStep {
  /** Δt/τ_n; 1 for the discrete voltage dynamic. */
  readonly share: number;
  /** σ'(z) at the weighted input of the step. */
  readonly slope: number;
  /** K_{n,n}, its weight from itself; 0 where it does not read itself. */
  readonly ownWeight: number;
}

/**
 * The eligibility of a leaky neuron's weights: the derivative of its voltage in each weight, over the whole episode.
 *
 *   e_m ← (1 - α + α σ'(z) K_{n,n}) e_m + α σ'(z) v_m,   α = Δt/τ
 *
 * for each neuron m that it reads, v_m the voltages that the step read. It is kept beside the voltage, one number a weight,
 * without unrolling, for episodes of any length. If the neuron's only recurrent path is its own connection, it equals ∂v/∂K_{n,m}; paths
 * through other neurons are left out, which makes it local.
 *
 * Source: Bellec et al. 2020, the eligibility vector of e-prop; Williams & Zipser 1989, of whose real-time recurrent learning it is the
 * diagonal. It is set to 0 with the voltages at the start of an episode.
 *
 * Reads: the row's own numbers and the voltages of its sources. Writes: `eligibility`.
 *
 * @param eligibility of one row; [sources]
 * @param before voltages that the step read, before any of them moved; [neurons]
 */
export function followEligibility(eligibility: FloatArray, sources: Int32Array, before: FloatArray, { share, slope, ownWeight }: LeakyStep): void {
  const gain = share * slope;
  const kept = 1 - share + gain * ownWeight;
  for (let j = 0; j < sources.length; j += 1) eligibility[j] = kept * eligibility[j] + gain * before[sources[j]];
}
