import { DivergenceError } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import type { Parameter } from '../memory/parameters.js';
import { backpropagate } from '../network/backpropagation.js';
import { propagate } from '../network/dynamic.js';
import { neuronName } from '../network/topology.js';
import type { Transitions } from '../replay/minibatch.js';
import { followTarget, type Optimiser } from '../rule/optimiser.js';
import { differentiate, type TrainedNetwork } from './network.js';
import { createPast, present, type Differentiated } from './past.js';
import type { DdpgRates } from './settings.js';

export interface DdpgContext {
  readonly kernels: Kernels;
  /** μ: as the network of neuron-agents with the same settings. */
  readonly actor: TrainedNetwork;
  /** Q: reads the bias, the actor's observations and its output voltages, in this order. */
  readonly critic: TrainedNetwork;
  readonly transitions: Transitions;
  /** The first neuron that explores: `transitions.acted` starts with its row. */
  readonly firstExplorer: number;
  /** To be read anew at each update: learning rates fall as the run goes on. */
  readonly rates: DdpgRates;
  readonly optimiser: Optimiser;
  /** Names of the actor's populations whose rows stay as they are; none unless given. */
  readonly frozenLayers?: readonly string[];
  /** Updates by which the parameters are stale that gradients are computed from; 0 unless given. */
  readonly delay?: number;
}

/** DDPG at work on one minibatch, which the actor's board and the transitions hold. */
export interface DdpgProgram {
  /** D of each transition, before the critic's step; [size] */
  readonly tdError: Float32Array;
  /**
   * One update of everything. It leaves in `actor` what backpropagation says of this minibatch: voltages, ∂Q/∂v, ∂Q/∂z and
   * gradients, all of them at the weights before the actor's step and by the critic after its own; under a delay, at those of
   * as many updates ago.
   *
   * @param update number of this update, from 1
   * @throws DivergenceError naming the neuron whose weighted input or TD error is not finite
   */
  learn(update: number): void;
  /**
   * The gradient alone: leaves in `actor` what backpropagation says of this minibatch at the weights as they stand, and moves
   * nothing.
   *
   * @param value where Q(s, μ(s)) of each transition is put; [size]
   */
  observe(value: Float32Array): void;
}

/**
 * Deep deterministic policy gradient: an actor μ and a critic Q, both trained by backpropagation.
 *
 *   D = r + γ Q'(s', μ'(s')) - Q(s, a)
 *   critic: θ ← θ + η_Q mean(D ∂Q(s, a)/∂θ), which descends D²/2
 *   actor:  K ← K + η_A mean(∂Q(s, a)/∂a |_{a = μ(s)} ∂μ(s)/∂K)
 *   target copies: θ' ← τ θ + (1 - τ) θ',  K' ← τ K + (1 - τ) K'
 *
 * Source: Lillicrap et al. 2015, Algorithm 1. Differs: the critic hears the action in its first layer, not in its second, and
 * as the output voltages rather than what is decoded from them; no batch normalisation, no weight decay.
 *
 * With a delay of d updates, both means are taken at all parameters, target copies included, as they were d updates ago, and the steps are
 * taken from the present ones, which also act: what asynchronous workers with a parameter server do to backpropagation.
 * Source: Dean et al. 2012, Downpour SGD; Mnih et al. 2016. Differs: every gradient is equally late, and so the result repeats.
 *
 * Reads: `transitions`, the input voltages of the actor's board. Writes: all else of both networks.
 *
 * @throws RangeError naming `learning.delay` where remembering the parameters takes more than 1 GiB
 */
export function createDdpgProgram({ kernels, actor, critic, transitions, firstExplorer, rates, optimiser, frozenLayers = [], delay = 0 }: DdpgContext): DdpgProgram {
  const { size, reward, continuation, acted } = transitions;
  const { lanes } = actor.board;
  const inputs = actor.topology.inputs.end;
  const { begin, end } = actor.topology.outputs;
  const valueNeuron = critic.topology.outputs.begin;
  const value = critic.board.voltages.subarray(valueNeuron * lanes, (valueNeuron + 1) * lanes);
  const uponValue = critic.sensitivities.voltages.subarray(valueNeuron * lanes, (valueNeuron + 1) * lanes);
  const shownInputs = actor.board.voltages.subarray(0, inputs * lanes);
  const meanActions = actor.board.voltages.subarray(begin * lanes, end * lanes);
  const slopes = critic.sensitivities.voltages.subarray(inputs * lanes, (inputs + end - begin) * lanes); // ∂Q/∂a
  const tdError = new Float32Array(size);
  const learning = rowsOf(actor, frozenLayers);
  const past = createPast(kernels, actor, critic, delay);
  const now = present(actor, critic);

  /** μ(s) and μ'(s') to the actor's board, and from there to the critic's. */
  function act(at: Differentiated): void {
    propagate(kernels, actor.topology, at.actor.values, actor.board, 0, size);
    propagate(kernels, actor.topology, at.actor.target, actor.board, size, lanes);
    critic.board.voltages.set(shownInputs, 0);
    critic.board.voltages.set(meanActions, inputs * lanes);
  }

  function showActedVoltages(): void {
    for (let k = 0; k < end - begin; k += 1) {
      const row = (begin + k - firstExplorer) * size;
      for (let b = 0; b < size; b += 1) critic.board.voltages[(inputs + k) * lanes + b] = acted[row + b];
    }
  }

  function learnCritic(at: Differentiated, update: number): void {
    propagate(kernels, critic.topology, at.critic.target, critic.board, size, lanes);
    showActedVoltages();
    propagate(kernels, critic.topology, at.critic.values, critic.board, 0, size);
    for (let b = 0; b < size; b += 1) {
      tdError[b] = reward[b] + continuation[b] * value[size + b] - value[b];
      if (!Number.isFinite(tdError[b])) throw new DivergenceError(neuronName(critic.topology, valueNeuron), 'TD error', tdError[b]);
      uponValue[b] = tdError[b];
    }
    differentiate(kernels, critic, at.critic.values, size);
    optimiser.step(critic.weights.whole, critic.gradient, rates.criticRate, update);
  }

  function differentiateActor(at: Differentiated): void {
    critic.board.voltages.set(meanActions, inputs * lanes);
    propagate(kernels, critic.topology, at.criticStepped, critic.board, 0, size);
    uponValue.fill(1, 0, size);
    backpropagate(kernels, critic.topology, at.criticStepped, critic.board, critic.sensitivities, size);
    actor.sensitivities.voltages.set(slopes, begin * lanes);
    differentiate(kernels, actor, at.actor.values, size);
  }

  return {
    tdError,
    learn(update) {
      const at = past.turn();
      act(at);
      learnCritic(at, update);
      differentiateActor(at);
      for (const { parameter, gradient } of learning) optimiser.step(parameter, gradient, rates.actorRate, update);
      followTarget(kernels, critic.weights.whole, rates.targetRate);
      followTarget(kernels, actor.weights.whole, rates.targetRate);
    },
    observe(estimate) {
      act(now);
      differentiateActor(now);
      estimate.set(value.subarray(0, size));
    },
  };
}

/** The rows of each population that learns, and where their gradient lies. */
function rowsOf({ topology: { populations, rowOffset }, weights: { whole }, gradient }: TrainedNetwork, frozenLayers: readonly string[]) {
  return populations.filter(({ name, sources }) => sources.length > 0 && !frozenLayers.includes(name)).map(({ begin, end }) => {
    const part = (numbers: Float32Array) => numbers.subarray(rowOffset[begin], rowOffset[end]);
    const { values, target, first, second } = whole;
    const parameter: Parameter = { values: part(values), target: part(target), first: part(first), second: part(second) };
    return { parameter, gradient: part(gradient) };
  });
}
