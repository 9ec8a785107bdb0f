import { importanceWeights, type Draw, type ItemSampler } from '../../replay/item-sampler.js';

/** How importance weights correct for priorities. */
export interface Correction {
  /** β at the first and at the last step. */
  readonly correction: number;
  readonly finalCorrection: number;
  readonly normalisation: 'batch' | 'buffer';
}

/** Importance weights of a draw. */
export interface Weighing {
  /** [size]; all 1 without a correction */
  readonly weights: Float32Array;
  /** Writes: `weights`. @param steps environment steps taken, with which β changes linearly */
  weigh(steps: number): void;
}

/** @param planned steps of the whole run */
export function createWeighing(sampler: ItemSampler, { probabilities }: Draw, correction: Correction | undefined, planned: number): Weighing {
  const weights = new Float32Array(probabilities.length).fill(1);
  return {
    weights,
    weigh(steps) {
      if (correction === undefined) return;
      const { correction: first, finalCorrection: last, normalisation } = correction;
      const beta = first + (last - first) * Math.min(1, steps / planned);
      importanceWeights(probabilities, beta, weights, normalisation === 'buffer' ? sampler.leastProbability() : undefined);
    },
  };
}
