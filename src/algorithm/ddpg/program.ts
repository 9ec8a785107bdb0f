import { backpropCredit } from '../../credit/backprop.js';
import type { CreditAssignment } from '../../credit/credit.js';
import { DivergenceError } from '../../errors.js';
import type { Kernels } from '../../kernels/kernels.js';
import { backpropagate, planBackward } from '../../network/backpropagation.js';
import { propagate } from '../../network/dynamic.js';
import { neuronName, readOutRange } from '../../network/topology.js';
import { tdError as errorOf } from '../../objective/targets.js';
import type { Transitions } from '../../replay/minibatch.js';
import type { Optimiser } from '../../optimise/optimiser.js';
import { polyakUpdate } from '../../optimise/update.js';
import { ownRows, shareOf, takeGradient, type OwnRows, type Share, type TrainedNetwork } from '../../credit/trained-network.js';
import { createDelayedParameters, undelayed, type Differentiated } from './delayed-parameters.js';
import type { DdpgRates } from './settings.js';
import { createCreditPass, laneView, type CreditPass } from '../../credit/credit-pass.js';

export interface DdpgContext {
  readonly kernels: Kernels;
  /** μ: as the network of neuron-agents with the same settings. */
  readonly actor: TrainedNetwork;
  /** Q: reads the bias, the actor's observations and its output voltages, in this order. */
  readonly critic: TrainedNetwork;
  readonly transitions: Transitions;
  /** The first neuron that explores: `transitions.sampled` starts with its row. */
  readonly firstStochastic: number;
  /** Read at each update: learning rates decay during the run. */
  readonly rates: DdpgRates;
  readonly optimiser: Optimiser;
  /** How hidden neurons of both networks get their credit; backpropagation unless given. */
  readonly credit?: CreditAssignment;
  /** Names of the actor's populations whose rows stay as they are; none unless given. */
  readonly frozenLayers?: readonly string[];
  /** Updates by which the parameters are stale that gradients are computed from; 0 unless given. */
  readonly delay?: number;
  /** Room for TD errors, which all threads put theirs into; of the program's own unless given; [heads, size] */
  readonly tdError?: Float32Array;
  /** The threads that share an update, and which of them this is; one unless given. */
  readonly share?: UpdateShare;
}

/** Threads that share an update: each takes its own lanes of the minibatch, and then its own rows of the gradient. */
export interface UpdateShare extends Share {
  /** Returns once all of them have called it. */
  barrier(): void;
}

const ONE_THREAD: UpdateShare = { part: 0, parts: 1, barrier: () => undefined };

/** DDPG at work on one minibatch, which the actor's activations and the transitions hold. */
export interface DdpgProgram {
  /** D of each transition, before the critic's step, of each of its heads; [heads, size] */
  readonly tdError: Float32Array;
  /**
   * One update of everything. It leaves in `actor` this minibatch's voltages, ∂Q/∂v, ∂Q/∂z and
   * gradients, all of them at the weights before the actor's step and by the critic after its own; under a delay, at those of
   * as many updates ago.
   *
   * @param update number of this update, from 1
   * @throws DivergenceError naming the neuron whose weighted input or TD error is not finite
   */
  learn(update: number): void;
  /**
   * The gradient alone: leaves it in `actor`, for this minibatch at the current weights, and moves
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
 * Source: Lillicrap et al. 2015, Algorithm 1. Differs: the critic reads the action in its first layer, not in its second, and
 * as the output voltages rather than what is decoded from them; no batch normalisation, no weight decay.
 *
 * With a delay of d updates, both means are taken at all parameters, target copies included, as they were d updates ago, and the steps are
 * taken from the present ones, which also act: what asynchronous workers with a parameter server do to backpropagation.
 * Source: Dean et al. 2012, Downpour SGD; Mnih et al. 2016. Differs: every gradient is equally late, and so the result repeats.
 *
 * Under a credit whose layers have heads, each head of the critic has a D of its own, with its own Q', and each head of the actor follows ∂Q/∂a where it acts alone.
 * The mean of the heads acts, and is the Q that the actor climbs.
 *
 * Reads: `transitions`, the input voltages of the actor's activations. Writes: all else of both networks.
 *
 * @throws RangeError naming `learning.gradientDelay` if the copies of parameters take more than 1 GiB
 */
export function createDdpgProgram(context: DdpgContext): DdpgProgram {
  const { kernels, actor, critic, transitions, firstStochastic, rates, optimiser, credit = backpropCredit, frozenLayers = [], delay = 0, share = ONE_THREAD } = context;
  const { size, reward, discounts, sampled } = transitions;
  const { lanes } = actor.activations;
  const inputs = actor.topology.inputs.end;
  const { begin, end } = actor.topology.outputs;
  const outputs = end - begin;
  const valueNeuron = critic.topology.outputs.begin;
  const values = readOutRange(critic.topology);
  const heads = values.end - values.begin;
  const { tdError = new Float32Array(heads * size) } = context;
  const value = critic.activations.voltages.subarray(valueNeuron * lanes, (valueNeuron + 1) * lanes);
  const valueGradient = critic.activationGradients.voltages.subarray(valueNeuron * size, (valueNeuron + 1) * size);
  const valueErrors = critic.activationGradients.voltages.subarray(values.begin * size, values.end * size);
  const own = shareOf(share, size);
  const scalars = kernels.numbers(heads * size); // broadcast to the actor's neurons, under a credit that uses one scalar
  const actions = readOutRange(actor.topology);
  const actionGradient = actor.activationGradients.voltages.subarray(actions.begin * size, actions.end * size); // ∂Q/∂a
  const actorRows = ownRows(actor, share, frozenLayers);
  const criticRows = ownRows(critic, share, []);
  const actorCredit = createCreditPass(kernels, actor, credit, optimiser, { outputs: actionGradient, signals: scalars }, own);
  const criticCredit = createCreditPass(kernels, critic, credit, optimiser, { outputs: valueErrors, signals: valueErrors }, own);
  const ownCritic = laneView(critic, own.begin);
  const toActions = planBackward(critic.topology, { begin: inputs, end: inputs + outputs });
  const past = createDelayedParameters(kernels, actor, critic, delay);
  const now = undelayed(actor, critic);

  /** Rows of the actor's activations to the critic's: `count` neurons, in own lanes from number `lane` on. */
  function copyRows(from: number, to: number, count: number, lane: number): void {
    const [source, target] = [actor.activations.voltages, critic.activations.voltages];
    for (let k = 0; k < count; k += 1) {
      for (let b = lane + own.begin; b < lane + own.end; b += 1) target[(to + k) * lanes + b] = source[(from + k) * lanes + b];
    }
  }

  /** μ(s) and μ'(s') to the actor's activations, and the critic's inputs to its own. */
  function act(at: Differentiated): void {
    propagate(kernels, actor.topology, at.actor.values, actor.activations, own.begin, own.end);
    propagate(kernels, actor.topology, at.actor.target, actor.activations, size + own.begin, size + own.end);
    for (const lane of [0, size]) copyRows(0, 0, inputs, lane);
    copyRows(begin, inputs, outputs, size);
  }

  function showActedVoltages(): void {
    for (let k = 0; k < outputs; k += 1) {
      const row = (begin + k - firstStochastic) * size;
      for (let b = own.begin; b < own.end; b += 1) critic.activations.voltages[(inputs + k) * lanes + b] = sampled[row + b];
    }
  }

  function differentiateCritic(at: Differentiated): void {
    propagate(kernels, critic.topology, at.critic.target, critic.activations, size + own.begin, size + own.end);
    showActedVoltages();
    propagate(kernels, critic.topology, at.critic.values, critic.activations, own.begin, own.end);
    for (let head = 0; head < heads; head += 1) evaluateHead(values.begin + head, head * size);
    criticCredit.run(at.critic.values);
  }

  /** D of the critic's neuron that is a head, or the output. @param first place of its numbers among those of all heads */
  function evaluateHead(neuron: number, first: number): void {
    const { voltages } = critic.activations;
    for (let b = own.begin; b < own.end; b += 1) {
      const at = neuron * lanes + b;
      tdError[first + b] = errorOf(reward[b], discounts[b], voltages[at + size], voltages[at]);
      if (!Number.isFinite(tdError[first + b])) throw new DivergenceError(neuronName(critic.topology, neuron), 'TD error', tdError[first + b]);
      valueErrors[first + b] = tdError[first + b] / size;
      scalars[first + b] = valueErrors[first + b];
    }
  }

  function differentiateActor(at: Differentiated): void {
    for (let head = actions.begin; head < actions.end; head += outputs) climbFrom(head, at);
    actorCredit.run(at.actor.values);
  }

  /** ∂Q/∂a where the actor's outputs from number `head` on are the action. */
  function climbFrom(head: number, at: Differentiated): void {
    copyRows(head, inputs, outputs, 0);
    propagate(kernels, critic.topology, at.criticStepped, critic.activations, own.begin, own.end);
    valueGradient.fill(1 / size, own.begin, own.end);
    backpropagate(kernels, critic.topology, at.criticStepped, ownCritic.activations, ownCritic.activationGradients, own.end - own.begin, toActions);
    for (let k = 0; k < outputs; k += 1) {
      const first = (head - actions.begin + k) * size;
      for (let b = own.begin; b < own.end; b += 1) actionGradient[first + b] = critic.activationGradients.voltages[(inputs + k) * size + b];
    }
  }

  /** The step of own rows, behind which their target copies follow. */
  function learnRows({ activations }: TrainedNetwork, { learn }: CreditPass, rows: readonly OwnRows[], rate: number, update: number): void {
    for (const row of rows) {
      takeGradient(kernels, activations, row, size);
      if (!row.frozen) {
        optimiser.step(row.weights, row.gradient, rate, update);
        learn?.(row, row.gradient, rate, update);
      }
      polyakUpdate(kernels, row.weights, rates.targetRate);
    }
  }

  return {
    tdError,
    learn(update) {
      const at = past.next();
      act(at);
      differentiateCritic(at);
      share.barrier();
      learnRows(critic, criticCredit, criticRows, rates.criticRate, update);
      share.barrier();
      differentiateActor(at);
      share.barrier();
      learnRows(actor, actorCredit, actorRows, rates.actorRate, update);
    },
    observe(estimate) {
      act(now);
      differentiateActor(now);
      for (const row of actorRows) takeGradient(kernels, actor.activations, row, size);
      estimate.set(value.subarray(0, size));
    },
  };
}
