import type { CreditPass } from '../../credit/credit-pass.js';
import { createCreditPass } from '../../credit/credit-pass.js';
import { createTrainedNetwork, ownRows, takeGradient, type OwnRows, type TrainedNetwork } from '../../credit/trained-network.js';
import { DivergenceError } from '../../errors.js';
import { backpropagate, planBackward } from '../../network/backpropagation.js';
import { propagate } from '../../network/dynamic.js';
import { neuronName, readOutRange, readOutsOf } from '../../network/topology.js';
import { createCategoricalQ } from '../../objective/categorical-q.js';
import { errorsOfHeads } from '../../objective/heads.js';
import type { ReplayedBatch } from '../../objective/replayed.js';
import { createReplayedQ } from '../../objective/replayed-q.js';
import { createOptimiser } from '../../optimise/registry.js';
import { clipNorm, polyakUpdate, rateFraction } from '../../optimise/update.js';
import { createDraw } from '../../replay/item-sampler.js';
import type { ReplayContext } from './agent.js';
import { createItemLoader, createLoadedItems } from './minibatch.js';
import { ACTOR, CRITIC, type PolicyLayout } from './policy-layout.js';
import type { PolicySettings } from './policy-settings.js';
import { createWeighing } from './weighing.js';

/** What learns: it draws items, and steps critic, actor and priorities. */
export interface PolicyLearner {
  readonly actor: TrainedNetwork;
  readonly critic: TrainedNetwork;
  /** One update. @param updates made before it @param steps environment steps taken @throws DivergenceError naming the critic's neuron */
  readonly update: (updates: number, steps: number) => void;
}

/**
 * Distributional deterministic policy gradient:
 *
 *   critic: climbs its objective on items, Z(s, a) compared with R + Γ Z'(s_k, μ'(s_k))
 *   actor:  K ← K + η_A mean(∂Q(s, a)/∂a |_{a = μ(s)} ∂μ(s)/∂K),   Q = Σ_i z_i p_i, by the critic after its step
 *   every so many updates the target copies follow; priorities are the critic's errors
 *
 * Source: Barth-Maron et al. 2018, Algorithm 1. Differs: importance weights are over their maximum, and the actor's gradient has none; networks as under `ddpg`.
 *
 * Where layers have heads, each head of the critic learns from a Z' of its own, and each head of the actor climbs where it acts alone. The mean of the heads acts.
 */
export function createPolicyLearner(settings: PolicySettings, { actorTopology, criticTopology, head, credit, encoder }: PolicyLayout, { kernels, arena, segments, read, sampler }: ReplayContext): PolicyLearner {
  const { learning: { batch: size, clip, actorRate, criticRate, finalRateFraction, optimiser: name }, targets, priorities, loss, steps: planned } = settings;
  const actor = createTrainedNetwork(kernels, arena, ACTOR, actorTopology, credit, size);
  const critic = createTrainedNetwork(kernels, arena, CRITIC, criticTopology, credit, size);
  const lanes = 2 * size;
  const inputs = actorTopology.inputs.end;
  const { begin, end } = actorTopology.outputs;
  const outputs = end - begin;
  const optimiser = createOptimiser(name, kernels);
  const readOuts = readOutsOf(criticTopology);
  const signals = kernels.numbers(readOuts.length * size); // the critic's errors, broadcast to the actor's neurons too under a credit that uses one scalar
  const errorOf = ({ topology, activationGradients: { voltages } }: TrainedNetwork) => {
    const { begin: first, end: last } = readOutRange(topology);
    return { outputs: voltages.subarray(first * size, last * size), signals };
  };
  const [actorError, criticError] = [actor, critic].map(errorOf);
  const errors = errorsOfHeads(readOuts.length, criticError);
  const own = { begin: 0, end: size };
  const passes = { actor: createCreditPass(kernels, actor, credit, optimiser, actorError, own), critic: createCreditPass(kernels, critic, credit, optimiser, criticError, own) };
  const learningRows = (network: TrainedNetwork) => ownRows(network, { part: 0, parts: 1 }, []).filter(({ frozen }) => !frozen);
  const rows = { actor: learningRows(actor), critic: learningRows(critic) };
  const whole = [actor, critic].map(({ weights, topology }) => weights.of(0, topology.neurons));
  const objective = head.categorical === undefined ? createReplayedQ(head, size, loss?.errorClip ?? null) : createCategoricalQ(head, size);
  const toActions = planBackward(criticTopology, { begin: inputs, end: inputs + outputs });
  const loader = createItemLoader(segments, read, encoder);
  const draw = createDraw(size);
  const weighing = createWeighing(sampler, draw, priorities, planned);
  const items = createLoadedItems(segments, size);
  const zeros = new Int32Array(size); // the critic's only action
  const surprise = new Float64Array(size);
  const batches = readOuts.map((readOut): ReplayedBatch => {
    const voltages = critic.activations.voltages.subarray(readOut.begin * lanes, readOut.end * lanes);
    return { ...items, actions: zeros, nextActions: zeros, weights: weighing.weights, outputs: { voltages, lanes }, successors: { voltages: voltages.subarray(size), lanes } };
  });
  const value = { voltages: critic.activations.voltages.subarray(criticTopology.outputs.begin * lanes), lanes };
  const slopes = new Float64Array(head.atoms);

  /** The critic's action inputs, from the actor's neurons `from` on, in lanes `lane` up to `lane + size`. */
  function showActions(from: number, lane: number): void {
    for (let k = 0; k < outputs; k += 1) kernels.copy(actor.activations.voltages, (from + k) * lanes + lane, (from + k) * lanes + lane + size, critic.activations.voltages, (inputs + k) * lanes + lane);
  }

  function showActed(): void {
    for (let k = 0; k < outputs; k += 1) for (let lane = 0; lane < size; lane += 1) critic.activations.voltages[(inputs + k) * lanes + lane] = items.acted[k * size + lane];
  }

  function differentiateCritic(): void {
    propagate(kernels, actorTopology, actor.weights.target, actor.activations, size, lanes);
    kernels.copy(actor.activations.voltages, 0, inputs * lanes, critic.activations.voltages, 0);
    showActions(begin, size);
    showActed();
    propagate(kernels, criticTopology, critic.weights.target, critic.activations, size, lanes);
    propagate(kernels, criticTopology, critic.weights.values, critic.activations, 0, size);
    surprise.fill(0);
    batches.forEach((batch, index) => {
      const bad = objective.evaluate(batch, errors[index]);
      if (bad >= 0) throw new DivergenceError(neuronName(criticTopology, readOuts[index].begin), 'TD error', objective.surprise[bad]);
      for (let lane = 0; lane < size; lane += 1) surprise[lane] += objective.surprise[lane] / batches.length;
    });
    passes.critic.run(critic.weights.values);
  }

  /** ∂Q/∂a / size where the actor's neurons from `from` on are the action. Writes: part `index` of the actor's errors. */
  function climbFrom(from: number, index: number): void {
    showActions(from, 0);
    propagate(kernels, criticTopology, critic.weights.values, critic.activations, 0, size);
    const { voltages } = critic.activationGradients;
    const upon = voltages.subarray(criticTopology.outputs.begin * size);
    for (let lane = 0; lane < size; lane += 1) {
      head.slopes(value, lane, 0, slopes);
      for (let i = 0; i < head.atoms; i += 1) upon[i * size + lane] = slopes[i] / size;
    }
    backpropagate(kernels, criticTopology, critic.weights.values, critic.activations, critic.activationGradients, size, toActions);
    for (let k = 0; k < outputs; k += 1) {
      for (let lane = 0; lane < size; lane += 1) {
        actorError.outputs[(index * outputs + k) * size + lane] = voltages[(inputs + k) * size + lane];
      }
    }
  }

  function differentiateActor(): void {
    propagate(kernels, actorTopology, actor.weights.values, actor.activations, 0, size);
    readOutsOf(actorTopology).forEach((readOut, index) => { climbFrom(readOut.begin, index); });
    passes.actor.run(actor.weights.values);
  }

  function step(network: TrainedNetwork, all: readonly OwnRows[], { learn }: CreditPass, rate: number, update: number): void {
    for (const row of all) takeGradient(kernels, network.activations, row, size);
    clipNorm(kernels, network.gradient, clip);
    for (const row of all) {
      optimiser.step(row.weights, row.gradient, rate, update);
      learn?.(row, row.gradient, rate, update);
    }
  }

  return {
    actor,
    critic,
    update(updates, steps) {
      const left = rateFraction(finalRateFraction, steps, planned);
      sampler.draw(updates, draw);
      weighing.weigh(steps);
      loader.load(draw.rows, items, actor.activations);
      differentiateCritic();
      step(critic, rows.critic, passes.critic, left * criticRate, updates + 1);
      differentiateActor();
      step(actor, rows.actor, passes.actor, left * actorRate, updates + 1);
      if ((updates + 1) % targets.period === 0) for (const each of whole) polyakUpdate(kernels, each, targets.rate);
      sampler.prioritise(draw, surprise);
    },
  };
}
