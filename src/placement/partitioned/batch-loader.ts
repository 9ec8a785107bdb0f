import { tick, weighRows, type Activations } from '../../network/dynamic.js';
import type { NeuronRange } from '../../network/ownership.js';
import { createStream } from '../../random/stream.js';
import { createTransitions, loadSampled, loadMinibatch } from '../../replay/minibatch.js';
import { SLOT } from '../../replay/ring.js';
import { createSampler } from '../../replay/sampler.js';
import type { Batch } from '../../objective/batch.js';
import { WEIGHTS, type RunLayout } from './run-layout.js';
import { limiterWindow, type PartitionContext } from './partition-context.js';

/** What a partition learns from: the transitions of one update after another, on its learning board. */
export interface BatchLoader {
  readonly batch: Batch;
  /** The replay slots of the update at hand. */
  readonly slots: Int32Array;
  /**
   * Loads the transitions of update `update`.
   *
   * @param stored slots ever written, as the update sees them; as many as there are, unless given
   * @returns false where there is nothing to learn from in it
   */
  load(update: number, stored?: number): boolean;
  /**
   * Computes what rows of one tick need to learn from the transitions loaded. Writes: the activations' rows of `ranges`.
   *
   * @param activations that of `batch` unless given; only minibatches from the replay can be worked on elsewhere
   */
  computeRows(tickIndex: number, ranges: readonly NeuronRange[], activations?: Activations): void;
}

/** The experience that the rule asks for. */
export function createBatchLoader(views: PartitionContext): BatchLoader {
  return views.layout.rule.data === 'replay' ? createReplayLoader(views) : createOnlineLoader(views);
}

/** The mean voltages of rows in all lanes, by the weights as heard. */
function recompute({ layout: { topology }, kernels, peerParameters: { tables }, learningActivations }: PartitionContext): BatchLoader['computeRows'] {
  return (tickIndex, ranges, activations = learningActivations) => {
    topology.ticks[tickIndex].forEach((population, i) => {
      const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: activations.lanes };
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, range);
    });
  };
}

/** Slots that the host may write while a partition is at one update: from as far ahead as learning may be to as far behind. */
function aheadOf(plan: RunLayout): number {
  return Math.ceil((2 * limiterWindow(plan)) / plan.settings.learning.updatesPerStep);
}

/** Minibatches drawn from the replay: of the stored transitions only the inputs are used, all voltages are computed anew. */
function createReplayLoader(views: PartitionContext): BatchLoader {
  const { layout, layout: { settings, firstStochastic }, kernels, replay, learningActivations: activations } = views;
  const slots = new Int32Array(settings.learning.batch);
  const sampler = createSampler(replay, createStream(settings.seed, 'replay'), aheadOf(layout));
  const transitions = createTransitions(kernels, replay, slots.length);
  const batch: Batch = { ...transitions, activations, firstStochastic, episodeStart: false };
  return {
    batch,
    slots,
    load(update, stored) {
      sampler.draw(update, slots, stored);
      loadMinibatch(kernels, replay, slots, settings.learning, activations, transitions);
      return true;
    },
    computeRows: recompute(views),
  };
}

/**
 * The stream: update u is about slot u and its successor, with everybody's voltages as acted; or where hidden neurons do not explore, with
 * voltages computed anew, means all of them, and beside these what the outputs acted with. The slot that holds only an
 * episode's last observation is passed over; the transition after it starts an episode.
 */
function createOnlineLoader(views: PartitionContext): BatchLoader {
  const { layout: { settings, topology, firstStochastic, rule }, kernels, replay, peerParameters: { tables }, learningActivations: activations } = views;
  const computeAnew = recompute(views);
  const slots = new Int32Array(1);
  const sampledNext = kernels.numbers(replay.stochasticNeurons);
  const batch = { ...createTransitions(kernels, replay, 1), activations, firstStochastic, episodeStart: false, sampledNext };
  const { capacity, kind, stochasticNeurons } = replay;
  return {
    batch,
    slots,
    load(update) {
      slots[0] = update % capacity;
      if (kind[slots[0]] === SLOT.final) return false;
      loadMinibatch(kernels, replay, slots, settings.learning, activations, batch);
      const successor = (slots[0] + 1) % capacity;
      kernels.copy(replay.sampled, successor * stochasticNeurons, (successor + 1) * stochasticNeurons, sampledNext, 0);
      if (rule.hiddenIsStochastic) {
        loadSampled(replay, slots[0], firstStochastic, activations, 0);
        loadSampled(replay, successor, firstStochastic, activations, 1);
      }
      batch.episodeStart = update === 0 || kind[(update - 1) % capacity] === SLOT.final;
      return true;
    },
    computeRows(tickIndex, ranges) {
      if (!rule.hiddenIsStochastic) {
        computeAnew(tickIndex, ranges);
        return;
      }
      topology.ticks[tickIndex].forEach((population, i) => {
        const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: 1 }; // spread, it would take 2 µs
        weighRows(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, range);
      });
    },
  };
}
