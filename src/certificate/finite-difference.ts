import type { TrainedNetwork } from '../credit/trained-network.js';
import { doubleKernels } from '../kernels/reference.js';
import { createActivations, propagate } from '../network/dynamic.js';
import { populationOf } from '../network/topology.js';

/** Some derivatives of the mean of Q^μ in a neuron's weights, by central differences in double precision. */
export interface FiniteDifference {
  readonly weights: readonly { readonly source: number; readonly reference: number; readonly difference: number }[];
  /** The slope along the reference gradient; ideally the gradient's length. */
  readonly along: number;
  /** The largest deviation of all these, divided by the gradient's length. */
  readonly error: number;
}

/** Change of a weight in a finite difference. */
const STEP = 1e-5;

/** Both networks in double precision, on the states of the minibatch alone. */
interface DoublePrecision {
  /** Mean of Q^μ with one row of the actor replaced. */
  valueWith(neuron: number, row: Float64Array): number;
  /** Takes over weights and states. */
  load(): void;
}

function createDoublePrecision(actor: TrainedNetwork, critic: TrainedNetwork, size: number): DoublePrecision {
  const [actorActivations, criticActivations] = [actor, critic].map(({ topology }) => createActivations(doubleKernels, topology, size));
  const [actorWeights, criticWeights] = [actor, critic].map(({ weights }) => new Float64Array(weights.values.length));
  const { inputs, outputs, rowOffset } = actor.topology;
  const valueAt = critic.topology.outputs.begin * size;
  return {
    load() {
      actorWeights.set(actor.weights.values);
      criticWeights.set(critic.weights.values);
      for (let i = 0; i < inputs.end * size; i += 1) {
        actorActivations.voltages[i] = actor.activations.voltages[Math.floor(i / size) * actor.activations.lanes + (i % size)];
      }
      criticActivations.voltages.set(actorActivations.voltages.subarray(0, inputs.end * size));
    },
    valueWith(neuron, row) {
      const before = actorWeights.slice(rowOffset[neuron], rowOffset[neuron + 1]);
      actorWeights.set(row, rowOffset[neuron]);
      propagate(doubleKernels, actor.topology, actorWeights, actorActivations, 0, size);
      actorWeights.set(before, rowOffset[neuron]);
      criticActivations.voltages.set(actorActivations.voltages.subarray(outputs.begin * size, outputs.end * size), inputs.end * size);
      propagate(doubleKernels, critic.topology, criticWeights, criticActivations, 0, size);
      return criticActivations.voltages.subarray(valueAt, valueAt + size).reduce((sum, each) => sum + each, 0) / size;
    },
  };
}

/** @returns a check of one row of the actor's gradient, on the minibatch that its activations hold: the first, middle and last weight */
export function createFiniteDifferences(actor: TrainedNetwork, critic: TrainedNetwork, size: number): (neuron: number) => FiniteDifference {
  const bench = createDoublePrecision(actor, critic, size);
  return (neuron) => checkRow(bench, actor, neuron);
}

function checkRow(bench: DoublePrecision, { topology, weights, gradientOf }: TrainedNetwork, neuron: number): FiniteDifference {
  const gradient = gradientOf[neuron];
  const { sources } = populationOf(topology, neuron);
  const row = Float64Array.from(weights.of(neuron).values);
  const norm = Math.hypot(...gradient);
  bench.load();
  const slope = (direction: (j: number) => number) => {
    const [up, down] = [STEP, -STEP].map((step) => bench.valueWith(neuron, row.map((weight, j) => weight + step * direction(j))));
    return (up - down) / (2 * STEP);
  };
  const looked = [...new Set([0, row.length >> 1, row.length - 1])];
  const found = looked.map((at) => ({ source: sources[at], reference: gradient[at], difference: slope((j) => (j === at ? 1 : 0)) }));
  const along = norm === 0 ? NaN : slope((j) => gradient[j] / norm);
  const deviations = [...found.map(({ reference, difference }) => Math.abs(reference - difference)), Math.abs(along - norm)];
  return { weights: found, along, error: Math.max(...deviations) / norm };
}
