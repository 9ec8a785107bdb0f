import { DivergenceError } from '../errors.js';

/** Runs actions that may diverge. After the first divergence it runs no more of them, and the run continues without them. */
export interface DivergenceLatch {
  /** The value that became infinite or NaN, and when; null before that. */
  readonly failure: string | null;
  /** Does nothing after a divergence. */
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
