import { attachCursorStore } from '../../environment/cursor-store.js';
import type { EpisodeRecord } from '../../environment/environment.js';
import { createEnvironmentLoop, episodeRecord, type EnvironmentLoop } from '../../environment/loop.js';
import { makeEnvironment } from '../../environment/registry.js';
import { DivergenceError } from '../../errors.js';
import { initialiseNoise, noiseShape } from '../../explore/noisy-weights.js';
import { createKernels } from '../../kernels/create.js';
import { createArena, type Arena, type Snapshot } from '../../memory/arena.js';
import { attachControl } from '../../memory/control.js';
import { attachParameter, type ParameterTable } from '../../memory/parameters.js';
import { createWorkspace } from '../../memory/workspace.js';
import type { Decoder } from '../../network/decoder.js';
import type { Encoder } from '../../network/encoder.js';
import { initialiseWeights } from '../../network/initialise.js';
import { withObservationTraces } from '../../network/observation-traces.js';
import { neuronName, type Topology } from '../../network/topology.js';
import type { ValueHeadShape } from '../../objective/value-head.js';
import { createStream } from '../../random/stream.js';
import { createItemReader } from '../../replay/items.js';
import { SLOT } from '../../replay/ring.js';
import { SAMPLERS } from '../../replay/samplers.js';
import { attachSegments, createSegmentWriter } from '../../replay/segment.js';
import { createPolicy, epsilonAt, exploreGreedily } from './actor.js';
import { createLayout } from './layout.js';
import { createLearner, type Learner } from './learner.js';
import { attachNoise } from './noise.js';
import type { ValueSettings } from './settings.js';

/** One actor and the learner, which take turns on the calling thread: the form of the placement that repeats bit for bit. */
export interface ValueAgent {
  readonly arena: Arena;
  readonly networks: readonly { readonly topology: Topology; readonly weights: ParameterTable }[];
  readonly learner: Learner;
  readonly steps: number;
  readonly updates: number;
  step(): EpisodeRecord | undefined;
  update(): void;
  evaluation(): EnvironmentLoop;
  acting(): { readonly topology: Topology; readonly encoder: Encoder; readonly decoder: Decoder; readonly observationTraces: readonly number[]; readonly trained: ArrayLike<number>; readonly values: ValueHeadShape };
  examine(): void;
  close(): void;
}

/**
 * @param checkpoint of the same settings, to continue from
 * @throws RangeError naming an option that does not fit the task or the network; CheckpointError where the checkpoint is of other settings
 */
export function createValueAgent(settings: ValueSettings, checkpoint?: Snapshot): ValueAgent {
  const { environment: id, network, learning, replay, priorities, noise: noisy, seed } = settings;
  const layout = createLayout(settings);
  const { topology, credit, head } = layout;
  const environment = withObservationTraces(makeEnvironment(id, { seed }), network);
  checkpoint?.check(layout.blocks);
  const arena = createArena(layout.blocks);
  const kernels = createKernels(settings.kernels, () => createWorkspace(arena, 0));
  const segments = attachSegments(arena, layout.segments);
  const read = createItemReader(segments, { steps: replay.steps, discount: learning.discount });
  checkpoint?.restore(arena);
  const sampler = SAMPLERS[replay.sampler].create({ arena, segments, read, stream: createStream(seed, 'replay'), exponent: priorities?.exponent ?? 1 });
  const learner = createLearner({ settings, layout, kernels, arena, segments, read, sampler });
  const { weights, credit: kept } = learner.network;
  const deviations = noisy && attachParameter(arena, noiseShape(topology));
  if (checkpoint === undefined) {
    initialiseWeights(topology, seed, network, weights.values);
    weights.target.set(weights.values);
    credit.initialise?.(topology, kept, seed);
    if (deviations) initialiseNoise(topology, noisy.scale, deviations.values);
    deviations?.target.set(deviations.values);
  }

  const { version } = attachControl(arena);
  const writer = createSegmentWriter(arena, segments, 0);
  const store = attachCursorStore(arena, [{ begin: 0, end: 1 }], layout.observations);
  const [cursor] = store.restore(0, [environment]);
  const policy = createPolicy(kernels, layout);
  const stream = createStream(seed, 'behaviour');
  const live = attachNoise(kernels, arena, topology, noisy && createStream(seed, 'noise/actor'), weights.of(0, topology.neurons));
  const action = new Float32Array(1);
  const loop = createEnvironmentLoop({
    environment,
    act({ observation, steps }) {
      const chosen = exploreGreedily(stream, steps, epsilonAt(settings, steps), head.actions, () => policy.choose(observation, live.values(steps)));
      action[0] = chosen;
      return environment.step(chosen);
    },
    lastObservation: 'submit',
    cursor,
    sinks: [{
      onStep({ reward, terminated }, { observation }) {
        writer.write(cursor.stored, observation, action, learning.rewardScale * reward, terminated ? SLOT.terminal : SLOT.transition);
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
    networks: [{ topology, weights }],
    learner,
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
      learner.update(updates, cursor.steps);
      version.set(0, updates + 1);
    },
    evaluation() {
      const own = withObservationTraces(makeEnvironment(id), network, environment.getState());
      return createEnvironmentLoop({ environment: own, act: ({ observation }) => own.step(policy.choose(observation, weights.values)), lastObservation: 'stop' });
    },
    acting: () => ({ topology, encoder: layout.encoder, decoder: layout.decoder, observationTraces: network.observationTraces, trained: environment.getState(), values: head }),
    examine() {
      for (const table of [weights, ...(deviations ? [deviations] : [])]) checkFinite(topology, table);
    },
    close() {
      environment.close();
    },
  };
}

function checkFinite(topology: Topology, table: ParameterTable): void {
  for (let neuron = topology.inputs.end; neuron < topology.neurons; neuron += 1) {
    const { values, target } = table.of(neuron);
    const bad = [...values, ...target].find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new DivergenceError(neuronName(topology, neuron), 'weights', bad);
  }
}
