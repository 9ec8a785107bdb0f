import type { Kernels } from '../kernels/kernels.js';
import { longestPart, parametersIn, type ParameterTable } from '../memory/parameters.js';
import { rowLengths, type Topology } from '../network/topology.js';
import { createNeuron } from '../network/neuron.js';
import type { Optimiser } from '../optimise/optimiser.js';
import type { Batch } from '../objective/batch.js';
import type { Rule } from '../rule/rule.js';
import { createDivergenceLatch } from './divergence-latch.js';
import { createRecorder } from './recorder.js';

/** A kind of critic that learns beside a network without changing it: one unchanged rule of the registry. */
export interface GradientEstimator {
  readonly name: string;
  /** The value that became infinite or NaN, and when, after which it does not learn; null while it learns. */
  readonly failure: string | null;
  /** One TD step of the critics on a minibatch. */
  learn(batch: Batch, rates: EstimatorRates, update: number): void;
  /** Evaluates the critics on a minibatch; no parameter changes. */
  probe(batch: Batch): void;
  /** Of the last probe: the rule's step of the neuron's row; [sources]. NaN where the kind has failed. */
  gradientOf(neuron: number): Float32Array;
  /** Of the last probe: the mean of Q^n(v, a). */
  valueOf(neuron: number): number;
}

export interface EstimatorRates {
  /** η_Q of this rule. */
  readonly criticRate: number;
  /** τ */
  readonly targetRate: number;
}

export interface EstimatorContext {
  /** Those of the network: critics lie in its memory. */
  readonly kernels: Kernels;
  readonly topology: Topology;
  /** The network's live weights, by `topology.rowOffset`. Only read. */
  readonly weights: Float32Array;
  readonly optimiser: Optimiser;
  readonly batchSize: number;
  readonly discount: number;
  /** Standard deviations of the neurons' exploration. */
  readonly exploration: { readonly output: number; readonly hidden: number };
  readonly seed: number;
  /** The neurons whose critics are wanted. */
  readonly probed: readonly number[];
}

/** @param rule one that learns from the replay: of the registry, or of a test */
export function createEstimator(rule: Rule, context: EstimatorContext): GradientEstimator {
  const { kernels, topology, weights, batchSize, probed, discount, exploration } = context;
  const { tables, neurons, longest } = allocate(rule, context);
  const learners = sharesParameters(rule, topology) ? neurons : probed.map((neuron) => neurons[neuron]);
  const recorder = createRecorder(context.optimiser, weights, neurons);
  const rates = { criticRate: 0, outputRate: 1, hiddenRate: 1, targetRate: 0 };
  const program = rule.create({ kernels, topology, peers: tables, rates, optimiser: recorder, batchSize, discount, traceDecay: 0, exploration, longest, weights });
  const value = new Float32Array(batchSize);
  const values = new Map<number, number>();
  const guard = createDivergenceLatch();
  let updates = 0;

  return {
    name: rule.name,
    get failure() {
      return guard.failure;
    },
    learn(batch, { criticRate, targetRate }, update) {
      updates = update;
      guard.run(updates, () => {
        Object.assign(rates, { criticRate, targetRate });
        program.broadcast?.(batch);
        for (const neuron of learners) program.learn(neuron, batch, update);
      });
    },
    probe(batch) {
      recorder.holding = true;
      Object.assign(rates, { targetRate: 0 });
      guard.run(updates, () => {
        program.broadcast?.(batch);
        for (const index of probed) {
          program.estimate(neurons[index], batch, value);
          values.set(index, value.reduce((sum, each) => sum + each, 0) / batchSize);
          program.learn(neurons[index], batch, 1);
        }
      });
      recorder.holding = false;
      if (guard.failure !== null) for (const index of probed) recorder.gradientOf(neurons[index]).fill(NaN);
    },
    gradientOf: (neuron) => recorder.gradientOf(neurons[neuron]),
    valueOf: (neuron) => (guard.failure === null ? values.get(neuron) ?? NaN : NaN),
  };
}

/** True if neurons read one another's parts of the critic: then all neurons learn theirs. */
function sharesParameters(rule: Rule, topology: Topology): boolean {
  return rule.parameters(topology).some(({ published }) => published);
}

/** Parameter tables of the kind's own, its own lag copy of the weights, and the neurons that have them. */
function allocate(rule: Rule, { kernels, topology, weights, seed }: EstimatorContext) {
  const { neurons: count, rowOffset } = topology;
  const shapes = rule.parameters(topology);
  const tables: Record<string, ParameterTable> = Object.fromEntries(shapes.map((shape) => [shape.name, parametersIn(kernels, shape)]));
  rule.initialise?.(topology, tables, seed);
  for (const { values, target } of Object.values(tables)) if (target.length > 0) target.set(values);
  const lag = kernels.numbers(rule.targetWeights ? weights.length : 0);
  if (rule.targetWeights) lag.set(weights);
  const none = new Float32Array(0);
  const neurons = Array.from({ length: count }, (_, index) => {
    const row = (numbers: Float32Array) => numbers.subarray(rowOffset[index], rowOffset[index + 1]);
    return createNeuron(topology, index, () => ({ values: row(weights), target: row(lag), first: none, second: none }), tables);
  });
  const longest = longestPart([...shapes, { lengths: rowLengths(topology) }]);
  return { tables, neurons, longest };
}
