import { createCreditPass, type CreditPass } from '../../credit/credit-pass.js';
import { createCreditThroughTime, type ThroughTime } from '../../credit/through-time.js';
import { keep } from '../../network/membrane.js';
import type { TrainedNetwork } from '../../credit/trained-network.js';
import type { Kernels } from '../../kernels/kernels.js';
import { iota } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { parametersIn } from '../../memory/parameters.js';
import { createActivationGradients } from '../../network/backpropagation.js';
import type { Activations } from '../../network/activations.js';
import { createActivations, propagate } from '../../network/dynamic.js';
import { isFixed, readOutRange, readOutsOf, rowLengths } from '../../network/topology.js';
import type { RecurrentInputs } from '../../network/recurrent-inputs.js';
import type { OutputError } from '../../objective/objective.js';
import { createOptimiser } from '../../optimise/registry.js';
import { attachCredit, type ActorLearnersLayout, type NetworkPlan } from './layout.js';

/**
 * A copy of all weights, on which rollouts are acted and differentiated: one for all actors of a thread that finish their rollouts one by one.
 * States lie as rows of a table, one for each step, until the whole rollout is differentiated at once.
 */
export interface LocalNetworks {
  /** The copy, all networks' one after another. */
  readonly weights: Float32Array;
  /** ∂J/∂K of the last rollout, laid out as the weights. */
  readonly gradient: Float32Array;
  /** All numbers of a rollout under way: the copy, the states shown, and what the last of these left. */
  readonly underWay: readonly Float32Array[];
  /** The last outputs of all networks, by which actors act; [outputs] */
  readonly said: Float32Array;
  /**
   * The last read-outs that learn: those of each head of all networks, or the outputs where there are no heads. A policy is that of the outputs in every head,
   * for it is what acted; values are the heads' own; [heads, outputs]
   */
  readonly readOuts: Float32Array;
  /** Shows an observation as state `t` of the rollout. Writes: `said`, `readOuts`. @throws DivergenceError naming the neuron */
  show(observation: ArrayLike<number>, t: number): void;
  /** Shows an observation as state `t` without computing its outputs. */
  encode(observation: ArrayLike<number>, t: number): void;
  /**
   * An observation after state `t`, with what the networks carry on from there: the voltages that recurrent connections and leaky neurons start the next state from. At the start
   * of an episode an observation is shown without, and they start from 0.
   */
  remember<Numbers extends ArrayLike<number>>(observation: Numbers, t: number): Numbers | Float64Array;
  /** Outputs of other weights for state `t`, which has been shown. Writes: `said`, `readOuts`. */
  judge(weights: Float32Array, t: number): void;
  /** Read-outs of other weights for states 1 up to `length`, which have been shown. Writes: lanes 0 up to `length` of `successors`, [heads, outputs, size]. */
  judgeAll(weights: Float32Array, length: number, successors: Float32Array): void;
  /** The gradient of the states shown, 0 up to `length`. Reads: the error, [heads, outputs, size]. Writes: `gradient`. */
  differentiate(error: OutputError, length: number): void;
}

interface LocalNetwork {
  readonly plan: NetworkPlan;
  /** [states, neurons], row-major */
  readonly table: Float32Array;
  /** Weighted inputs of the last state. */
  readonly scratch: Float32Array;
  /** One row of the table each. */
  readonly states: readonly Activations[];
  readonly trained: TrainedNetwork;
  /** Rows of heads or outputs in the gradients of voltages. */
  readonly outputErrors: Float32Array;
  /** Of each head, or the outputs: its neurons, and where they are in what all networks read out. */
  readonly readOuts: readonly { readonly begin: number; readonly end: number; readonly at: number }[];
  readonly pass: CreditPass | ThroughTime;
  /** Place in an observation of the first number that it carries on. */
  readonly memory: number;
  /** Populations' rows of the gradient. */
  readonly rows: readonly { readonly delta: Float32Array; readonly count: number; readonly sources: Int32Array; readonly gradient: Float32Array }[];
}

/** @param error of all heads or outputs, in the kernels' memory: its scalars are the same for all networks */
export function createLocalNetworks(kernels: Kernels, arena: Arena, layout: ActorLearnersLayout, error: OutputError): LocalNetworks {
  const { networks: plans, encoder, settings: { rollout: { steps: size } } } = layout;
  const weights = kernels.numbers(layout.weights);
  const gradient = kernels.numbers(layout.weights);
  const said = new Float32Array(layout.outputs);
  const ofPolicy = layout.method.kind === 'policy' ? layout.distribution.outputs : 0;
  const readOuts = layout.heads === 1 ? said : new Float32Array(layout.heads * layout.outputs);
  const lanes = Array.from({ length: size + 1 }, (_, length) => iota(length));
  const successors = Array.from({ length: size + 1 }, (_, length) => iota(length).map((t) => t + 1));
  let memory = layout.observations;
  const networks = plans.map((plan) => {
    const network = createLocalNetwork(kernels, arena, layout, plan, { weights, gradient, error, memory });
    memory += plan.recurrent?.size ?? 0;
    return network;
  });
  const rowsOf = ({ plan: { topology: { rowOffset, neurons }, offset } }: LocalNetwork, all: Float32Array) => (plans.length === 1 ? all : all.subarray(offset, offset + rowOffset[neurons]));

  function judge(all: Float32Array, t: number): void {
    for (const network of networks) {
      const { plan: { topology, firstOutput }, states } = network;
      propagate(kernels, topology, rowsOf(network, all), states[t], 0, 1);
      const { begin, end } = topology.outputs;
      const { voltages } = states[t];
      for (let k = begin; k < end; k += 1) said[firstOutput + k - begin] = voltages[k];
      if (readOuts === said) continue;
      for (const { begin: first, end: last, at } of network.readOuts) {
        for (let k = first; k < last; k += 1) readOuts[at + k - first] = firstOutput + k - first < ofPolicy ? said[firstOutput + k - first] : voltages[k];
      }
    }
  }

  const encode = (observation: ArrayLike<number>, t: number) => {
    for (const { plan: { recurrent }, states, memory: from } of networks) {
      encoder.encode(observation, states[t].voltages);
      if (recurrent !== undefined) for (let i = 0; i < recurrent.size; i += 1) states[t].voltages[recurrent.begin + i] = from + i < observation.length ? observation[from + i] : 0;
    }
  };

  function remember<Numbers extends ArrayLike<number>>(observation: Numbers, t: number): Numbers | Float64Array {
    if (memory === layout.observations) return observation;
    const all = new Float64Array(memory);
    all.set(observation);
    for (const { plan: { recurrent }, states, memory: from } of networks) if (recurrent !== undefined) carryOn(recurrent, states[t], all, from);
    return all;
  }

  return {
    weights,
    gradient,
    underWay: [weights, ...networks.flatMap(({ table, scratch }) => [table, scratch])],
    said,
    readOuts,
    encode,
    remember,
    show(observation, t) {
      encode(observation, t);
      judge(weights, t);
    },
    judge,
    judgeAll(all, length, to) {
      for (const network of networks) {
        const { plan: { topology }, table, trained: { activations } } = network;
        kernels.gatherLanes(table, topology.neurons, successors[length], activations.voltages, size, 0);
        propagate(kernels, topology, rowsOf(network, all), activations, 0, length);
        for (const { begin, end, at } of network.readOuts) kernels.copy(activations.voltages, begin * size, end * size, to, at * size);
      }
    },
    differentiate({ outputs }, length) {
      for (const { plan: { topology, recurrent }, table, trained: { activations, weights: own }, outputErrors, readOuts: parts, pass, rows } of networks) {
        kernels.gatherLanes(table, topology.neurons, lanes[length], activations.voltages, size, 0);
        for (const { begin, end, at } of parts) kernels.copy(outputs, at * size, (at + end - begin) * size, outputErrors, (begin - parts[0].begin) * size);
        if (recurrent !== undefined) propagate(kernels, topology, own.values, activations, 0, length); // for weighted inputs
        pass.run(own.values, length);
        for (const row of rows) kernels.gradients(row.delta, size, row.count, row.sources, activations.voltages, size, size, row.gradient);
      }
    },
  };
}

/** What a network carries on from a state of one lane, as `withRecurrentInputs` does. Writes: `numbers` from place `at` on. */
function carryOn({ begin, sources, shares, membranes }: RecurrentInputs, state: Activations, numbers: Float64Array, at: number): void {
  const { voltages } = state;
  for (let i = 0; i < sources.length; i += 1) numbers[at + i] = voltages[begin + i] + shares[i] * (voltages[sources[i]] - voltages[begin + i]);
  for (const population of membranes) keep(population.membrane, population, state, 0, numbers, at + population.membrane.kept - begin);
}

function createLocalNetwork(kernels: Kernels, arena: Arena, { credit, outputs: allOutputs, settings: { learning, rollout: { steps: size } } }: ActorLearnersLayout, plan: NetworkPlan, { weights, gradient, error, memory }: { readonly weights: Float32Array; readonly gradient: Float32Array; readonly error: OutputError; readonly memory: number }): LocalNetwork {
  const { name, topology, offset, firstOutput, recurrent } = plan;
  const { neurons, rowOffset, populations } = topology;
  const range = readOutRange(topology);
  const own = (numbers: Float32Array) => numbers.subarray(offset, offset + rowOffset[neurons]);
  const table = kernels.numbers((size + 1) * neurons);
  const scratch = kernels.numbers(neurons);
  const activationGradients = createActivationGradients(kernels, topology, size);
  const ownGradient = own(gradient);
  const trained: TrainedNetwork = {
    topology,
    weights: parametersIn({ numbers: () => own(weights) }, { name, lengths: rowLengths(topology), target: false, published: false, learned: false }),
    credit: attachCredit(arena, plan, credit),
    activations: createActivations(kernels, topology, size),
    activationGradients,
    gradient: ownGradient,
    deltaOf: [activationGradients.weightedInputs.subarray(0, size)], // no neuron is looked at by itself: a thousand actors would have a million views
    gradientOf: [],
  };
  const outputErrors = activationGradients.voltages.subarray(range.begin * size, range.end * size);
  const optimiser = createOptimiser(learning.optimiser, kernels, learning);
  const ownError = { outputs: outputErrors, signals: error.signals };
  return {
    plan,
    table,
    scratch,
    states: Array.from({ length: size + 1 }, (_, t) => ({ lanes: 1, voltages: table.subarray(t * neurons, (t + 1) * neurons), weightedInputs: scratch })),
    trained,
    outputErrors,
    readOuts: readOutsOf(topology).map(({ begin, end }, head) => ({ begin, end, at: head * allOutputs + firstOutput })),
    memory,
    pass: recurrent === undefined ? createCreditPass(kernels, trained, credit, optimiser, ownError, { begin: 0, end: size }) : createCreditThroughTime(kernels, trained, credit, optimiser, ownError, recurrent),
    rows: populations.filter((population) => population.kind !== 'input' && !isFixed(population, topology)).map(({ begin, end, sources }) => ({
      delta: activationGradients.weightedInputs.subarray(begin * size, end * size),
      count: end - begin,
      sources,
      gradient: ownGradient.subarray(rowOffset[begin], rowOffset[end]),
    })),
  };
}
