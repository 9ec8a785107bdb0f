import { iota, type Kernels } from '../kernels/kernels.js';
import type { ParameterShape, ParameterTable } from '../memory/parameters.js';
import { neuronName, readOutsOf, type Topology } from '../network/topology.js';
import { createStream } from '../random/stream.js';
import type { CreditedNeurons, Lanes } from './credit.js';

/** The parameter with each hidden neuron's feedback weights. Fixed ones are drawn once and never change. */
export const FEEDBACK = 'feedback';

/** @param terms numbers that each hidden neuron keeps */
export function feedbackShape(topology: Topology, terms: number): ParameterShape {
  const [begin, end] = [topology.inputs.end, readOutsOf(topology)[0].begin];
  const lengths = Array.from({ length: topology.neurons }, (_, neuron) => (neuron >= begin && neuron < end ? terms : 0));
  return { name: FEEDBACK, lengths, target: false, published: false, learned: false };
}

/** Standard normal draws, from a stream of each neuron's own. */
export function drawFeedback(topology: Topology, tables: Readonly<Record<string, ParameterTable>>, seed: number): void {
  const { values, offset } = tables[FEEDBACK];
  for (let neuron = topology.inputs.end; neuron < readOutsOf(topology)[0].begin; neuron += 1) {
    const stream = createStream(seed, `feedback/${neuronName(topology, neuron)}`);
    for (let i = offset[neuron]; i < offset[neuron + 1]; i += 1) values[i] = stream.gaussian();
  }
}

/** credit[n, b] = Σ_c feedbackWeights[n, c] signals[c, b]: credit that is linear in signals. */
export type Feedback = (feedbackWeights: Float32Array, count: number, signals: Float32Array, credit: Float32Array, lanes: Lanes) => void;

/** @param terms rows of signals that are used */
export function createFeedback(kernels: Kernels, terms: number): Feedback {
  const rows = iota(terms);
  return (feedbackWeights, count, signals, credit, { begin, end, size }) => {
    kernels.weightedInputs(feedbackWeights, rows, signals, credit, { begin: 0, end: count, lanes: size, laneBegin: begin, laneEnd: end });
  };
}

/** The feedback numbers of some neurons. */
export const feedbackOf = ({ parameters }: CreditedNeurons): Float32Array => parameters[FEEDBACK].values;
