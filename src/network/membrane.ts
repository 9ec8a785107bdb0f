import { ACTIVATIONS, type ActivationName } from '../kernels/activation.js';
import type { FloatArray } from '../kernels/kernels.js';

export const NEURON_MODEL_NAMES = ['static', 'leaky', 'spiking'] as const;
export type NeuronModelName = (typeof NEURON_MODEL_NAMES)[number];

/**
 * State of a population's neurons from environment step to environment step, and their voltage as a function of it and the weighted input z:
 *
 *   leaky:   v ← v⁻ + (σ(z) - v⁻) / τ, v⁻ the neuron's own voltage of the step before
 *   firing:  V = V⁻ e^{-1/τ} + z, or 0 while the neuron rests; above θ it fires: v = σ(V), V⁻ ← 0, and it rests for ρ steps; else v = 0, V⁻ ← V
 *
 * The state is stored in further input neurons, which no row reads, and so is stored with the observation. At the start of an
 * episode it is 0. Plain data: `kept` is the first of these input neurons, and `factors` are 1/τ_n, or e^{-1/τ_n} of firing neurons; [neurons]
 *
 * Source: Guss, Zhong et al. 2016, leaky integration and the leaky neuron, with a time step of one environment step. Differs: of a step the
 * neuron reads the voltages of earlier layers of that step; the paper's are a time step old.
 */
export type Membrane =
  | { readonly kind: 'leaky'; readonly kept: number; readonly factors: Float64Array }
  | { readonly kind: 'spiking'; readonly kept: number; readonly factors: Float64Array; readonly threshold: number; readonly refractory: number };

/** A population whose neurons have a membrane. */
export interface Excitable {
  readonly begin: number;
  readonly end: number;
  readonly activation: ActivationName;
}

/** Neurons of a population, and lanes. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly laneBegin: number;
  readonly laneEnd: number;
}

/** The activations, as far as membranes go. */
interface Voltages {
  readonly lanes: number;
  readonly voltages: FloatArray;
  readonly weightedInputs: FloatArray;
}

/** e-prop's pseudo-derivative at the threshold, times θ. Source: Bellec et al. 2020, γ_pd. */
const PSEUDO_SLOPE = 0.3;

/** Numbers that each neuron keeps. */
export function keptBy({ kind }: Membrane): number {
  return kind === 'leaky' ? 1 : 2;
}

/** The first of the input neurons in which a neuron's numbers are kept: v⁻ of a leaky one; V⁻ of a firing one, and then the steps that it has still to rest. */
function placeOf(membrane: Membrane, { begin }: Excitable, neuron: number): number {
  return membrane.kept + keptBy(membrane) * (neuron - begin);
}

/** V of a firing neuron, before its reset. */
function potentialOf(membrane: Membrane, population: Excitable, { lanes, voltages, weightedInputs }: Voltages, neuron: number, lane: number): number {
  const place = placeOf(membrane, population, neuron) * lanes + lane;
  if (voltages[place + lanes] > 0) return 0;
  return membrane.factors[neuron - population.begin] * voltages[place] + weightedInputs[neuron * lanes + lane];
}

/**
 * The voltage of one neuron in one lane, in place of σ(z).
 *
 * Reads: the state, and the neuron's weighted input. Writes nothing.
 */
export function membraneValue(membrane: Membrane, population: Excitable, activations: Voltages, neuron: number, lane: number, activated: number): number {
  if (membrane.kind === 'spiking') {
    const potential = potentialOf(membrane, population, activations, neuron, lane);
    return potential > membrane.threshold ? ACTIVATIONS[population.activation].value(potential) : 0;
  }
  const factor = membrane.factors[neuron - population.begin];
  return (1 - factor) * activations.voltages[placeOf(membrane, population, neuron) * activations.lanes + lane] + factor * activated;
}

/**
 * Replaces σ(z) in the voltages of these neurons. Reads: the state, and their weighted inputs. Writes: `voltages`.
 *
 * @param voltages laid out as the activations', which they are unless given
 */
export function respond(membrane: Membrane, population: Excitable, activations: Voltages, { begin, end, laneBegin, laneEnd }: Stretch, voltages = activations.voltages): void {
  const { lanes } = activations;
  for (let neuron = begin; neuron < end; neuron += 1) {
    for (let lane = laneBegin, at = neuron * lanes + laneBegin; lane < laneEnd; lane += 1, at += 1) voltages[at] = membraneValue(membrane, population, activations, neuron, lane, voltages[at]);
  }
}

/**
 * ∂v/∂z of a neuron in a lane: σ'(z) / τ of a leaky one. A firing one has none, and takes for it
 *
 *   ψ = (0.3 / θ) max(0, 1 - |V - θ| / θ), and 0 while it rests
 *
 * Source: Bellec et al. 2020, equation 5, the pseudo-derivative.
 */
export function membraneSlope(membrane: Membrane, population: Excitable, activations: Voltages, neuron: number, lane: number): number {
  const { lanes, voltages, weightedInputs } = activations;
  const { value, slope } = ACTIVATIONS[population.activation];
  if (membrane.kind === 'leaky') return membrane.factors[neuron - population.begin] * slope(value(weightedInputs[neuron * lanes + lane]));
  if (voltages[(placeOf(membrane, population, neuron) + 1) * lanes + lane] > 0) return 0;
  const distance = Math.abs(potentialOf(membrane, population, activations, neuron, lane) / membrane.threshold - 1);
  return (PSEUDO_SLOPE / membrane.threshold) * Math.max(0, 1 - distance);
}

/**
 * The derivative of a neuron's membrane in one lane with respect to weights that have always been the same: with e of the step before
 *
 *   leaky:   e ← (1 - 1/τ) e + (1/τ) σ'(z) v,   so that ∂v_n/∂K_n = e
 *   firing:  e ← e^{-1/τ} e + v,                so that ∂V/∂K_n = e, and ∂v_n/∂K_n is taken for ψ e
 *
 * v the voltages that the neuron reads. A firing neuron that fired, or rests, begins anew: its V was 0 for any weights. Nothing is unrolled. Paths
 * from the neuron through others back to itself are left out, which makes it local.
 *
 * Source: Bellec et al. 2020, the eligibility vector of e-prop.
 *
 * Reads: the state, the voltages of `sources`. Writes: `eligibility`, [sources], from index `at`.
 *
 * @param start true where an episode starts
 * @returns ∂v_n/∂e: 1, or ψ
 */
export function followMembrane(membrane: Membrane, population: Excitable, activations: Voltages, neuron: number, sources: Int32Array, eligibility: FloatArray, start: boolean, at = 0): number {
  const { lanes, voltages } = activations;
  const factor = membrane.factors[neuron - population.begin];
  const place = placeOf(membrane, population, neuron) * lanes;
  const answer = membraneSlope(membrane, population, activations, neuron, 0);
  const [kept, gain] = membrane.kind === 'leaky' ? [1 - factor, answer] : [voltages[place] === 0 ? 0 : factor, voltages[place + lanes] > 0 ? 0 : 1];
  for (let j = 0; j < sources.length; j += 1) eligibility[at + j] = (start ? 0 : kept * eligibility[at + j]) + gain * voltages[sources[j] * lanes];
  return membrane.kind === 'leaky' ? 1 : answer;
}

/**
 * Stores a population's state of a step for the next.
 *
 * Reads: the lane, as acted. Writes: `kept` from place `at` on, in the order of the input neurons.
 */
export function keep(membrane: Membrane, population: Excitable, activations: Voltages, lane: number, kept: Float64Array, at: number): void {
  const { begin, end } = population;
  const { lanes, voltages } = activations;
  for (let neuron = begin, to = at; neuron < end; neuron += 1, to += keptBy(membrane)) {
    if (membrane.kind === 'leaky') {
      kept[to] = voltages[neuron * lanes + lane];
      continue;
    }
    const potential = potentialOf(membrane, population, activations, neuron, lane);
    const fires = potential > membrane.threshold;
    const resting = voltages[(placeOf(membrane, population, neuron) + 1) * lanes + lane];
    kept[to] = fires ? 0 : potential;
    kept[to + 1] = fires ? membrane.refractory : Math.max(0, resting - 1);
  }
}
