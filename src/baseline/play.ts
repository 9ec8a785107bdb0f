import type { Action, Environment, EpisodeRecord } from '../environment/environment.js';
import { DivergenceError } from '../errors.js';
import type { Decoder } from '../network/decoder.js';
import { createBoard, tick, type Board } from '../network/dynamic.js';
import type { Encoder } from '../network/encoder.js';
import type { Exploration } from '../network/exploration.js';
import { neuronName, type Topology } from '../network/topology.js';
import { SLOT, type ReplayRing } from '../replay/ring.js';

export interface PolicyContext {
  readonly topology: Topology;
  /** Every neuron's row, by `topology.rowOffset`; read anew at each action. */
  readonly weights: Float32Array;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
}

/** A network that acts, on a board of one lane. */
export interface Policy {
  readonly board: Board;
  /** Shows an observation and ticks it through to the outputs. `explore` gives a neuron's acted voltage for its mean. */
  show(observation: ArrayLike<number>, explore?: (neuron: number, mean: number) => number): void;
  /** The action that the output voltages say; overwritten by the next call. */
  action(): Action;
}

export function createPolicy({ topology, weights, encoder, decoder }: PolicyContext): Policy {
  const board = createBoard(topology, 1);
  const { begin, end } = topology.outputs;
  const outputs = board.voltages.subarray(begin, end);
  return {
    board,
    show(observation, explore) {
      encoder.encode(observation, board.voltages);
      for (const index of topology.ticks.flat()) {
        const population = topology.populations[index];
        tick(topology, population, weights, board, { begin: population.begin, end: population.end, laneBegin: 0, laneEnd: 1 });
        if (explore === undefined) continue;
        for (let neuron = population.begin; neuron < population.end; neuron += 1) {
          board.voltages[neuron] = explore(neuron, board.voltages[neuron]);
          if (!Number.isFinite(board.voltages[neuron])) throw new DivergenceError(neuronName(topology, neuron), 'voltage', board.voltages[neuron]);
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
  readonly firstExplorer: number;
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
export function createTrainingPlay({ policy, exploration, environment, replay, firstExplorer, warmup }: TrainingContext): TrainingPlay {
  let observation: ArrayLike<number> = environment.reset();
  let ended = false; // the observation at hand is the last of its episode
  let steps = 0;
  let episode = 0;
  let episodeReturn = 0;
  let length = 0;
  const explore = (neuron: number, mean: number) => exploration.explore(neuron, mean, steps, steps < warmup);

  function startEpisode(): void {
    policy.show(observation, explore);
    replay.append(policy.board.voltages, firstExplorer, 0, SLOT.final);
    observation = environment.reset();
    ended = false;
    episodeReturn = 0;
    length = 0;
  }

  return {
    get steps() {
      return steps;
    },
    step() {
      if (ended) startEpisode();
      policy.show(observation, explore);
      const { observation: next, reward, terminated, truncated } = environment.step(policy.action());
      replay.append(policy.board.voltages, firstExplorer, reward, terminated ? SLOT.terminal : SLOT.transition);
      steps += 1;
      episodeReturn += reward;
      length += 1;
      observation = next;
      ended = terminated || truncated;
      if (!ended) return undefined;
      episode += 1;
      return { step: steps, episode, return: episodeReturn, length };
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
