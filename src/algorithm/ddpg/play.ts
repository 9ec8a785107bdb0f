import type { Action, Environment, EpisodeRecord } from '../../environment/environment.js';
import { DivergenceError } from '../../errors.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Decoder } from '../../network/decoder.js';
import { createActivations, tick, type Activations } from '../../network/dynamic.js';
import type { Encoder } from '../../network/encoder.js';
import type { Exploration } from '../../network/exploration.js';
import { neuronName, type Topology } from '../../network/topology.js';
import { commitPlace, enterPlace, type Bookmark } from '../../replay/bookmark.js';
import { passEpisode, passStep } from '../../replay/place.js';
import { SLOT, type ReplayRing } from '../../replay/ring.js';

export interface PolicyContext {
  readonly kernels: Kernels;
  readonly topology: Topology;
  /** Every neuron's row, by `topology.rowOffset`; read anew at each action. */
  readonly weights: Float32Array;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
}

/** A network that acts, with activations of one lane. */
export interface Policy {
  readonly activations: Activations;
  /** Shows an observation and ticks it through to the outputs. `explore` gives a neuron's acted voltage for its mean. */
  show(observation: ArrayLike<number>, explore?: (neuron: number, mean: number) => number): void;
  /** The action that the output voltages say; overwritten by the next call. */
  action(): Action;
}

export function createPolicy({ kernels, topology, weights, encoder, decoder }: PolicyContext): Policy {
  const activations = createActivations(kernels, topology, 1);
  const { begin, end } = topology.outputs;
  const outputs = activations.voltages.subarray(begin, end);
  return {
    activations,
    show(observation, explore) {
      encoder.encode(observation, activations.voltages);
      for (const index of topology.ticks.flat()) {
        const population = topology.populations[index];
        tick(kernels, topology, population, weights, activations, { begin: population.begin, end: population.end, laneBegin: 0, laneEnd: 1 });
        if (explore === undefined) continue;
        for (let neuron = population.begin; neuron < population.end; neuron += 1) {
          activations.voltages[neuron] = explore(neuron, activations.voltages[neuron]);
          if (!Number.isFinite(activations.voltages[neuron])) throw new DivergenceError(neuronName(topology, neuron), 'voltage', activations.voltages[neuron]);
        }
      }
    },
    action: () => decoder.decode(outputs),
  };
}

export interface TrainingContext {
  readonly policy: Policy;
  readonly exploration: Exploration;
  readonly environment: Environment;
  readonly replay: ReplayRing;
  /** Where to go on from, and where the place is kept. */
  readonly bookmark: Bookmark;
  readonly firstStochastic: number;
  /** Environment steps of the warm-up. */
  readonly warmup: number;
}

/** Plays one episode after another with exploration, and stores every transition. */
export interface TrainingPlay {
  readonly steps: number;
  /** One environment step. @returns the episode, where it has ended with this step */
  step(): EpisodeRecord | undefined;
}

/**
 * What is stored and when is the same as under neuron-agents: the last observation of an episode is shown and stored too, at
 * the start of the step after it.
 */
export function createTrainingPlay({ policy, exploration, environment, replay, bookmark, firstStochastic, warmup }: TrainingContext): TrainingPlay {
  const place = enterPlace(bookmark, environment);
  const explore = (neuron: number, mean: number) => exploration.explore(neuron, mean, place.steps, place.steps < warmup);

  function startEpisode(): void {
    policy.show(place.observation, explore);
    replay.append(policy.activations.voltages, firstStochastic, 0, SLOT.final);
    passEpisode(place, environment.reset());
  }

  return {
    get steps() {
      return place.steps;
    },
    step() {
      if (place.ended) startEpisode();
      policy.show(place.observation, explore);
      const result = environment.step(policy.action());
      replay.append(policy.activations.voltages, firstStochastic, result.reward, result.terminated ? SLOT.terminal : SLOT.transition);
      passStep(place, result);
      commitPlace(bookmark, environment, place);
      if (!place.ended) return undefined;
      return { step: place.steps, episode: place.episodes, return: place.episodeReturn, length: place.length };
    },
  };
}

/** Plays whole episodes without exploration; nothing is stored. */
export interface EvaluationPlay {
  begin(seed: number): void;
  /** One environment step. @returns the return of the episode, where it has ended with this step */
  step(): number | undefined;
}

export function createEvaluationPlay(policy: Policy, environment: Environment): EvaluationPlay {
  let observation: ArrayLike<number> = [];
  let episodeReturn = 0;
  return {
    begin(seed) {
      observation = environment.reset({ seed });
      episodeReturn = 0;
    },
    step() {
      policy.show(observation);
      const { observation: next, reward, terminated, truncated } = environment.step(policy.action());
      episodeReturn += reward;
      observation = next;
      return terminated || truncated ? episodeReturn : undefined;
    },
  };
}
