import { wrongValue } from '../check.js';
import type { FloatArray, Kernels } from '../kernels/kernels.js';
import { ACTIVATIONS } from '../kernels/activation.js';
import type { Activations } from './activations.js';
import { identity, type Inhibition } from './inhibition.js';
import { weigh } from './recurrent.js';
import { neuronName, type Topology } from './topology.js';

export interface LeakyRate {
  /** Δt, in the unit of the time constants; > 0. */
  readonly timeStep: number;
  /** τ_n; at least `timeStep`; those of input neurons are ignored; [neurons] */
  readonly timeConstants: ArrayLike<number>;
  readonly inhibition?: Inhibition;
  /** v_in of neurons that are no inputs: a current from outside, added to their weighted input; [neurons] */
  readonly current?: ArrayLike<number>;
}

/**
 * One step of the rate leaky integrator, every neuron at once:
 *
 *   v ← v + (Δt/τ_n) (-v + σ(Θ(K v + v_in)))
 *
 * Explicit Euler on τ_n dv/dt = -v + σ(Θ(K v + v_in)): the error at a fixed time falls in proportion to Δt. Δt = τ_n for all n
 * is the discrete dynamic of `advance`. Without input a voltage decays as (1 - Δt/τ)^k, which tends to e^{-t/τ}.
 *
 * Source: Guss, Zhong et al. 2016, leaky integration; the case without threshold and refractory period.
 *
 * Reads: `weights`, all voltages, `alive`. Writes: voltages and weighted inputs of all neurons but the inputs.
 *
 * @throws DivergenceError naming the neuron whose weighted input is not finite
 */
export function leak<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, activations: Activations<Numbers>, { timeStep, timeConstants, inhibition = identity, current }: LeakyRate): void {
  weigh(kernels, topology, weights, activations);
  const { lanes, voltages, weightedInputs: z, alive } = activations;
  for (const { kind, begin, end, activation } of topology.populations) {
    if (kind === 'input') continue;
    if (current !== undefined) for (let i = begin * lanes; i < end * lanes; i += 1) z[i] += current[Math.floor(i / lanes)];
    if (kind === 'hidden') inhibition(z, { begin, end, lanes, laneBegin: 0, laneEnd: lanes });
    const { value } = ACTIVATIONS[activation];
    for (let neuron = begin; neuron < end; neuron += 1) {
      const share = timeStep / timeConstants[neuron];
      for (let i = neuron * lanes; i < (neuron + 1) * lanes; i += 1) {
        voltages[i] = alive?.[neuron] === 0 ? 0 : voltages[i] + share * (value(z[i]) - voltages[i]);
      }
    }
  }
}

/**
 * Refuses time constants shorter than a step, which would overshoot.
 *
 * @throws RangeError naming the neuron whose time constant is not a number or shorter than the step
 */
export function checkTimeConstants(topology: Topology, { timeStep, timeConstants }: Pick<LeakyRate, 'timeStep' | 'timeConstants'>): void {
  if (!(timeStep > 0 && Number.isFinite(timeStep))) throw wrongValue('network.timeStep', 'a number > 0', timeStep);
  if (timeConstants.length !== topology.neurons) throw wrongValue('network.timeConstants', `one for each of ${topology.neurons} neurons`, timeConstants.length);
  for (let neuron = topology.inputs.end; neuron < topology.neurons; neuron += 1) {
    const constant = timeConstants[neuron];
    if (constant >= timeStep && Number.isFinite(constant)) continue;
    throw wrongValue(`network.timeConstants[${neuronName(topology, neuron)}]`, `a number >= the time step ${timeStep}`, constant);
  }
}

/**
 * Time constants from `shortest` to `longest` in equal ratios over the neurons of each hidden population, which so keeps observations over many
 * time scales; `shortest` for the outputs.
 *
 * @returns [neurons]
 */
export function spreadTimeConstants({ neurons, populations }: Topology, shortest: number, longest: number): Float64Array {
  const constants = new Float64Array(neurons).fill(shortest);
  for (const { kind, begin, end } of populations) {
    if (kind !== 'hidden') continue;
    for (let neuron = begin; neuron < end; neuron += 1) {
      const place = end - begin === 1 ? 0 : (neuron - begin) / (end - begin - 1);
      constants[neuron] = shortest * (longest / shortest) ** place;
    }
  }
  return constants;
}
