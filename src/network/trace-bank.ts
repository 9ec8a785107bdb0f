import { checkNumber, wrongValue } from '../check.js';

/**
 * Neurons that hold past observations: for each component of the observation one leaky integrator per time constant,
 * each of which reads only the component and itself, and a voltage proportional to the difference of neighbouring integrators.
 */
export interface TraceBank {
  /** Components of the observation. */
  readonly observations: number;
  /** τ_k in environment steps, ascending; > 1. */
  readonly timeConstants: readonly number[];
}

/** State of the neurons: plain numbers, so that they may lie in shared memory. */
export interface TraceBankState {
  /** u; 0 at the start of an episode; [observations, time constants], row-major */
  readonly integrators: Float64Array;
  /** Mean of d², the neuron's gain; kept from episode to episode; [observations, time constants], row-major */
  readonly meanSquares: Float64Array;
  /** Observations that the means are of; [1] */
  readonly observed: Float64Array;
}

/** Voltages of the traces: one for each component and time constant. */
export function traceNeurons({ observations, timeConstants }: TraceBank): number {
  return observations * timeConstants.length;
}

export function createTraceBankState(memory: TraceBank): TraceBankState {
  const size = traceNeurons(memory);
  return { integrators: new Float64Array(size), meanSquares: new Float64Array(size), observed: new Float64Array(1) };
}

/**
 * One observation s, scaled by the encoder. With u_{j,0} = s_j, for each component j and time constant k = 1, 2, …:
 *
 *   u_{j,k} ← u_{j,k} + (s_j - u_{j,k}) / τ_k,   d = u_{j,k-1} - u_{j,k}
 *   m ← m + β (d² - m),   v = clip(d / √m, ±4),   β = max(1/n, 10⁻⁵) for the n-th observation
 *
 * The first difference follows a velocity, later ones the observations some τ ago: the impulse response of d_k is a difference of two
 * exponentials that peaks between τ_{k-1} and τ_k. The gain 1/√m is homeostatic: without it a change of a hundredth, such as the
 * swing of a balanced pole, would be negligible beside the observation itself. Each neuron uses its own numbers alone.
 *
 * Source: leaky integration as in `leak` with σ the identity; Turrigiano 2012 for homeostatic gains.
 *
 * Reads: `observation`, from `from` on. Writes: `state`, and `voltages` from `to` on.
 *
 * @param adapt false in evaluation: gains stay as they are
 */
export function updateTraces(
  { observations, timeConstants }: TraceBank,
  state: TraceBankState,
  observation: ArrayLike<number>,
  from: number,
  voltages: Float32Array | Float64Array,
  to: number,
  adapt: boolean,
): void {
  const { integrators, meanSquares, observed } = state;
  if (adapt) observed[0] += 1;
  const share = adapt ? Math.max(1 / observed[0], SLOWEST) : 0;
  for (let j = 0; j < observations; j += 1) {
    const seen = observation[from + j];
    let faster = seen;
    for (let k = 0; k < timeConstants.length; k += 1) {
      const neuron = j * timeConstants.length + k;
      integrators[neuron] += (seen - integrators[neuron]) / timeConstants[k];
      const difference = faster - integrators[neuron];
      faster = integrators[neuron];
      meanSquares[neuron] += share * (difference * difference - meanSquares[neuron]);
      const deviation = deviationOf(meanSquares[neuron]);
      const gained = deviation === 0 ? 0 : difference / deviation;
      voltages[to + neuron] = Math.min(LARGEST, Math.max(-LARGEST, gained));
    }
  }
}

/** Smallest rate of the means, so that gains follow observations that change as the policy learns. */
const SLOWEST = 1e-5;

/** Below this the component counts as constant: rounding must not be amplified. */
const LEAST_SQUARE = 1e-12;

/** √m, by which a difference is divided; 0 where the voltage is 0. */
export function deviationOf(meanSquare: number): number {
  return meanSquare < LEAST_SQUARE ? 0 : Math.sqrt(meanSquare);
}

/** Standard deviations that a voltage shows at most. */
export const LARGEST = 4;

/** Clears the integrators at the start of an episode. Gains stay. */
export function resetTraces({ integrators }: TraceBankState): void {
  integrators.fill(0);
}

/**
 * @throws TypeError or RangeError naming `network.observationTraces` and the time constant at fault
 */
export function checkTraceConstants(constants: readonly unknown[]): number[] {
  return constants.map((value, index) => {
    const constant = checkNumber(`network.observationTraces[${index}]`, value, { min: 1, above: true, max: 1e6 });
    if (index > 0 && constant <= Number(constants[index - 1])) throw wrongValue(`network.observationTraces[${index}]`, 'a time constant longer than the one before', constant);
    return constant;
  });
}
