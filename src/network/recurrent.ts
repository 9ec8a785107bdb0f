import { DivergenceError } from '../errors.js';
import type { FloatArray, Kernels } from '../kernels/kernels.js';
import type { Activations } from './activations.js';
import { rowsOf } from './dynamic.js';
import { identity, type Inhibition } from './inhibition.js';
import { neuronName, type Topology } from './topology.js';

/**
 * One application of the voltage dynamic D to a whole network, every neuron at once:
 *
 *   v_{t+1} = σ(Θ K v_t) + v_in
 *
 * All weighted inputs are taken from the voltages of the tick before; only then is any voltage written. Input neurons keep what
 * the encoder wrote, which is v_in. Θ acts on each hidden population by itself. A silenced neuron's voltage is 0.
 *
 * Source: Guss, Zhong et al. 2016, the voltage dynamic.
 *
 * Reads: `weights`, all voltages, `alive`. Writes: voltages and weighted inputs of all neurons but the inputs; weighted inputs
 * are left as Θ left them.
 *
 * @param weights every neuron's row, by `topology.rowOffset`
 * @throws DivergenceError naming the neuron whose weighted input is not finite
 */
export function advance<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, activations: Activations<Numbers>, inhibition: Inhibition = identity): void {
  weigh(kernels, topology, weights, activations);
  const { lanes, voltages, weightedInputs: z, alive } = activations;
  for (const { kind, begin, end, activation } of topology.populations) {
    if (kind === 'input') continue;
    if (kind === 'hidden') inhibition(z, { begin, end, lanes, laneBegin: 0, laneEnd: lanes });
    kernels.activate(activation, z, voltages, { begin, end, lanes, laneBegin: 0, laneEnd: lanes });
    if (alive === undefined) continue;
    for (let neuron = begin; neuron < end; neuron += 1) if (alive[neuron] === 0) voltages.fill(0, neuron * lanes, (neuron + 1) * lanes);
  }
}

/**
 * K v of all neurons, none of which moves.
 *
 * Reads: `weights`, all voltages. Writes: weighted inputs of all neurons but the inputs.
 *
 * @throws DivergenceError naming the neuron whose weighted input is not finite
 */
export function weigh<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, { lanes, voltages, weightedInputs: z }: Activations<Numbers>): void {
  for (const { kind, begin, end, sources, rows } of topology.populations) {
    if (kind === 'input') continue;
    const own = rowsOf(topology, weights, begin, end);
    const range = { begin, end, lanes, laneBegin: 0, laneEnd: lanes };
    if (rows === undefined) kernels.weightedInputs(own, sources, voltages, z, range);
    else kernels.sparseWeightedInputs(own, rows, begin, voltages, z, range);
    for (let i = begin * lanes; i < end * lanes; i += 1) {
      if (!Number.isFinite(z[i])) throw new DivergenceError(neuronName(topology, Math.floor(i / lanes)), 'weighted input', z[i]);
    }
  }
}

/**
 * One environment step of a recurrent network: ℓ ticks on the observation in its input voltages. What the other neurons held
 * before is where they start from: voltages outlast the step, and `resetVoltages` ends that with the episode.
 *
 * In a graph without cycles ℓ ticks, ℓ its longest way, lead to the voltages of `propagate`, whatever was there before.
 *
 * Reads and writes: as `advance`.
 */
export function settle<Numbers extends FloatArray>(kernels: Kernels<Numbers>, topology: Topology, weights: Numbers, activations: Activations<Numbers>, inhibition: Inhibition = identity): void {
  for (let tick = 0; tick < topology.ticks.length; tick += 1) advance(kernels, topology, weights, activations, inhibition);
}

/** Sets a network to its state at the start of an episode, which is 0. Writes: voltages of all neurons but the inputs. */
export function resetVoltages(topology: Topology, { lanes, voltages }: Activations<FloatArray>): void {
  voltages.fill(0, topology.inputs.end * lanes);
}
