import type { CursorStore } from '../../environment/cursor-store.js';
import type { Action, Environment, EpisodeRecord } from '../../environment/environment.js';
import { createEnvironmentLoop, episodeRecord, type EnvironmentLoop } from '../../environment/loop.js';
import { DivergenceError } from '../../errors.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Decoder } from '../../network/decoder.js';
import type { Activations } from '../../network/activations.js';
import { createActivations, tick } from '../../network/dynamic.js';
import type { Encoder } from '../../network/encoder.js';
import type { Exploration } from '../../explore/voltage-noise.js';
import { neuronName, type Topology } from '../../network/topology.js';
import { createReplaySink, type WriteSlot } from '../../replay/replay-sink.js';
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
  /** The decoded action; overwritten by the next call. */
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
  /** Where the cursor is kept, and where to continue. */
  readonly store: CursorStore;
  readonly firstStochastic: number;
  /** Environment steps of the warm-up. */
  readonly warmup: number;
}

/** Plays one episode after another with exploration, and stores every transition. */
export interface TrainingPlay {
  readonly steps: number;
  /** One environment step. @returns the episode that it ended, if any */
  step(): EpisodeRecord | undefined;
}

/** What is stored, and when, is the same as under neuron-agents: the last observation of an episode is submitted and stored too, at the start of the step after it. */
export function createTrainingPlay({ policy, exploration, environment, replay, store, firstStochastic, warmup }: TrainingContext): TrainingPlay {
  const [cursor] = store.restore(0, [environment]);
  const explore = (neuron: number, mean: number) => exploration.explore(neuron, mean, cursor.steps, cursor.steps < warmup);
  const write: WriteSlot = (slot, reward, kind) => { replay.write(slot, policy.activations.voltages, firstStochastic, reward, kind); };
  const storing = createReplaySink({ stored: cursor.stored }, write, (slot, observation) => {
    policy.show(observation, explore);
    write(slot, 0, SLOT.final);
  });
  const act = () => {
    policy.show(cursor.observation, explore);
    return environment.step(policy.action());
  };
  const loop = createEnvironmentLoop({ environment, act, lastObservation: 'submit', cursor, sinks: [storing] });

  return {
    get steps() {
      return cursor.steps;
    },
    step() {
      if (cursor.ended) loop.advance();
      const ended = loop.advance();
      cursor.state = environment.getState();
      store.commit(0, [cursor]);
      return ended ? episodeRecord(cursor) : undefined;
    },
  };
}

/** Plays whole episodes without exploration, each after a `reset`; nothing is stored. */
export function createEvaluationPlay(policy: Policy, environment: Environment): EnvironmentLoop {
  return createEnvironmentLoop({
    environment,
    act({ observation }) {
      policy.show(observation);
      return environment.step(policy.action());
    },
    lastObservation: 'stop',
  });
}
