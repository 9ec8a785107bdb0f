import { tick, weighRows, type Board } from '../network/dynamic.js';
import type { NeuronRange } from '../network/ownership.js';
import { createStream } from '../random/stream.js';
import { createTransitions, loadActed, loadMinibatch } from '../replay/minibatch.js';
import { SLOT } from '../replay/ring.js';
import { createSampler } from '../replay/sampler.js';
import type { Batch } from '../objective/batch.js';
import { WEIGHTS, type Plan } from './plan.js';
import { limiterWindow, type Views } from './views.js';

/** What a partition learns from: the transitions of one update after another, on its learning board. */
export interface Experience {
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
   * Computes what rows of one tick need to learn from the transitions loaded. Writes: the board's rows of `ranges`.
   *
   * @param board that of `batch` unless given; only minibatches from the replay can be worked on elsewhere
   */
  computeRows(tickIndex: number, ranges: readonly NeuronRange[], board?: Board): void;
}

/** The experience that the rule asks for. */
export function createExperience(views: Views): Experience {
  return views.plan.rule.experience === 'replay' ? createReplayed(views) : createStreamed(views);
}

/** The mean voltages of rows in all lanes, by the weights as heard. */
function recompute({ plan: { topology }, kernels, rows: { heard }, learningBoard }: Views): Experience['computeRows'] {
  return (tickIndex, ranges, board = learningBoard) => {
    topology.ticks[tickIndex].forEach((population, i) => {
      const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: board.lanes };
      tick(kernels, topology, topology.populations[population], heard[WEIGHTS].values, board, range);
    });
  };
}

/** Slots that the host may write while a partition is at one update: from as far ahead as learning may be to as far behind. */
function aheadOf(plan: Plan): number {
  return Math.ceil((2 * limiterWindow(plan)) / plan.settings.learning.updatesPerStep);
}

/** Minibatches drawn from the replay: of the stored transitions only the inputs are used, all voltages are computed anew. */
function createReplayed(views: Views): Experience {
  const { plan, plan: { settings, firstExplorer }, kernels, replay, learningBoard: board } = views;
  const slots = new Int32Array(settings.learning.batch);
  const sampler = createSampler(replay, createStream(settings.seed, 'replay'), aheadOf(plan));
  const transitions = createTransitions(kernels, replay, slots.length);
  const batch: Batch = { ...transitions, board, firstExplorer, episodeStart: false };
  return {
    batch,
    slots,
    load(update, stored) {
      sampler.draw(update, slots, stored);
      loadMinibatch(kernels, replay, slots, settings.learning, board, transitions);
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
function createStreamed(views: Views): Experience {
  const { plan: { settings, topology, firstExplorer, rule }, kernels, replay, rows: { heard }, learningBoard: board } = views;
  const computeAnew = recompute(views);
  const slots = new Int32Array(1);
  const actedNext = kernels.numbers(replay.explorers);
  const batch = { ...createTransitions(kernels, replay, 1), board, firstExplorer, episodeStart: false, actedNext };
  const { capacity, kind, explorers } = replay;
  return {
    batch,
    slots,
    load(update) {
      slots[0] = update % capacity;
      if (kind[slots[0]] === SLOT.final) return false;
      loadMinibatch(kernels, replay, slots, settings.learning, board, batch);
      const successor = (slots[0] + 1) % capacity;
      kernels.copy(replay.acted, successor * explorers, (successor + 1) * explorers, actedNext, 0);
      if (rule.hiddenExplores) {
        loadActed(replay, slots[0], firstExplorer, board, 0);
        loadActed(replay, successor, firstExplorer, board, 1);
      }
      batch.episodeStart = update === 0 || kind[(update - 1) % capacity] === SLOT.final;
      return true;
    },
    computeRows(tickIndex, ranges) {
      if (!rule.hiddenExplores) {
        computeAnew(tickIndex, ranges);
        return;
      }
      topology.ticks[tickIndex].forEach((population, i) => {
        const range = { begin: ranges[i].begin, end: ranges[i].end, laneBegin: 0, laneEnd: 1 }; // spread, it would take 2 µs
        weighRows(kernels, topology, topology.populations[population], heard[WEIGHTS].values, board, range);
      });
    },
  };
}
