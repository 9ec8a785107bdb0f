import { createCreditPass, type CreditPass } from '../../credit/credit-pass.js';
import type { TrainedNetwork } from '../../credit/trained-network.js';
import type { Kernels } from '../../kernels/kernels.js';
import { iota } from '../../kernels/kernels.js';
import type { Arena } from '../../memory/arena.js';
import { parametersIn } from '../../memory/parameters.js';
import { createActivationGradients } from '../../network/backpropagation.js';
import type { Activations } from '../../network/activations.js';
import { createActivations, propagate } from '../../network/dynamic.js';
import { rowLengths } from '../../network/topology.js';
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
  /** The last outputs of all networks; [outputs] */
  readonly said: Float32Array;
  /** Shows an observation as state `t` of the rollout. Writes: `said`. @throws DivergenceError naming the neuron */
  show(observation: ArrayLike<number>, t: number): void;
  /** Shows an observation as state `t` without computing its outputs. */
  encode(observation: ArrayLike<number>, t: number): void;
  /** Outputs of other weights for state `t`, which has been shown. Writes: `said`. */
  judge(weights: Float32Array, t: number): void;
  /** Outputs of other weights for states 1 up to `length`, which have been shown. Writes: lanes 0 up to `length` of `successors`, [outputs, size]. */
  judgeAll(weights: Float32Array, length: number, successors: Float32Array): void;
  /** The gradient of the states shown, 0 up to `length`. Reads: the error, [outputs, size]. Writes: `gradient`. */
  differentiate(error: OutputError, length: number): void;
}

interface LocalNetwork {
  readonly plan: NetworkPlan;
  /** [states, neurons], row-major */
  readonly table: Float32Array;
  /** One row of the table each. */
  readonly states: readonly Activations[];
  readonly trained: TrainedNetwork;
  /** Their rows of the gradients of voltages, and where these are in the error. */
  readonly outputErrors: Float32Array;
  readonly pass: CreditPass;
  /** Populations' rows of the gradient. */
  readonly rows: readonly { readonly delta: Float32Array; readonly count: number; readonly sources: Int32Array; readonly gradient: Float32Array }[];
}

/** @param error of all outputs, in the kernels' memory: its scalar is the same for all networks */
export function createLocalNetworks(kernels: Kernels, arena: Arena, layout: ActorLearnersLayout, error: OutputError): LocalNetworks {
  const { networks: plans, encoder, settings: { rollout: { steps: size } } } = layout;
  const weights = kernels.numbers(layout.weights);
  const gradient = kernels.numbers(layout.weights);
  const said = new Float32Array(layout.outputs);
  const lanes = Array.from({ length: size + 1 }, (_, length) => iota(length));
  const successors = Array.from({ length: size + 1 }, (_, length) => iota(length).map((t) => t + 1));
  const networks = plans.map((plan) => createLocalNetwork(kernels, arena, layout, plan, { weights, gradient, error }));
  const rowsOf = ({ plan: { topology: { rowOffset, neurons }, offset } }: LocalNetwork, all: Float32Array) => (plans.length === 1 ? all : all.subarray(offset, offset + rowOffset[neurons]));

  function judge(all: Float32Array, t: number): void {
    for (const network of networks) {
      const { plan: { topology, firstOutput }, states } = network;
      propagate(kernels, topology, rowsOf(network, all), states[t], 0, 1);
      const { begin, end } = topology.outputs;
      for (let k = begin; k < end; k += 1) said[firstOutput + k - begin] = states[t].voltages[k];
    }
  }

  const encode = (observation: ArrayLike<number>, t: number) => {
    for (const { states } of networks) encoder.encode(observation, states[t].voltages);
  };

  return {
    weights,
    gradient,
    said,
    encode,
    show(observation, t) {
      encode(observation, t);
      judge(weights, t);
    },
    judge,
    judgeAll(all, length, to) {
      for (const network of networks) {
        const { plan: { topology, firstOutput }, table, trained: { activations } } = network;
        kernels.gatherLanes(table, topology.neurons, successors[length], activations.voltages, size, 0);
        propagate(kernels, topology, rowsOf(network, all), activations, 0, length);
        const { begin, end } = topology.outputs;
        kernels.copy(activations.voltages, begin * size, end * size, to, firstOutput * size);
      }
    },
    differentiate({ outputs }, length) {
      for (const { plan: { topology, firstOutput }, table, trained: { activations, weights: own }, outputErrors, pass, rows } of networks) {
        kernels.gatherLanes(table, topology.neurons, lanes[length], activations.voltages, size, 0);
        kernels.copy(outputs, firstOutput * size, firstOutput * size + outputErrors.length, outputErrors, 0);
        pass.run(own.values);
        for (const row of rows) kernels.gradients(row.delta, size, row.count, row.sources, activations.voltages, size, size, row.gradient);
      }
    },
  };
}

function createLocalNetwork(kernels: Kernels, arena: Arena, { credit, settings: { learning, rollout: { steps: size } } }: ActorLearnersLayout, plan: NetworkPlan, { weights, gradient, error }: { readonly weights: Float32Array; readonly gradient: Float32Array; readonly error: OutputError }): LocalNetwork {
  const { name, topology, offset } = plan;
  const { neurons, rowOffset, outputs, populations } = topology;
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
  const outputErrors = activationGradients.voltages.subarray(outputs.begin * size, outputs.end * size);
  return {
    plan,
    table,
    states: Array.from({ length: size + 1 }, (_, t) => ({ lanes: 1, voltages: table.subarray(t * neurons, (t + 1) * neurons), weightedInputs: scratch })),
    trained,
    outputErrors,
    pass: createCreditPass(kernels, trained, credit, createOptimiser(learning.optimiser, kernels, learning), { outputs: outputErrors, signals: error.signals }, { begin: 0, end: size }),
    rows: populations.filter(({ kind }) => kind !== 'input').map(({ begin, end, sources }) => ({
      delta: activationGradients.weightedInputs.subarray(begin * size, end * size),
      count: end - begin,
      sources,
      gradient: ownGradient.subarray(rowOffset[begin], rowOffset[end]),
    })),
  };
}
