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
 * The eligibility of a leaky neuron's weights: how its voltage would be another, had a weight been another all along.
 *
 *   e_m ← (1 - α + α σ'(z) K_{n,n}) e_m + α σ'(z) v_m,   α = Δt/τ
 *
 * for each neuron m that it reads, v_m the voltages that the step read. It is carried on with the voltage and needs nothing else: no
 * unrolling, and as many numbers as the row has weights, however long the episode. Where the neuron's voltage comes back to it by
 * itself alone it is ∂v/∂K_{n,m} exactly; paths through other neurons are left out, which makes it local.
 *
 * Source: Bellec et al. 2020, the eligibility vector of e-prop; Williams & Zipser 1989, of whose real-time recurrent learning it is the
 * diagonal. To be set to 0 where an episode starts, with the voltages.
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
