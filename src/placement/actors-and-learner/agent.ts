import { attachCursorStore } from '../../environment/cursor-store.js';
import type { Action } from '../../environment/environment.js';
import { createEnvironmentLoop, episodeRecord } from '../../environment/loop.js';
import { makeEnvironment } from '../../environment/registry.js';
import { DivergenceError } from '../../errors.js';
import { createKernels } from '../../kernels/create.js';
import type { KernelName, Kernels } from '../../kernels/kernels.js';
import { createArena, type Arena, type Snapshot } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import type { BlockRequest } from '../../memory/layout.js';
import { createWorkspace } from '../../memory/workspace.js';
import type { Decoder } from '../../network/decoder.js';
import type { Encoder } from '../../network/encoder.js';
import { withObservationTraces, type ObservationEncoding } from '../../network/observation-traces.js';
import { neuronName } from '../../network/topology.js';
import type { ValueHeadShape } from '../../objective/value-head.js';
import { createStream } from '../../random/stream.js';
import type { ItemSampler } from '../../replay/item-sampler.js';
import { createItemReader, type ReadItem } from '../../replay/items.js';
import { SLOT } from '../../replay/ring.js';
import { SAMPLERS, type SamplerName } from '../../replay/samplers.js';
import type { Agent, AgentNetwork } from '../agent.js';
import { attachSegments, createSegmentWriter, type SegmentShape, type Segments } from '../../replay/segment.js';

/** The settings that every method with a replay has. */
export interface ReplaySettings {
  readonly environment: string;
  readonly seed: number;
  readonly steps: number;
  readonly kernels: KernelName;
  readonly network: ObservationEncoding;
  readonly learning: { readonly discount: number; readonly rewardScale: number };
  readonly replay: { readonly sampler: SamplerName; readonly steps: number };
  readonly priorities?: { readonly exponent: number };
}

/** What an arena holds, and the shape of its replay. */
export interface ReplayLayout {
  /** Numbers in an observation, observation traces included. */
  readonly observations: number;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly segments: SegmentShape;
  readonly ring: { readonly capacity: number };
  readonly blocks: readonly BlockRequest[];
}

/** What a method acts and learns with. */
export interface ReplayContext {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly segments: Segments;
  readonly read: ReadItem;
  readonly sampler: ItemSampler;
  /** False in a run that continues from a checkpoint: weights are there already. */
  readonly fresh: boolean;
}

/** A method with a replay at work: what its actor does with observations, and what its learner does with items. */
export interface ReplayMethod {
  /** The first one acts. */
  readonly networks: readonly AgentNetwork[];
  /** Further parameters whose numbers have to be finite. */
  readonly further?: readonly AgentNetwork[];
  /** How outputs of the first network become action values, where they are not voltages of an action. */
  readonly values?: ValueHeadShape;
  /**
   * The action of an observation with exploration. Writes: `acted`, what the replay keeps of it.
   *
   * @param step its number, of which all draws are a function
   */
  explore(observation: ArrayLike<number>, step: number, acted: Float32Array): Action;
  /** The action without exploration. */
  choose(observation: ArrayLike<number>): Action;
  /** One update. @param updates made before it @param steps environment steps taken @throws DivergenceError naming the neuron */
  update(updates: number, steps: number): void;
}

/**
 * One actor and the learner, which take turns on the calling thread: the form of the placement that repeats bit for bit.
 *
 * @param checkpoint of the same settings, to continue from
 * @throws CheckpointError where the checkpoint is of other settings
 */
export function createReplayAgent(settings: ReplaySettings, layout: ReplayLayout, begin: (context: ReplayContext) => ReplayMethod, checkpoint?: Snapshot): Agent {
  const { environment: id, network, learning: { discount, rewardScale }, replay, priorities, seed } = settings;
  const environment = withObservationTraces(makeEnvironment(id, { seed }), network);
  checkpoint?.check(layout.blocks);
  const arena = createArena(layout.blocks);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, 0));
  checkpoint?.restore(arena);
  const segments = attachSegments(arena, layout.segments);
  const read = createItemReader(segments, { steps: replay.steps, discount });
  const writer = createSegmentWriter(arena, segments, 0);
  const store = attachCursorStore(arena, [{ begin: 0, end: 1 }], layout.observations);
  const [cursor] = store.restore(0, [environment]);
  writer.publish(cursor.stored); // what is stored follows from the cursor, whatever a checkpoint says
  const sampler = SAMPLERS[replay.sampler].create({ arena, segments, read, stream: createStream(seed, 'replay'), exponent: priorities?.exponent ?? 1 });
  const method = begin({ kernels, arena, segments, read, sampler, fresh: checkpoint === undefined });
  const { version } = attachControl(arena);
  const acted = new Float32Array(layout.segments.components);
  const loop = createEnvironmentLoop({
    environment,
    act: ({ observation, steps }) => environment.step(method.explore(observation, steps, acted)),
    lastObservation: 'submit',
    cursor,
    sinks: [{
      onStep({ reward, terminated }, { observation }) {
        writer.write(cursor.stored, observation, acted, rewardScale * reward, terminated ? SLOT.terminal : SLOT.transition);
        cursor.stored += 1;
      },
      onLastObservation(observation) {
        writer.writeLast(cursor.stored, observation);
        cursor.stored += 1;
      },
    }],
  });

  return {
    arena,
    networks: method.networks,
    get steps() {
      return cursor.steps;
    },
    get updates() {
      return version.get(0);
    },
    step() {
      if (cursor.ended) loop.advance();
      const ended = loop.advance();
      cursor.state = environment.getState();
      writer.publish(cursor.stored);
      store.commit(0, [cursor]);
      sampler.admit();
      return ended ? episodeRecord(cursor) : undefined;
    },
    update() {
      const updates = version.get(0);
      method.update(updates, cursor.steps);
      version.set(0, updates + 1);
    },
    evaluation() {
      const own = withObservationTraces(makeEnvironment(id), network, environment.getState());
      return createEnvironmentLoop({ environment: own, act: ({ observation }) => own.step(method.choose(observation)), lastObservation: 'stop' });
    },
    acting: () => ({
      topology: method.networks[0].topology, encoder: layout.encoder, decoder: layout.decoder, encoding: network, trained: environment.getState(),
      ...(method.values && { values: method.values }),
    }),
    examine() {
      for (const each of [...method.networks, ...(method.further ?? [])]) checkFinite(each);
    },
    close() {
      environment.close();
    },
  };
}

function checkFinite({ topology, weights }: AgentNetwork): void {
  for (let neuron = topology.inputs.end; neuron < topology.neurons; neuron += 1) {
    const { values, target } = weights.of(neuron);
    const bad = [...values, ...target].find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), 'weights', bad);
  }
}
