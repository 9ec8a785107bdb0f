import { neuronName, type Population, type Topology } from '../network/topology.js';
import { ALL_HIDDEN } from './records.js';

/** A neuron whose gradients are compared. */
export interface ProbedNeuron {
  readonly index: number;
  readonly name: string;
  readonly layer: string;
  readonly kind: Exclude<Population['kind'], 'input'>;
}

/** The first neurons of every layer: their weights are drawn alike, so that these are as good as any. */
export function chooseProbedNeurons(topology: Topology, perLayer: number): ProbedNeuron[] {
  return topology.populations.flatMap(({ name: layer, kind, begin, end }) =>
    kind === 'input' ? [] : Array.from({ length: Math.min(perLayer, end - begin) }, (_, i) => ({ index: begin + i, name: neuronName(topology, begin + i), layer, kind })),
  );
}

/** Every layer with its neurons, and where there are several hidden layers also all of them together. */
export function groupByLayer(neurons: readonly ProbedNeuron[]): { readonly layer: string; readonly members: readonly number[] }[] {
  const layers = [...new Set(neurons.map(({ layer }) => layer))];
  const members = (belongs: (neuron: ProbedNeuron) => boolean) => [...neurons.keys()].filter((i) => belongs(neurons[i]));
  const groups = layers.map((layer) => ({ layer, members: members((neuron) => neuron.layer === layer) }));
  if (groups.length < 3) return groups; // one hidden layer and the outputs
  return [...groups, { layer: ALL_HIDDEN, members: members(({ kind }) => kind === 'hidden') }];
}
