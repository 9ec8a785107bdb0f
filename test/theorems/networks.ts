import fc from 'fast-check';

import { ACTIVATION_NAMES, type ActivationName } from '../../src/kernels/activation.js';
import type { Activations } from '../../src/network/activations.js';
import { BIAS_NEURON, connect, layeredTopology, type Population, type Topology } from '../../src/network/topology.js';
import { createStream } from '../../src/random/stream.js';

const sizes = fc.integer({ min: 1, max: 4 });

/** Layered networks of up to three hidden layers. */
export const layered = (activations: readonly ActivationName[] = ACTIVATION_NAMES): fc.Arbitrary<Topology> =>
  fc
    .record({
      observations: sizes,
      hidden: fc.array(sizes, { maxLength: 3 }),
      outputs: sizes,
      bias: fc.boolean(),
      activation: fc.constantFrom(...activations),
      outputActivation: fc.constantFrom(...activations),
    })
    .map(layeredTopology);

/** Acyclic networks whose populations read any neurons before them, in any order: layers are skipped and some lead nowhere. */
export const acyclic = (activations: readonly ActivationName[] = ACTIVATION_NAMES): fc.Arbitrary<Topology> => {
  const population = fc.record({ size: sizes, activation: fc.constantFrom(...activations), reads: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }) });
  return fc.record({ observations: sizes, computed: fc.array(population, { minLength: 1, maxLength: 5 }) }).map(({ observations, computed }) => {
    const populations: Population[] = [{ name: 'input', kind: 'input', begin: 0, end: 1 + observations, activation: 'linear', sources: new Int32Array(0) }];
    computed.forEach(({ size, activation, reads }, i) => {
      const begin = populations[i].end;
      const sources = Int32Array.from(new Set(reads.map((read) => read % begin)));
      const kind = i === computed.length - 1 ? 'output' : 'hidden';
      populations.push({ name: kind === 'output' ? kind : `hidden${i + 1}`, kind, begin, end: begin + size, activation, sources });
    });
    return connect(populations);
  });
};

/** Weights and observations in double precision, drawn from a seed; single precision rounds them. */
export interface Setting {
  readonly weights: Float64Array;
  /** Input voltages as the encoder leaves them, everything else 0; [neurons, lanes] */
  readonly encoded: Float64Array;
}

export function drawSetting({ neurons, inputs, rowOffset }: Topology, lanes: number, seed: number): Setting {
  const stream = createStream(seed, 'theorems');
  const weights = Float64Array.from({ length: rowOffset[neurons] }, () => stream.gaussian());
  const encoded = new Float64Array(neurons * lanes);
  for (let i = 0; i < inputs.end * lanes; i += 1) encoded[i] = i < (BIAS_NEURON + 1) * lanes ? 1 : stream.gaussian();
  return { weights, encoded };
}

/** Every neuron that computes a voltage, with its population. */
export function computingNeurons({ populations }: Topology): { neuron: number; population: Population }[] {
  return populations
    .filter(({ kind }) => kind !== 'input')
    .flatMap((population) => Array.from({ length: population.end - population.begin }, (_, i) => ({ neuron: population.begin + i, population })));
}

export const singleActivations = (voltages: ArrayLike<number>, lanes: number): Activations =>
  ({ lanes, voltages: Float32Array.from(voltages), weightedInputs: new Float32Array(voltages.length) });

export const doubleActivations = (voltages: ArrayLike<number>, lanes: number): Activations<Float64Array> =>
  ({ lanes, voltages: Float64Array.from(voltages), weightedInputs: new Float64Array(voltages.length) });
