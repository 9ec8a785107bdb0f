import { DivergenceError } from '../errors.js';

/** Runs what may diverge: what has diverged once is of no further use, and nobody else is to fall with it. */
export interface DivergenceLatch {
  /** What left the finite numbers, and when; null so far. */
  readonly failure: string | null;
  /** Does nothing once something has diverged. */
  run(update: number, action: () => void): void;
}

export function createDivergenceLatch(): DivergenceLatch {
  let failure: string | null = null;
  return {
    get failure() {
      return failure;
    },
    run(update, action) {
      if (failure !== null) return;
      try {
        action();
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
        failure = `${error.quantity} of neuron ${error.neuron} became ${error.value} at update ${update}`;
      }
    },
  };
}
