import { startCursor } from '../environment/cursor.js';
import type { Environment, EpisodeRecord } from '../environment/environment.js';
import { createEnvironmentLoop, episodeRecord } from '../environment/loop.js';
import { makeEnvironment } from '../environment/registry.js';
import { DivergenceError } from '../errors.js';
import type { Decoder } from '../network/decoder.js';
import type { Encoder } from '../network/encoder.js';
import { createExploration } from '../explore/voltage-noise.js';
import { neuronName, type Topology } from '../network/topology.js';
import { createStream } from '../random/stream.js';
import { createReplaySink } from '../replay/replay-sink.js';
import { SLOT } from '../replay/ring.js';
import { createSampler } from '../replay/sampler.js';
import type { BatchedMinibatch } from './minibatch.js';
import { createOwnRing } from './ring.js';
import type { BatchedSettings } from './settings.js';

/** What one replica has of its own on the host: environment, exploration, replay. Streams are those of a simulation with its seed. */
export interface Replica {
  readonly seed: number;
  /** Puts the input voltages of the observation to be answered; [inputs]. */
  show(inputs: Float32Array): void;
  /**
   * One environment step: the outputs explore around their means, and the transition is stored.
   *
   * @param means output voltages; [outputs]
   * @returns the episode, where it has ended with this step
   * @throws DivergenceError naming the neuron whose voltage is not finite
   */
  act(means: Float32Array): EpisodeRecord | undefined;
  /** Draws the minibatch of update number `update` into the replica's part of the batch. */
  draw(update: number, batch: BatchedMinibatch): void;
  close(): void;
}

export interface ReplicaContext {
  readonly settings: BatchedSettings;
  readonly topology: Topology;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
}

/** @param index of the replica, from 0 */
export function createReplica({ settings: { environment: id, exploration: scale, learning, steps, seed: firstSeed }, topology, encoder, decoder }: ReplicaContext, index: number): Replica {
  const seed = firstSeed + index;
  const { inputs: { end: inputNeurons }, outputs } = topology;
  const environment: Environment = makeEnvironment(id, { seed });
  const outputNeurons = Array.from({ length: outputs.end - outputs.begin }, (_, k) => outputs.begin + k);
  const exploration = createExploration(topology, seed, scale, outputNeurons, undefined, steps);
  const ring = createOwnRing({ capacity: learning.replay, inputs: inputNeurons, stochasticNeurons: outputNeurons.length });
  const sampler = createSampler(ring, createStream(seed, 'replay'));
  const slots = new Int32Array(learning.batch);
  const voltages = new Float32Array(inputNeurons + outputNeurons.length); // of the inputs, then as acted
  const sampled = voltages.subarray(inputNeurons);
  const storing = createReplaySink(
    { stored: 0 },
    (_, reward, kind) => { ring.append(voltages, inputNeurons, reward, kind); },
    (_, observation) => {
      encoder.encode(observation, voltages);
      ring.append(voltages, inputNeurons, 0, SLOT.final);
    },
  );
  const loop = createEnvironmentLoop({
    environment,
    act: () => environment.step(decoder.decode(sampled)),
    lastObservation: 'submit',
    cursor: startCursor(environment.reset()),
    sinks: [storing],
  });
  const { cursor } = loop;

  function explore(means: Float32Array): void {
    outputNeurons.forEach((neuron, k) => {
      sampled[k] = exploration.explore(neuron, means[k], cursor.steps, cursor.steps < learning.warmup);
      if (!Number.isFinite(sampled[k])) throw new DivergenceError(`${neuronName(topology, neuron)} of the replica with seed ${seed}`, 'voltage', sampled[k]);
    });
  }

  return {
    seed,
    show(inputs) {
      if (cursor.ended) loop.advance();
      encoder.encode(cursor.observation, voltages);
      inputs.set(voltages.subarray(0, inputNeurons));
    },
    act(means) {
      explore(means);
      return loop.advance() ? episodeRecord(cursor) : undefined;
    },
    draw(update, batch) {
      sampler.draw(update, slots);
      ring.load(slots, index, learning, batch);
    },
    close() {
      environment.close();
    },
  };
}
