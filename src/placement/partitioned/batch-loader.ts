import type { Activations } from '../../network/activations.js';
import { tick, weighRows } from '../../network/dynamic.js';
import type { NeuronRange } from '../../network/ownership.js';
import { createStream } from '../../random/stream.js';
import { createTransitions, loadSampled, loadMinibatch } from '../../replay/minibatch.js';
import { SLOT } from '../../replay/ring.js';
import { createSampler } from '../../replay/sampler.js';
import type { Batch } from '../../objective/batch.js';
import { WEIGHTS, type RunLayout } from './run-layout.js';
import { limiterWindow, type PartitionContext } from './partition-context.js';

/** Loads the transitions of one update after another into a partition's learning activations. */
export interface BatchLoader {
  readonly batch: Batch;
  /** The replay slots of the current update. */
  readonly slots: Int32Array;
  /**
   * Loads the transitions of update `update`.
   *
   * @param stored slots ever written, for this update; by default the current number
   * @returns false if there is nothing to learn from in it
   */
  load(update: number, stored?: number): boolean;
  /** Computes the voltages of neurons of one tick on the loaded transitions. Writes: the rows `ranges`. */
  computeRows(tickIndex: number, ranges: readonly NeuronRange[], activations?: Activations): void;
}

/** The loader for the rule's kind of data. */
export function createBatchLoader(context: PartitionContext): BatchLoader {
  return context.layout.rule.data === 'replay' ? createReplayLoader(context) : createOnlineLoader(context);
}

/** The mean voltages of neurons in all lanes, by the weights as read. */
function recompute({ layout: { topology }, kernels, peerParameters: { tables }, learningActivations }: PartitionContext): BatchLoader['computeRows'] {
  return (tickIndex, ranges, activations = learningActivations) => {
    topology.ticks[tickIndex].forEach((population, i) => {
      const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: activations.lanes };
      tick(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, range);
    });
  };
}

/** Slots that may be written during one update: from as far ahead as learning may be to as far behind. */
function aheadOf(plan: RunLayout): number {
  return Math.ceil((2 * limiterWindow(plan)) / plan.settings.learning.updatesPerStep);
}

/** Minibatches from the replay: of the stored transitions only the inputs are used, all voltages are computed anew. */
function createReplayLoader(context: PartitionContext): BatchLoader {
  const { layout, layout: { settings, firstStochastic }, kernels, replay, learningActivations: activations } = context;
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
    computeRows: recompute(context),
  };
}

/**
 * Transitions in order: update u is about slot u and its successor, with the voltages that were sampled in acting; or, if hidden neurons are not stochastic, with
 * mean voltages computed anew, and the sampled voltages of the outputs beside them. A slot that holds only an
 * episode's last observation is skipped; the transition after it starts an episode.
 */
function createOnlineLoader(context: PartitionContext): BatchLoader {
  const { layout: { settings, topology, firstStochastic, rule }, kernels, replay, peerParameters: { tables }, learningActivations: activations } = context;
  const computeAnew = recompute(context);
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
        const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: 1 }; // a spread would take 2 µs
        weighRows(kernels, topology, topology.populations[population], tables[WEIGHTS].values, activations, range);
      });
    },
  };
}
