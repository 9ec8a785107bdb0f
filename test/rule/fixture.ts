import { createKernels } from '../../src/kernels/create.js';
import type { KernelName, Kernels } from '../../src/kernels/kernels.js';
import { createArena } from '../../src/memory/arena.js';
import type { ActivationName } from '../../src/kernels/activation.js';
import { attachParameter, longestGroup, parameterBlocks, type ParameterShape } from '../../src/memory/parameters.js';
import { createWorkspace, workspaceBlock } from '../../src/memory/workspace.js';
import { createActivations, tick } from '../../src/network/dynamic.js';
import type { NeuronModelName } from '../../src/network/membrane.js';
import { compileStepGraph } from '../../src/network/step-graph.js';
import { rowLengths, type Topology } from '../../src/network/topology.js';
import { graphOf } from '../../src/network/neural.js';
import { resolveSettings } from '../../src/simulation/options.js';
import { createNeuronBlocks, learnAll, type NeuronBlock } from '../../src/rule/neuron-blocks.js';
import { createOptimiser, type OptimiserName } from '../../src/optimise/registry.js';
import { RULES, type RuleName } from '../../src/rule/registry.js';
import type { Batch } from '../../src/objective/batch.js';
import type { Neuron } from '../../src/network/neuron.js';
import type { RuleProgram, RuleRates } from '../../src/rule/rule.js';

export interface RuleFixtureOptions {
  readonly observations?: number;
  readonly hidden?: readonly number[];
  readonly outputs?: number;
  readonly activation?: ActivationName;
  readonly bias?: boolean;
  /** Share of the connections between layers that are there. */
  readonly density?: number;
  /** Of hidden neurons; those with a membrane have time constants up to 3. */
  readonly dynamic?: NeuronModelName;
  readonly rates?: Partial<RuleRates>;
  readonly optimiser?: OptimiserName;
  readonly size?: number;
  readonly kernels?: KernelName;
  /** Standard deviations that a rule is told. */
  readonly exploration?: { readonly output: number; readonly hidden: number };
}

/** A rule at work on one minibatch, without threads, replay or supervisor. */
export interface RuleFixture {
  readonly kernels: Kernels;
  readonly topology: Topology;
  readonly program: RuleProgram;
  readonly neurons: readonly Neuron[];
  /** The same, in groups as the rule takes them. */
  readonly groups: readonly NeuronBlock[];
  readonly batch: { -readonly [Key in keyof Batch]: Batch[Key] };
  /** Every parameter of every neuron, for setting and for comparing. */
  readonly tables: Readonly<Record<string, { readonly values: Float32Array; readonly target: Float32Array }>>;
  /** 0 where a neuron is silenced; all are alive at first. */
  readonly alive: Int32Array;
  /** Computes all voltages of the batch from its observations: `states` and `successors`, one list per lane. */
  show(states: readonly (readonly number[])[], successors: readonly (readonly number[])[]): void;
  /** Puts the acted voltages of `batch.sampled` on the states' lanes of the activations, as a rule whose hidden neurons explore and that learns from the stream sees them. */
  showActed(): void;
  /** One whole update of every neuron. */
  update(): void;
}

function membranes(dynamic: NeuronModelName = 'static'): object {
  return dynamic === 'static' ? {} : { neuronModel: dynamic, membraneTimeConstant: 3 };
}

export function createRuleFixture(name: RuleName, options: RuleFixtureOptions = {}): RuleFixture {
  const { observations = 1, hidden = [], outputs = 1, activation = 'linear', bias = true, optimiser = 'sgd' } = options;
  const rule = RULES[name];
  const size = rule.data === 'online' ? 1 : (options.size ?? 1);
  const rates = { criticRate: 0.1, outputRate: 0.1, hiddenRate: 0.1, targetRate: 0.5, ...options.rates };
  const { network } = resolveSettings({ network: { hidden: [...hidden], activation, outputActivation: activation, bias, density: options.density ?? 1, ...membranes(options.dynamic) } });
  const { topology } = compileStepGraph(graphOf(network, observations, outputs, 1));
  const shapes: ParameterShape[] = [{ name: 'weights', lengths: rowLengths(topology), target: rule.targetWeights, published: false, learned: true }, ...rule.parameters(topology)];
  const arena = createArena([workspaceBlock(1), ...parameterBlocks(shapes)]);
  const kernels = createKernels(options.kernels ?? 'simd', () => createWorkspace(arena, 0));
  const tables = Object.fromEntries(shapes.map((shape) => [shape.name, attachParameter(arena, shape)]));
  rule.initialise?.(topology, tables, 1);
  for (const { values, target } of Object.values(tables)) if (target.length > 0) target.set(values);
  const firstStochastic = rule.hiddenIsStochastic ? topology.inputs.end : topology.outputs.begin;
  const lanes = 2 * size;
  const alive = new Int32Array(topology.neurons).fill(1);
  const activations = { ...createActivations(kernels, topology, lanes), alive };
  const batch = {
    size,
    activations,
    reward: kernels.numbers(size),
    discounts: kernels.numbers(size),
    sampled: kernels.numbers((topology.neurons - firstStochastic) * size),
    firstStochastic,
    sampledNext: new Float32Array(topology.neurons - firstStochastic),
    episodeStart: false,
  } satisfies Batch;
  const longest = longestGroup(shapes, topology.populations);
  const program = rule.create({ kernels, topology, peers: tables, rates, optimiser: createOptimiser(optimiser, kernels), batchSize: size, longest, weights: tables.weights.values, discount: 0.9, traceDecay: 0.5, exploration: options.exploration ?? { output: 0.5, hidden: 0.25 } });
  const groups = topology.populations.flatMap((range) => createNeuronBlocks(topology, range, tables.weights.of, tables, rule.batching));
  const neurons = groups.flatMap(({ members }) => members);
  let updates = 0;
  return {
    kernels,
    topology,
    program,
    neurons,
    groups,
    batch,
    tables,
    alive,
    show(states, successors) {
      [...states, ...successors].forEach((observation, lane) => {
        activations.voltages[lane] = 1;
        observation.forEach((value, i) => (activations.voltages[(1 + i) * lanes + lane] = value));
      });
      for (const index of topology.ticks.flat()) {
        const population = topology.populations[index];
        tick(kernels, topology, population, tables.weights.values, activations, { ...population, laneBegin: 0, laneEnd: lanes });
      }
    },
    showActed() {
      if (!rule.hiddenIsStochastic) return; // then it sees what they would have done without
      for (let neuron = firstStochastic; neuron < topology.neurons; neuron += 1) activations.voltages[neuron * lanes] = batch.sampled[neuron - firstStochastic];
    },
    update() {
      updates += 1;
      program.broadcast?.(batch);
      learnAll(program, groups, batch, updates);
    },
  };
}
